-- First response time: from the moment a person could have answered (hand-off or first message) to the first human answer,
-- over inbound conversations whose wait began in the period, without those only a bot saw and posts that ask nothing.
-- Waits without an answer are censored. The business clock adds up the open hours of the calendar between the two moments.
WITH waits AS (
    SELECT *, seconds(wait_started_at, answered_at) AS waited FROM written($as_of)
    WHERE direction = 'in' AND wait_started_at >= $p0 AND wait_started_at < $p1 AND NOT bot_only AND NOT needs_no_reply
      AND wanted($channel, channel) AND wanted($first_responder_id, first_responder_id)
), censored AS (
    SELECT count(*) AS open_waits FROM waits WHERE answered_at IS NULL
), waited_days AS (
    SELECT contact_id, wait_started_at, answered_at, coalesce(calendar_id, 'std') AS calendar_id,
           CAST(unnest(range(CAST(local_date(wait_started_at) AS TIMESTAMP), CAST(local_date(answered_at) + 1 AS TIMESTAMP),
                             INTERVAL 1 DAY)) AS DATE) AS day
    FROM waits WHERE answered_at IS NOT NULL
), open_hours AS (
    SELECT w.contact_id, w.wait_started_at, w.answered_at,
           ((CAST(w.day AS TIMESTAMP) + h."open") AT TIME ZONE h.tz) AT TIME ZONE 'UTC' AS opens,
           ((CAST(w.day AS TIMESTAMP) + h."close") AT TIME ZONE h.tz) AT TIME ZONE 'UTC' AS closes
    FROM waited_days AS w JOIN business_calendars AS h ON h.calendar_id = w.calendar_id AND h.kind = 'open'
     AND w.day BETWEEN coalesce(h.valid_from, w.day) AND coalesce(h.valid_to, w.day)
     AND (h."date" = w.day OR (h.weekday = isodow(w.day) AND NOT EXISTS (
             SELECT 1 FROM business_calendars AS special
             WHERE special.calendar_id = w.calendar_id AND special."date" = w.day)))
), business AS (
    SELECT w.contact_id,
           coalesce(sum(seconds(greatest(opens, w.wait_started_at), least(closes, w.answered_at)))
                    FILTER (closes > w.wait_started_at AND opens < w.answered_at), 0) AS waited
    FROM waits AS w LEFT JOIN open_hours USING (contact_id) WHERE w.answered_at IS NOT NULL GROUP BY ALL
)
-- output: median
SELECT quantile_cont(waited, 0.5) AS value, count(waited) AS n, (SELECT open_waits FROM censored) AS n_censored FROM waits
-- output: p90
SELECT quantile_cont(waited, 0.9) AS value, count(waited) AS n, (SELECT open_waits FROM censored) AS n_censored FROM waits
-- output: mean
SELECT avg(waited) AS value, count(waited) AS n, (SELECT open_waits FROM censored) AS n_censored FROM waits
-- output: business_median
SELECT quantile_cont(waited, 0.5) AS value, count(waited) AS n, (SELECT open_waits FROM censored) AS n_censored FROM business

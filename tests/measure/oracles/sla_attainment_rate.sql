-- SLA attainment: promised times met, of those met or missed, in the period in which that was decided: when fulfilled or when
-- due, whichever came first. A case has the policy that was valid on the local day it began; of several targets for one
-- metric the one that names the priority, then the one that names the channel, then the newest. On a business clock the time
-- allowed runs in open hours only. Customers who left before the due time cancel it; what is neither fulfilled nor due is active.
WITH things AS (
    SELECT contact_id, contact_id AS thing, 'first_response' AS metric, wait_started_at AS began, answered_at AS done
    FROM written($as_of) WHERE direction = 'in' AND NOT bot_only
    UNION ALL
    SELECT contact_id, contact_id, 'resolution', opened_at, CASE WHEN solved_now THEN solved_at END
    FROM written($as_of) WHERE direction = 'in'
    UNION ALL
    SELECT contact_id, contact_id || asked_at, 'next_response', asked_at, replied_at FROM later_waits($as_of)
), promised AS (
    SELECT t.*, w.abandoned_at, target_s, coalesce(clock, 'calendar') AS clock,
           coalesce(s.calendar_id, w.calendar_id, 'std') AS calendar_id
    FROM things AS t JOIN written($as_of) AS w USING (contact_id)
    JOIN sla_targets AS s ON s.metric = t.metric
     AND coalesce(s.channel = w.channel, s.channel IS NULL) AND coalesce(s.priority = w.priority, s.priority IS NULL)
     AND local_date(w.opened_at) BETWEEN coalesce(s.valid_from, DATE '0001-01-01') AND coalesce(s.valid_to, DATE '9999-12-31')
    WHERE wanted($channel, w.channel)
    QUALIFY row_number() OVER (PARTITION BY thing, t.metric ORDER BY s.priority IS NOT NULL DESC, s.channel IS NOT NULL DESC,
                                                                     s.valid_from DESC NULLS LAST, policy_id DESC) = 1
), days AS (
    SELECT thing, metric, began, target_s, calendar_id,
           CAST(unnest(range(CAST(local_date(began) AS TIMESTAMP), CAST(local_date(began) + 60 AS TIMESTAMP), INTERVAL 1 DAY)) AS DATE) AS day
    FROM promised WHERE clock = 'business'
), open_hours AS (
    SELECT d.thing, d.metric, d.target_s,
           greatest(((CAST(d.day AS TIMESTAMP) + h."open") AT TIME ZONE h.tz) AT TIME ZONE 'UTC', d.began) AS opens,
           ((CAST(d.day AS TIMESTAMP) + h."close") AT TIME ZONE h.tz) AT TIME ZONE 'UTC' AS closes
    FROM days AS d JOIN business_calendars AS h ON h.calendar_id = d.calendar_id AND h.kind = 'open'
     AND d.day BETWEEN coalesce(h.valid_from, d.day) AND coalesce(h.valid_to, d.day)
     AND (h."date" = d.day OR (h.weekday = isodow(d.day) AND NOT EXISTS (
             SELECT 1 FROM business_calendars AS special
             WHERE special.calendar_id = d.calendar_id AND special."date" = d.day)))
), passed AS (
    SELECT *, sum(seconds(opens, closes)) OVER (PARTITION BY thing, metric ORDER BY opens) AS open_s
    FROM open_hours WHERE closes > opens
), business AS (
    SELECT thing, metric, min(closes - to_microseconds(CAST(round((open_s - target_s) * 1e6) AS BIGINT))) AS due_at
    FROM passed WHERE open_s >= target_s GROUP BY ALL
), instances AS (
    SELECT p.*, CASE WHEN clock = 'business' THEN b.due_at
                     ELSE began + to_microseconds(CAST(round(target_s * 1e6) AS BIGINT)) END AS due,
           coalesce(done <= due, false) AS met
    FROM promised AS p LEFT JOIN business AS b USING (thing, metric)
), decided AS (
    SELECT met, least(done, due) AS decided_at FROM instances
    WHERE due IS NOT NULL
      AND NOT coalesce(abandoned_at < due, false)
)
-- output: share
SELECT count(*) FILTER (met) / nullif(count(*), 0) AS value, count(*) AS n FROM decided
WHERE decided_at <= $as_of AND decided_at >= $p0 AND decided_at < $p1

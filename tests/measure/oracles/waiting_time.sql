-- Waiting time: Kaplan-Meier quantiles of the wait from the first customer message (time with a bot included) to a human
-- answer. Who left is censored when leaving, who still waits at `as_of`. The quantile q is the first time at which the share
-- still waiting is at most 1 - q; without such a time there is none. Calls (answered or abandoned) are the phone side.
WITH waits AS (
    SELECT 'written' AS kind, channel, answered_at IS NOT NULL AS answered,
           seconds(opened_at, coalesce(answered_at, abandoned_at, $as_of)) AS waited
    FROM written($as_of)
    WHERE direction = 'in' AND opened_at >= $p0 AND opened_at < $p1 AND NOT bot_only AND NOT needs_no_reply
    UNION ALL
    SELECT 'call', channel, outcome = 'answered', wait_s FROM inbound_calls($as_of)
    WHERE outcome IN ('answered', 'abandoned') AND queued_at >= $p0 AND queued_at < $p1
), headline AS (
    SELECT * FROM waits WHERE wanted($channel, channel) AND (kind = 'written' OR $channel = 'phone')
), everyone AS (
    SELECT * FROM waits WHERE wanted($channel, channel) AND (kind = 'written' OR $channel = 'phone' OR NOT $sliced)
)
-- output: median
SELECT (SELECT min(waited) FROM (
            SELECT e.waited, product(1 - e.events / (SELECT count(*) FROM headline AS r WHERE r.waited >= e.waited))
                             OVER (ORDER BY e.waited) AS still_waiting
            FROM (SELECT waited, count(*) AS events FROM headline WHERE answered GROUP BY waited) AS e)
        WHERE still_waiting <= 0.5 + 1e-12) AS value,
       count(*) AS n, count(*) FILTER (NOT answered) AS n_censored
FROM headline
-- output: p90
SELECT (SELECT min(waited) FROM (
            SELECT e.waited, product(1 - e.events / (SELECT count(*) FROM headline AS r WHERE r.waited >= e.waited))
                             OVER (ORDER BY e.waited) AS still_waiting
            FROM (SELECT waited, count(*) AS events FROM headline WHERE answered GROUP BY waited) AS e)
        WHERE still_waiting <= 0.1 + 1e-12) AS value,
       count(*) AS n, count(*) FILTER (NOT answered) AS n_censored
FROM headline
-- output: contacts
SELECT (SELECT min(waited) FROM (
            SELECT e.waited, product(1 - e.events / (SELECT count(*) FROM everyone AS r WHERE r.waited >= e.waited))
                             OVER (ORDER BY e.waited) AS still_waiting
            FROM (SELECT waited, count(*) AS events FROM everyone WHERE answered GROUP BY waited) AS e)
        WHERE still_waiting <= 0.5 + 1e-12) AS value,
       count(*) AS n, count(*) FILTER (NOT answered) AS n_censored
FROM everyone

-- Call abandonment: callers who left after more than five seconds, of those plus the answered ones.
WITH offered AS (
    SELECT outcome FROM inbound_calls($as_of) WHERE offered AND queued_at >= $p0 AND queued_at < $p1
)
-- output: share
SELECT count(*) FILTER (outcome = 'abandoned') / nullif(count(*), 0) AS value, count(*) AS n FROM offered
-- output: count
SELECT CASE WHEN covered('calls', $p0, $p1) THEN n END AS value, n
FROM (SELECT count(*) AS n FROM offered WHERE outcome = 'abandoned')

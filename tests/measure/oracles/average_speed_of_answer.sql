-- Average speed of answer: seconds in the queue of the answered inbound calls that were queued in the period.
WITH answered AS (
    SELECT wait_s FROM inbound_calls($as_of)
    WHERE outcome = 'answered' AND queued_at >= $p0 AND queued_at < $p1 AND wanted($agent_id, agent_id)
)
-- output: mean
SELECT avg(wait_s) AS value, count(wait_s) AS n FROM answered
-- output: median
SELECT quantile_cont(wait_s, 0.5) AS value, count(wait_s) AS n FROM answered

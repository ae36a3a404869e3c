-- Average handle time: talk, hold and after-call work of answered inbound calls, in the period in which that work ended.
-- A call that lacks one of the three is not counted and reported as n_na.
WITH handled AS (
    SELECT talk_s + hold_s + acw_s AS handling FROM inbound_calls($as_of)
    WHERE outcome = 'answered' AND ended_at >= $p0 AND ended_at < $p1 AND ended_at <= $as_of AND wanted($agent_id, agent_id)
)
-- output: mean
SELECT avg(handling) AS value, count(handling) AS n, count(*) - count(handling) AS n_na FROM handled

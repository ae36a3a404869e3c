-- Resolution time: from the opening to the last solve of inbound conversations a person solved for good in the period;
-- `first_median` runs to the first solve of the same conversations.
WITH solved AS (
    SELECT seconds(opened_at, solved_at) AS taken, seconds(opened_at, first_solved_at) AS taken_first FROM written($as_of)
    WHERE direction = 'in' AND solved_now AND solved_at >= $p0 AND solved_at < $p1 AND coalesce(resolved_by, 'agent') = 'agent'
      AND wanted($channel, channel) AND wanted($agent_id, agent_id)
)
-- output: median
SELECT quantile_cont(taken, 0.5) AS value, count(taken) AS n FROM solved
-- output: mean
SELECT avg(taken) AS value, count(taken) AS n FROM solved
-- output: first_median
SELECT quantile_cont(taken_first, 0.5) AS value, count(taken_first) AS n FROM solved

-- Solved cases: root conversations, outbound ones too, that are solved now and whose last solve lies in the period.
WITH solved AS (
    SELECT coalesce(resolved_by, 'agent') AS resolved_by FROM written($as_of)
    WHERE solved_now AND solved_at >= $p0 AND solved_at < $p1 AND wanted($channel, channel) AND wanted($agent_id, agent_id)
)
-- output: count
SELECT CASE WHEN covered('conversations', $p0, $p1) THEN n END AS value, n FROM (SELECT count(*) AS n FROM solved)
-- output: human
SELECT CASE WHEN covered('conversations', $p0, $p1) THEN n END AS value, n
FROM (SELECT count(*) AS n FROM solved WHERE resolved_by = 'agent')
-- output: bot
SELECT CASE WHEN covered('conversations', $p0, $p1) THEN n END AS value, n
FROM (SELECT count(*) AS n FROM solved WHERE resolved_by = 'bot')

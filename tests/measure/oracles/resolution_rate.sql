-- Resolution rate: solved for good within `within_hours` of the opening (exactly that is inside), of the inbound
-- conversations opened in the period that were not left at once. Unanswered ones count as unsolved.
-- output: share
SELECT count(*) FILTER (solved_now AND seconds(opened_at, solved_at) <= 3600 * $within_hours) / nullif(count(*), 0) AS value, count(*) AS n
FROM written($as_of)
WHERE direction = 'in' AND opened_at >= $p0 AND opened_at < $p1 AND NOT short
  AND wanted($channel, channel) AND wanted($agent_id, agent_id)

-- Reopened cases: root conversations, outbound ones too, whose first solve lies in the period; of these the ones reopened at
-- most seven days later (exactly that is inside). A customer who only says thanks reopens nothing.
-- output: share
SELECT count(*) FILTER (seconds(first_solved_at, coalesce(reopened_first_at, reopened_at)) <= 7 * 86400
                        AND coalesce(reopen_is_trivial, 0) = 0) / nullif(count(*), 0) AS value, count(*) AS n
FROM written($as_of)
WHERE first_solved_at >= $p0 AND first_solved_at < $p1 AND wanted($channel, channel) AND wanted($agent_id, agent_id)

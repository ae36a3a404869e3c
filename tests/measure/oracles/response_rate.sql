-- Response rate: conversations with a human answer, of the inbound ones opened in the period that need one (not only a bot,
-- not left within ten seconds, not marked as asking nothing). Under `channel = phone` and in `contacts` the calls count as
-- answered of answered or abandoned after five seconds.
WITH contacts AS (
    SELECT 'written' AS kind, channel, agent_id, answered_at IS NOT NULL AS answered FROM written($as_of)
    WHERE direction = 'in' AND opened_at >= $p0 AND opened_at < $p1 AND NOT bot_only AND NOT short AND NOT needs_no_reply
    UNION ALL
    SELECT 'call', channel, agent_id, outcome = 'answered' FROM inbound_calls($as_of)
    WHERE offered AND queued_at >= $p0 AND queued_at < $p1
), sliced AS (
    SELECT * FROM contacts WHERE wanted($channel, channel) AND wanted($agent_id, agent_id)
)
-- output: share
SELECT count(*) FILTER (answered) / nullif(count(*), 0) AS value, count(*) AS n
FROM sliced WHERE kind = 'written' OR $channel = 'phone'
-- output: contacts
SELECT count(*) FILTER (answered) / nullif(count(*), 0) AS value, count(*) AS n
FROM sliced WHERE kind = 'written' OR $channel = 'phone' OR NOT $sliced

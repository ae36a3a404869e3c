-- Conversations: inbound eligible root conversations opened in the period; under `channel = phone` the inbound calls.
-- `contacts` adds the calls when nothing is sliced away, `short` keeps those who left within ten seconds (calls five).
-- Zero only where the table is covered.
WITH contacts AS (
    SELECT 'written' AS kind, channel, segment, short FROM written($as_of)
    WHERE direction = 'in' AND opened_at >= $p0 AND opened_at < $p1
    UNION ALL
    SELECT 'call', channel, segment, short FROM inbound_calls($as_of) WHERE queued_at >= $p0 AND queued_at < $p1
), sliced AS (
    SELECT * FROM contacts WHERE wanted($channel, channel) AND wanted($segment, segment)
), has_cover AS (
    SELECT covered(CASE WHEN $channel = 'phone' THEN 'calls' ELSE 'conversations' END, $p0, $p1) AS yes
)
-- output: count
SELECT CASE WHEN (SELECT yes FROM has_cover) THEN n END AS value, n
FROM (SELECT count(*) AS n FROM sliced WHERE kind = 'written' OR $channel = 'phone')
-- output: contacts
SELECT CASE WHEN (SELECT yes FROM has_cover) THEN n END AS value, n
FROM (SELECT count(*) AS n FROM sliced WHERE kind = 'written' OR $channel = 'phone' OR NOT $sliced)
-- output: short
SELECT CASE WHEN (SELECT yes FROM has_cover) THEN n END AS value, n
FROM (SELECT count(*) AS n FROM sliced WHERE short AND (kind = 'written' OR $channel = 'phone'))

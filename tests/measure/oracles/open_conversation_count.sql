-- Active issues: inbound conversations opened before the instant T, not abandoned before it and not solved at it. Where the
-- status history of a conversation is known it decides; else a conversation is solved from its first solve to its first
-- reopening, and from its last solve on. `days_of_work` divides by the cases solved a day in the 28 days before T.
WITH history AS (
    SELECT conversation_id AS contact_id, arg_max(value, "at") AS status FROM status_events
    WHERE kind = 'status' AND "at" <= $p1 AND "at" <= $as_of GROUP BY ALL
), conversations_at AS (
    SELECT *, coalesce(status IN ('solved', 'closed'),
                  coalesce($p1 >= first_solved_at AND $p1 < coalesce(reopened_first_at, TIMESTAMP '9999-01-01'), false)
                  OR coalesce(solved_now AND $p1 >= solved_at, false)) AS solved_then
    FROM written($as_of) LEFT JOIN history USING (contact_id)
    WHERE wanted($channel, channel)
), open_then AS (
    SELECT * FROM conversations_at
    WHERE direction = 'in' AND opened_at < $p1 AND NOT solved_then AND coalesce(abandoned_at >= $p1, true)
), solved_before AS (
    SELECT count(*) AS n FROM conversations_at
    WHERE solved_now AND solved_at >= $p1 - INTERVAL 28 DAY AND solved_at < $p1
)
-- output: count
SELECT count(*) AS value, count(*) AS n FROM open_then
-- output: pending
SELECT count(*) FILTER (status IN ('pending', 'on_hold')) AS value, count(*) AS n FROM open_then
-- output: days_of_work
SELECT count(*) / nullif((SELECT n FROM solved_before) / 28, 0) AS value, count(*) AS n FROM open_then

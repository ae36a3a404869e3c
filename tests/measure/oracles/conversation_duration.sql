-- Duration of chats: from the opening to the last public word of customer or agent (the file's, else that of the messages of
-- the conversation and those merged into it), of inbound chats a person answered and the customer did not abandon before,
-- whose last word lies in the period.
WITH RECURSIVE chain AS (
    SELECT conversation_id AS child, conversation_id AS root, merged_into FROM conversations
    UNION ALL
    SELECT chain.child, parent.conversation_id, parent.merged_into
    FROM chain JOIN conversations AS parent ON parent.conversation_id = chain.merged_into
), words AS (
    SELECT root, max(sent_at) AS said_at
    FROM messages JOIN chain ON child = conversation_id AND merged_into IS NULL
    WHERE author_type IN ('customer', 'agent') AND coalesce(is_public, 1) = 1 GROUP BY ALL
), chats AS (
    SELECT seconds(opened_at, coalesce(last_message_at, said_at)) AS lasted
    FROM written($as_of) LEFT JOIN words ON root = contact_id
    WHERE direction = 'in' AND channel = 'chat' AND wanted($channel, channel) AND wanted($agent_id, agent_id)
      AND answered_at IS NOT NULL AND coalesce(answered_at <= abandoned_at, true)
      AND coalesce(last_message_at, said_at) >= $p0 AND coalesce(last_message_at, said_at) < $p1
      AND coalesce(last_message_at, said_at) <= $as_of
)
-- output: mean
SELECT avg(lasted) AS value, count(*) AS n FROM chats
-- output: median
SELECT quantile_cont(lasted, 0.5) AS value, count(*) AS n FROM chats

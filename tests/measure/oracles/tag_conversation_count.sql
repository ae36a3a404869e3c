-- Conversations by tag: inbound root conversations opened in the period that carry the tag, compared without case and outer
-- blanks; without a tag asked for, any. Tags of merged conversations belong to their root unless the merged one is spam, a test
-- or deleted; a tag put on later than `as_of` is not there yet. `untagged` carry none at all.
WITH RECURSIVE chain AS (
    SELECT conversation_id AS child, conversation_id AS root, merged_into FROM conversations
    UNION ALL
    SELECT chain.child, parent.conversation_id, parent.merged_into
    FROM chain JOIN conversations AS parent ON parent.conversation_id = chain.merged_into
), tags AS (
    SELECT DISTINCT root, lower(trim(tag)) AS tag
    FROM conversation_tags AS t JOIN chain ON chain.child = t.conversation_id AND chain.merged_into IS NULL
    JOIN conversations AS c ON c.conversation_id = t.conversation_id
    WHERE coalesce(tagged_at <= $as_of, true)
      AND (c.merged_into IS NULL OR (coalesce(c.is_spam, 0) = 0 AND coalesce(c.is_test, 0) = 0 AND c.created_at <= $as_of
                                     AND known(c.deleted_at, $as_of) IS NULL))
), counted AS (
    SELECT contact_id IN (SELECT root FROM tags) AS tagged,
           contact_id IN (SELECT root FROM tags WHERE coalesce(tag = nullif(lower(trim($tag)), ''), true)) AS has_tag
    FROM written($as_of) WHERE direction = 'in' AND opened_at >= $p0 AND opened_at < $p1 AND wanted($channel, channel)
)
-- output: count
SELECT CASE WHEN covered('conversations', $p0, $p1) THEN n END AS value, n FROM (SELECT count(*) AS n FROM counted WHERE has_tag)
-- output: share
SELECT count(*) FILTER (has_tag) / nullif(count(*), 0) AS value, count(*) AS n FROM counted
-- output: untagged
SELECT count(*) FILTER (NOT tagged) / nullif(count(*), 0) AS value, count(*) AS n FROM counted

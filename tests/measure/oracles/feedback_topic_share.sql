-- Share of comments about a topic: comments to the questions csat, nps and ces that carry the topic (any topic where none is
-- asked for), of all comments to them. Tests, repeated presses and what the same person wrote anew about the same conversation
-- or order within 24 hours are left out. The change is the share less that of the comparison period, by default the month before.
WITH comments AS (
    SELECT *, coalesce(conversation_id, order_id) AS subject, coalesce(customer_id, employee_id) AS person,
           CASE WHEN kind = 'nps' THEN coalesce(nps_kind = 'transactional', false) ELSE true END AS replaceable
    FROM responses
    WHERE kind IN ('csat', 'nps', 'ces') AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND responded_at <= $as_of
), counted AS (
    SELECT EXISTS (SELECT 1 FROM text_topics AS t WHERE t.response_id = c.response_id AND t.topic = coalesce(nullif($topic, ''), t.topic)) AS hit,
           responded_at >= $p0 AND responded_at < $p1 AS is_now, responded_at >= $c0 AND responded_at < $c1 AS is_before
    FROM comments AS c
    WHERE trim(coalesce(text, '')) <> '' AND NOT (replaceable AND EXISTS (
          SELECT 1 FROM comments AS later
          WHERE later.person = c.person AND later.subject = c.subject AND later.survey_id IS NOT DISTINCT FROM c.survey_id
            AND later.kind = c.kind AND later.item IS NOT DISTINCT FROM c.item
            AND later.responded_at > c.responded_at AND later.responded_at <= c.responded_at + INTERVAL 24 HOUR))
), shares AS (
    SELECT count(*) FILTER (is_now) AS n1, count(*) FILTER (is_now AND hit) / nullif(n1, 0) AS p1,
           count(*) FILTER (is_before) AS n0, count(*) FILTER (is_before AND hit) / nullif(n0, 0) AS p0
    FROM counted
)
-- output: share
SELECT p1 AS value, n1 AS n FROM shares
-- output: change
SELECT CASE WHEN n1 > 0 AND n0 > 0 THEN p1 - p0 END AS value, CASE WHEN n1 > 0 AND n0 > 0 THEN n1 + n0 ELSE 0 END AS n
FROM shares

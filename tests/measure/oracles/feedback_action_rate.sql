-- Feedback leading to action: topics mentioned at least five times in the period (safety and legal: once) about which an
-- improvement was closed between the beginning of the period and 90 days (of 24 hours) after its end, of all such topics.
-- A mention is an answer of a customer with that topic; tests and repeated presses are none, nor is what its author wrote anew
-- about the same conversation or order within 24 hours.
WITH answers AS (
    SELECT *, coalesce(conversation_id, order_id) AS subject,
           CASE WHEN kind = 'nps' THEN coalesce(nps_kind = 'transactional', false) ELSE true END AS replaceable
    FROM responses
    WHERE kind NOT IN ('enps', 'esat') AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND responded_at <= $as_of
), mentions AS (
    SELECT topic, count(*) AS times
    FROM answers AS a JOIN text_topics USING (response_id)
    WHERE responded_at >= $p0 AND responded_at < $p1 AND NOT (replaceable AND EXISTS (
          SELECT 1 FROM answers AS later
          WHERE later.customer_id = a.customer_id AND later.subject = a.subject
            AND later.survey_id IS NOT DISTINCT FROM a.survey_id AND later.kind = a.kind
            AND later.item IS NOT DISTINCT FROM a.item
            AND later.responded_at > a.responded_at AND later.responded_at <= a.responded_at + INTERVAL 24 HOUR))
    GROUP BY topic
), asking AS (
    SELECT topic, EXISTS (
        SELECT 1 FROM feedback_actions AS f
        WHERE f.kind = 'fix' AND f.topic = mentions.topic AND f.closed_at <= $as_of
          AND f.closed_at >= $p0 AND f.closed_at <= $p1 + INTERVAL 2160 HOUR) AS acted
    FROM mentions WHERE times >= coalesce($least, 5) OR lower(topic) IN ('safety', 'legal')
)
-- output: share
SELECT count(*) FILTER (acted) / nullif(count(*), 0) AS value, count(*) AS n FROM asking

-- Customer satisfaction: answers in the positive boxes of their scale, of the answers with a score. Transactional answers
-- name a conversation, an order or a touchpoint, overall ones do not. An answer is replaced by a later one of the same
-- person to the same survey about the same conversation or order within 24 hours; answers at a touchpoint all stand. Tests
-- and repeated presses of a device are left out; a question left open (`answered` = 0) is n_na whatever its score says.
WITH answers AS (
    SELECT * EXCLUDE (score), CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score,
           coalesce(conversation_id, order_id) AS subject, coalesce(customer_id, employee_id) AS person
    FROM responses
    WHERE kind = 'csat' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND responded_at <= $as_of
), scored AS (
    SELECT * FROM answers AS a
    WHERE responded_at >= $p0 AND responded_at < $p1 AND (coalesce(subject, touchpoint_id) IS NOT NULL) = ($csat_kind = 'transactional')
      AND wanted($item, item) AND wanted($scale, CAST(scale_min AS INTEGER) || '-' || CAST(scale_max AS INTEGER))
      AND NOT EXISTS (
          SELECT 1 FROM answers AS later
          WHERE later.person = a.person AND later.subject = a.subject AND later.survey_id IS NOT DISTINCT FROM a.survey_id
            AND later.item IS NOT DISTINCT FROM a.item
            AND later.responded_at > a.responded_at AND later.responded_at <= a.responded_at + INTERVAL 24 HOUR)
)
-- output: share
SELECT count(*) FILTER (score > scale_max - CASE WHEN scale_max - scale_min >= 3 THEN 2 ELSE 1 END) / nullif(count(score), 0) AS value,
       count(score) AS n, count(*) - count(score) AS n_na
FROM scored
-- output: mean
SELECT avg(score) AS value, count(score) AS n, count(*) - count(score) AS n_na FROM scored
-- output: bottom2
SELECT count(*) FILTER (score <= scale_min + 1) / nullif(count(score), 0) AS value, count(score) AS n, count(*) - count(score) AS n_na
FROM scored

-- Satisfaction improvement: the share of satisfied transactional answers (as in csat) minus that of the comparison period,
-- which is the month before unless another is named. Without answers on either side there is no value.
WITH answers AS (
    SELECT * EXCLUDE (score), CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score,
           coalesce(conversation_id, order_id) AS subject, coalesce(customer_id, employee_id) AS person
    FROM responses
    WHERE kind = 'csat' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND responded_at <= $as_of
), scored AS (
    SELECT score > scale_max - CASE WHEN scale_max - scale_min >= 3 THEN 2 ELSE 1 END AS satisfied, responded_at,
           responded_at >= $p0 AND responded_at < $p1 AS is_now, responded_at >= $c0 AND responded_at < $c1 AS is_before
    FROM answers AS a
    WHERE coalesce(subject, touchpoint_id) IS NOT NULL AND score IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM answers AS later
          WHERE later.person = a.person AND later.subject = a.subject AND later.survey_id IS NOT DISTINCT FROM a.survey_id
            AND later.responded_at > a.responded_at AND later.responded_at <= a.responded_at + INTERVAL 24 HOUR)
), shares AS (
    SELECT count(*) FILTER (is_now) AS n1, count(*) FILTER (is_now AND satisfied) / nullif(n1, 0) AS p1,
           count(*) FILTER (is_before) AS n0, count(*) FILTER (is_before AND satisfied) / nullif(n0, 0) AS p0
    FROM scored
)
-- output: change
SELECT CASE WHEN n1 > 0 AND n0 > 0 THEN p1 - p0 END AS value, CASE WHEN n1 > 0 AND n0 > 0 THEN n1 + n0 ELSE 0 END AS n
FROM shares

-- Customer effort score 2.0: answers of 5 to 7 on the scale from 1 to 7, of the scored ones; other scales by their satisfied
-- boxes. A later answer of the same person about the same thing within 24 hours replaces an earlier one.
WITH answers AS (
    SELECT * EXCLUDE (score), CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score,
           coalesce(conversation_id, order_id) AS subject, coalesce(customer_id, employee_id) AS person,
           coalesce(scale_min, 1) AS low, coalesce(scale_max, 7) AS high
    FROM responses
    WHERE kind = 'ces' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND responded_at <= $as_of
), asked AS (
    SELECT * FROM answers AS a
    WHERE responded_at >= $p0 AND responded_at < $p1 AND wanted($scale, CAST(low AS INTEGER) || '-' || CAST(high AS INTEGER))
      AND NOT EXISTS (
          SELECT 1 FROM answers AS later
          WHERE later.person = a.person AND later.subject = a.subject AND later.survey_id IS NOT DISTINCT FROM a.survey_id
            AND later.responded_at > a.responded_at AND later.responded_at <= a.responded_at + INTERVAL 24 HOUR)
)
-- output: share
SELECT count(*) FILTER (score >= CASE high - low WHEN 6 THEN high - 2 ELSE high - 1 END) / nullif(count(score), 0) AS value,
       count(score) AS n, count(*) - count(score) AS n_na
FROM asked
-- output: mean
SELECT avg(score) AS value, count(score) AS n, count(*) - count(score) AS n_na FROM asked

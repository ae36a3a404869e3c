-- First contact resolution as customers report it: yes (1) over yes and no; open or "don't know" is n_na. A later answer of
-- the same person to the same survey about the same conversation or order within 24 hours replaces an earlier one.
WITH answers AS (
    SELECT * EXCLUDE (score), CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score,
           coalesce(conversation_id, order_id) AS subject, coalesce(customer_id, employee_id) AS person
    FROM responses
    WHERE kind = 'resolved' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND responded_at <= $as_of
), asked AS (
    SELECT * FROM answers AS a
    WHERE responded_at >= $p0 AND responded_at < $p1
      AND NOT EXISTS (
          SELECT 1 FROM answers AS later
          WHERE later.person = a.person AND later.subject = a.subject AND later.survey_id IS NOT DISTINCT FROM a.survey_id
            AND later.responded_at > a.responded_at AND later.responded_at <= a.responded_at + INTERVAL 24 HOUR)
)
-- output: share
SELECT count(*) FILTER (score = 1) / nullif(count(score), 0) AS value, count(score) AS n, count(*) - count(score) AS n_na FROM asked

-- Net Promoter Score: 100 times promoters (9, 10) minus detractors (0 to 6) over all scores. Relationship surveys count the
-- latest scored answer of a person in the period; transactional ones every answer, a later one within 24 hours about the
-- same thing replacing an earlier one. An answer without a person stands for itself.
WITH answers AS (
    SELECT * EXCLUDE (score), CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score,
           coalesce(conversation_id, order_id) AS subject, coalesce(customer_id, employee_id) AS person
    FROM responses
    WHERE kind = 'nps' AND coalesce(nps_kind, 'relationship') = $nps_kind AND coalesce(is_test, 0) = 0
      AND responded_at <= $as_of AND responded_at >= $p0 AND responded_at < $p1
), latest AS (
    SELECT score FROM answers AS a
    WHERE score IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM answers AS later
        WHERE later.person = a.person AND later.score IS NOT NULL AND later.responded_at > a.responded_at
          AND ($nps_kind = 'relationship' OR (later.subject = a.subject AND later.survey_id IS NOT DISTINCT FROM a.survey_id
                                              AND later.responded_at <= a.responded_at + INTERVAL 24 HOUR)))
)
-- output: score
SELECT 100 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / nullif(count(*), 0) AS value, count(*) AS n,
       (SELECT count(*) FROM answers WHERE score IS NULL) AS n_na
FROM latest

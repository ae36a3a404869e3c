-- Employee Net Promoter Score: as nps, of the latest scored answer of each employee in the period; an answer without a person
-- stands for itself. Fewer than 5 respondents are not shown at all (G21).
WITH answers AS (
    SELECT * EXCLUDE (score), CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score, coalesce(customer_id, employee_id) AS person
    FROM responses
    WHERE kind = 'enps' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND responded_at <= $as_of AND responded_at >= $p0 AND responded_at < $p1
), latest AS (
    SELECT score FROM answers AS a
    WHERE score IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM answers AS later
        WHERE later.person = a.person AND later.score IS NOT NULL AND later.responded_at > a.responded_at)
), shown AS (
    SELECT count(*) >= 5 OR (SELECT count(*) FROM answers) = 0 AS allowed FROM latest
)
-- output: score
SELECT CASE WHEN any_value(allowed) THEN 100 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / nullif(count(score), 0) END AS value,
       CASE WHEN any_value(allowed) THEN count(score) END AS n,
       CASE WHEN any_value(allowed) THEN (SELECT count(*) FROM answers WHERE score IS NULL) END AS n_na
FROM shown LEFT JOIN latest ON true

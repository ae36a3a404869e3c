-- Employee satisfaction: of the latest scored answer of each employee to a question, the share in the satisfied boxes (G17: the
-- two highest points of scales with four points or more). Fewer than 5 respondents are not shown at all (G21).
WITH answers AS (
    SELECT * EXCLUDE (score), CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score, coalesce(customer_id, employee_id) AS person
    FROM responses
    WHERE kind = 'esat' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND responded_at <= $as_of AND responded_at >= $p0 AND responded_at < $p1
), latest AS (
    SELECT item, coalesce(score > scale_max - CASE WHEN scale_max - scale_min >= 3 THEN 2 ELSE 1 END, false) AS satisfied
    FROM answers AS a
    WHERE score IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM answers AS later
        WHERE later.person = a.person AND later.item = a.item AND later.score IS NOT NULL AND later.responded_at > a.responded_at)
), questions AS (
    SELECT item, count(*) FILTER (score IS NULL) AS n_na, count(*) AS asked FROM answers GROUP BY ALL
), results AS (
    SELECT asked.item, count(satisfied) AS n, count(*) FILTER (satisfied) AS k, coalesce(any_value(n_na), 0) AS n_na,
           count(satisfied) >= 5 OR coalesce(any_value(asked), 0) = 0 AS allowed
    FROM (VALUES ('satisfied'), ('motivated_to_serve')) AS asked(item) LEFT JOIN questions USING (item) LEFT JOIN latest USING (item)
    GROUP BY ALL
)
-- output: satisfied
SELECT CASE WHEN allowed THEN k / nullif(n, 0) END AS value, CASE WHEN allowed THEN n END AS n, CASE WHEN allowed THEN n_na END AS n_na
FROM results WHERE item = 'satisfied'
-- output: motivated_to_serve
SELECT CASE WHEN allowed THEN k / nullif(n, 0) END AS value, CASE WHEN allowed THEN n END AS n, CASE WHEN allowed THEN n_na END AS n_na
FROM results WHERE item = 'motivated_to_serve'

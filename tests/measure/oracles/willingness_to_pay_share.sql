-- Willingness to pay: whether the customer would choose us at a higher price; the two highest boxes of the scale
-- over all scored answers of the period. Tests are left out; questions left open are n_na.
WITH asked AS (
    SELECT CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score, coalesce(scale_max, 5) AS high
    FROM responses
    WHERE kind = 'wtp' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND responded_at <= $as_of AND responded_at >= $p0 AND responded_at < $p1
)
-- output: share
SELECT count(*) FILTER (score > high - 2) / nullif(count(score), 0) AS value, count(score) AS n, count(*) - count(score) AS n_na
FROM asked

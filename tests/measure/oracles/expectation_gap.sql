-- Expectation gap: what a person perceived less what the same person expected, on average over the questions that have both on
-- one scale; on the scale from -2 to 2 the perceived score is the gap itself. Who has no pair is n_na.
WITH latest AS (
    SELECT coalesce('person ' || coalesce(customer_id, employee_id), 'invitation ' || invite_id, 'answer ' || response_id) AS who, item,
           coalesce(scale_min, 1) AS low, coalesce(scale_max, 5) AS high,
           arg_max(score, responded_at) FILTER (kind = 'expectation' AND coalesce(answered, 1) = 1) AS perceived,
           arg_max(score, responded_at) FILTER (kind = 'expected' AND coalesce(answered, 1) = 1) AS expected
    FROM responses
    WHERE kind IN ('expectation', 'expected') AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND responded_at <= $as_of AND responded_at >= $p0 AND responded_at < $p1
      AND wanted($scale, CAST(coalesce(scale_min, 1) AS INTEGER) || '-' || CAST(coalesce(scale_max, 5) AS INTEGER))
    GROUP BY ALL
), people AS (
    SELECT who, low, high, avg(perceived - CASE WHEN low = -2 AND high = 2 THEN 0 ELSE expected END) AS gap
    FROM latest GROUP BY ALL
)
-- output: mean
SELECT avg(gap) AS value, count(gap) AS n, count(*) - count(gap) AS n_na FROM people
-- output: met_share
SELECT count(*) FILTER (gap >= 0) / nullif(count(gap), 0) AS value, count(gap) AS n, count(*) - count(gap) AS n_na FROM people

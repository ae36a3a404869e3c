-- Customer retention: customers with a running contract at both ends of the period, of those with one at its beginning.
-- Who is without a contract at the end but starts again at most `grace_days` after leaving, as far as known, is kept.
WITH known_contracts AS (
    SELECT * FROM contracts($as_of) WHERE wanted($segment, segment)
), cohort AS (
    SELECT DISTINCT customer_id FROM known_contracts WHERE starts <= local_date($p0) AND local_date($p0) < ends
), closing AS (
    SELECT customer_id, bool_or(starts <= local_date($p1) AND local_date($p1) < ends) AS runs,
           max(ends) FILTER (ends <= local_date($p1)) AS left_on, min(starts) FILTER (starts > local_date($p1)) AS returned_on
    FROM cohort JOIN known_contracts USING (customer_id) GROUP BY ALL
)
-- output: share
SELECT count(*) FILTER (runs OR coalesce(returned_on - left_on <= $grace_days, false)) / nullif(count(*), 0) AS value, count(*) AS n
FROM closing

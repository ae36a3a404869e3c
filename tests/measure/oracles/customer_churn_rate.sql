-- Customer churn: customers with a running contract at the beginning of the period who have none at its end and do not start
-- again at most `grace_days` after leaving, as far as known, of all with one at its beginning. `annualised` is what a year of
-- such periods would lose.
WITH known_contracts AS (
    SELECT * FROM contracts($as_of) WHERE wanted($segment, segment)
), cohort AS (
    SELECT DISTINCT customer_id FROM known_contracts WHERE starts <= local_date($p0) AND local_date($p0) < ends
), fate AS (
    SELECT cohort.customer_id,
           NOT EXISTS (SELECT 1 FROM known_contracts AS c WHERE c.customer_id = cohort.customer_id
                       AND c.starts <= local_date($p1) AND local_date($p1) < c.ends) AS absent,
           (SELECT max(ends) FROM known_contracts AS c WHERE c.customer_id = cohort.customer_id
            AND c.ends <= local_date($p1)) AS left_on
    FROM cohort
), lost AS (
    SELECT absent AND NOT EXISTS (
        SELECT 1 FROM known_contracts AS c WHERE c.customer_id = fate.customer_id AND c.starts > local_date($p1)
        AND c.starts <= fate.left_on + CAST($grace_days AS INTEGER)) AS lost
    FROM fate
)
-- output: share
SELECT avg(CAST(lost AS INTEGER)) AS value, count(*) AS n FROM lost
-- output: annualised
SELECT 1 - pow(avg(CAST(NOT lost AS INTEGER)), 365.25 / (local_date($p1) - local_date($p0))) AS value, count(*) AS n FROM lost

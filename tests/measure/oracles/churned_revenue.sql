-- Value of lost customers: monthly revenue on the last day of customers whose contracts ended in the period without another
-- one running or starting within thirty days, in euros at the rate of the end date.
WITH known_contracts AS (
    SELECT * FROM contracts($as_of) WHERE wanted($segment, segment)
), lost AS (
    SELECT DISTINCT customer_id, ends AS left_on FROM known_contracts AS gone
    WHERE ends >= local_date($p0) AND ends < local_date($p1) AND NOT EXISTS (
        SELECT 1 FROM known_contracts AS other
        WHERE other.customer_id = gone.customer_id AND other.ends > gone.ends AND other.starts <= gone.ends + 30)
), revenue AS (
    SELECT customer_id, left_on, sum(mrr / euro_rate(currency, left_on)) AS mrr
    FROM lost JOIN known_contracts AS c USING (customer_id) WHERE c.starts < left_on AND c.ends = left_on GROUP BY ALL
)
-- output: mrr
SELECT CASE WHEN covered('subscriptions', $p0, $p1) THEN coalesce(sum(mrr), 0) END AS value, count(*) AS n FROM revenue
-- output: yearly
SELECT CASE WHEN covered('subscriptions', $p0, $p1) THEN 12 * coalesce(sum(mrr), 0) END AS value, count(*) AS n FROM revenue

-- New customers: those whose first valid order or first contract, whichever came first, falls into the period; the rate is
-- over the customers with a contract when the period begins.
WITH beginnings AS (
    SELECT customer_id, segment, ordered_at AS began FROM valid_orders($as_of)
    UNION ALL
    SELECT customer_id, segment, midnight(starts) FROM contracts($as_of)
), first_ever AS (
    SELECT customer_id, min(began) AS began FROM beginnings WHERE wanted($segment, segment) GROUP BY ALL
), won AS (
    SELECT count(*) AS k FROM first_ever WHERE began >= $p0 AND began < $p1
), active AS (
    SELECT nullif(count(DISTINCT customer_id), 0) AS customers FROM contracts($as_of)
    WHERE starts <= local_date($p0) AND local_date($p0) < ends AND wanted($segment, segment)
)
-- output: count
SELECT CASE WHEN covered('orders', $p0, $p1) OR covered('subscriptions', $p0, $p1) THEN k END AS value, k AS n FROM won
-- output: rate
SELECT k / customers AS value, CASE WHEN customers IS NULL THEN 0 ELSE k END AS n FROM won, active

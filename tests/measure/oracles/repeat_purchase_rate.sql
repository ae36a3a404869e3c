-- Repeat purchase: customers with valid orders on at least two local days of the `window_days` local days before the end of
-- the period, of those with at least one.
WITH buyers AS (
    SELECT customer_id, count(DISTINCT ordered_on) AS days FROM valid_orders($as_of)
    WHERE ordered_on >= local_date($p1) - CAST($window_days AS INTEGER) AND ordered_at < $p1 AND wanted($segment, segment)
    GROUP BY ALL
)
-- output: share
SELECT count(*) FILTER (days >= 2) / nullif(count(*), 0) AS value, count(*) AS n FROM buyers

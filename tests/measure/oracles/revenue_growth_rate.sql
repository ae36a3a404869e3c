-- Revenue growth: what valid orders of the period were invoiced at less what was given back, in euros, over the same of the
-- comparison period (by default the same period a year before), minus one; both at the rates of the earlier period's first day.
WITH periods AS (
    SELECT 'now' AS which, $p0 AS p0, $p1 AS p1 UNION ALL SELECT 'before', $c0, $c1
), revenue AS (
    SELECT which, sum((invoice_amount - coalesce(refund_amount, 0)) / euro_rate(currency, local_date($c0))) AS euros,
           count(euro_rate(currency, local_date($c0))) AS orders
    FROM periods JOIN valid_orders($as_of) ON ordered_at >= p0 AND ordered_at < p1
    WHERE covered('orders', p0, p1) AND wanted($segment, segment) GROUP BY ALL
)
-- output: growth
SELECT any_value(now.euros / before.euros - 1) AS value, coalesce(any_value(now.orders + before.orders), 0) AS n
FROM revenue AS now, revenue AS before WHERE now.which = 'now' AND before.which = 'before' AND before.euros > 0

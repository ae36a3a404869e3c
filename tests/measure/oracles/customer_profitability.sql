-- Customer profitability: per customer with a valid order in the 365 days that end with the period, and with an order, an answered
-- contact or a cost of goods in it: invoiced less given back, less the cost of goods, less contacts at `cost_per_contact` (by
-- default what service cost in the period over the contacts answered in it), in euros. With an order of unknown cost: n_na.
WITH buyer AS (
    SELECT DISTINCT customer_id FROM valid_orders($as_of)
    WHERE ordered_at >= midnight(local_date($p1) - 365) AND ordered_at < $p1 AND wanted($segment, segment)
), bought AS (
    SELECT customer_id, sum((invoice_amount - coalesce(refund_amount, 0)) / euro_rate(currency, ordered_on)) AS net,
           sum(cost_amount / euro_rate(currency, ordered_on)) AS goods, bool_or(cost_amount IS NULL) AS uncosted,
           bool_or(euro_rate(currency, ordered_on) IS NULL) AS unpriced
    FROM valid_orders($as_of) WHERE ordered_at >= $p0 AND ordered_at < $p1 GROUP BY ALL
), contact AS (
    SELECT customer_id FROM written($as_of)
    WHERE direction = 'in' AND answered_at IS NOT NULL AND opened_at >= $p0 AND opened_at < $p1
    UNION ALL
    SELECT customer_id FROM inbound_calls($as_of) WHERE outcome = 'answered' AND queued_at >= $p0 AND queued_at < $p1
), served AS (
    SELECT customer_id, count(*) AS contacts FROM contact GROUP BY ALL
), months AS (
    SELECT *, CAST(period || '-01' AS DATE) AS first_day, last_day(CAST(period || '-01' AS DATE)) + 1 AS end_day FROM cost_entries
), costs AS (
    SELECT customer_id, category, amount / euro_rate(currency, first_day)
           * greatest(0, least(end_day, local_date($p1)) - greatest(first_day, local_date($p0))) / (end_day - first_day) AS euros
    FROM months WHERE midnight(first_day) <= $as_of AND first_day < local_date($p1) AND end_day > local_date($p0)
), spent AS (
    SELECT customer_id, sum(euros) AS goods FROM costs WHERE category = 'cogs' GROUP BY ALL
), unit AS (
    SELECT coalesce($cost_per_contact,
                    (SELECT sum(euros) FROM costs WHERE category LIKE 'service_%') / (SELECT nullif(count(*), 0) FROM contact), 0) AS cost
), earned AS (
    SELECT coalesce(net, 0) - coalesce(bought.goods, 0) - coalesce(spent.goods, 0) - coalesce(contacts, 0) * cost AS euros,
           coalesce(uncosted, false) AS uncosted
    FROM buyer LEFT JOIN bought USING (customer_id) LEFT JOIN served USING (customer_id) LEFT JOIN spent USING (customer_id), unit
    WHERE NOT coalesce(unpriced, false)
      AND (net IS NOT NULL OR contacts IS NOT NULL OR spent.customer_id IS NOT NULL)
)
-- output: mean
SELECT avg(euros) FILTER (NOT uncosted) AS value, count(*) FILTER (NOT uncosted) AS n, count(*) FILTER (uncosted) AS n_na FROM earned
-- output: unprofitable
SELECT avg(CAST(euros < 0 AS INTEGER)) FILTER (NOT uncosted) AS value, count(*) FILTER (NOT uncosted) AS n,
       count(*) FILTER (uncosted) AS n_na
FROM earned

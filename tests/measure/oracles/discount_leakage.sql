-- Discount leakage: what valid orders with a target price of the period brought less than it after rebates, in euros, each
-- order by itself; a partial refund takes its share from both sides. `premium` is what others brought more, `net` the
-- difference of the two. Orders given away and those without an exchange rate are left out.
WITH lines AS (
    SELECT (target_amount - (invoice_amount - coalesce(off_invoice_amount, 0)))
           * (1 - coalesce(refund_amount, 0) / invoice_amount) / euro_rate(currency, ordered_on) AS missed
    FROM valid_orders($as_of)
    WHERE ordered_at >= $p0 AND ordered_at < $p1 AND invoice_amount > 0 AND wanted($segment, segment)
), sums AS (
    SELECT coalesce(sum(greatest(missed, 0)), 0) AS leakage, coalesce(sum(greatest(-missed, 0)), 0) AS premium, count(missed) AS n,
           covered('orders', $p0, $p1) OR count(missed) > 0 AS known
    FROM lines
)
-- output: leakage
SELECT CASE WHEN known THEN leakage END AS value, n FROM sums
-- output: premium
SELECT CASE WHEN known THEN premium END AS value, n FROM sums
-- output: net
SELECT CASE WHEN known THEN leakage - premium END AS value, n FROM sums

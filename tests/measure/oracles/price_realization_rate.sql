-- Price realisation: what is left of the invoice after rebates over the target price, in euros, of valid orders of the
-- period that were not given away. A partial refund takes its share from both sides. Without a target: n_na; without an
-- exchange rate: left out.
WITH lines AS (
    SELECT euro_rate(currency, ordered_on) AS rate, target_amount,
           1 - coalesce(refund_amount, 0) / invoice_amount AS kept, invoice_amount - coalesce(off_invoice_amount, 0) AS pocket
    FROM valid_orders($as_of)
    WHERE ordered_at >= $p0 AND ordered_at < $p1 AND invoice_amount > 0 AND wanted($segment, segment)
)
-- output: ratio
SELECT sum(pocket * kept / rate) FILTER (target_amount IS NOT NULL) / sum(target_amount * kept / rate) AS value,
       count(rate) FILTER (target_amount IS NOT NULL) AS n, count(*) FILTER (target_amount IS NULL) AS n_na
FROM lines

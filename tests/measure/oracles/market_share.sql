-- Market share: what valid orders of the period were invoiced at less what was given back, in euros, over the size of the market
-- for the same month, quarter or year. Of several sources of one market the mean; several markets add up.
WITH own AS (
    SELECT sum((invoice_amount - coalesce(refund_amount, 0)) / euro_rate(currency, ordered_on)) AS euros,
           count(euro_rate(currency, ordered_on)) AS n
    FROM valid_orders($as_of) WHERE ordered_at >= $p0 AND ordered_at < $p1
), figures AS (
    SELECT entity, value / euro_rate(coalesce(currency, 'EUR'), local_date($p0)) AS euros FROM benchmarks
    WHERE kind = 'market_size' AND wanted(nullif($market, ''), entity) AND period = CASE local_date($p1)
        WHEN local_date($p0) + INTERVAL 1 MONTH THEN strftime(local_date($p0), '%Y-%m')
        WHEN local_date($p0) + INTERVAL 3 MONTH THEN year(local_date($p0)) || '-Q' || quarter(local_date($p0))
        ELSE strftime(local_date($p0), '%Y') END
), market AS (
    SELECT sum(euros) AS euros FROM (SELECT entity, avg(euros) AS euros FROM figures GROUP BY ALL)
)
-- output: share
SELECT own.euros / nullif(market.euros, 0) AS value, CASE WHEN market.euros > 0 THEN n ELSE 0 END AS n FROM own, market

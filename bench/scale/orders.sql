-- The circle of buyers doubles over the three years, so that there are new customers in every month.
INSERT INTO orders BY NAME
WITH daily_rates AS (
    SELECT CAST(day AS DATE) AS day, quote, max_by(rate, "date") AS rate
    FROM range(TIMESTAMP '2022-12-31', TIMESTAMP '2026-01-02', INTERVAL 1 DAY) AS days(day)
    JOIN fx_rates ON "date" BETWEEN CAST(day AS DATE) - 7 AND CAST(day AS DATE)
    GROUP BY ALL
), drawn AS (
    SELECT i, moment(i, 'order') AS ordered_at, local_time(ordered_at) AS ordered_local, chance(i, 'status') AS dice,
           CASE WHEN dice < 0.93 THEN 'paid' WHEN dice < 0.96 THEN 'open' WHEN dice < 0.98 THEN 'cancelled' ELSE 'refunded' END AS status,
           chance(i, 'currency') AS purse,
           CASE WHEN purse < 0.85 THEN 'EUR' WHEN purse < 0.94 THEN 'NOK' ELSE 'SEK' END AS currency,
           round((5 + around(i, 'price', 80)) * CASE WHEN currency = 'EUR' THEN 1 ELSE 11 END, 2) AS list_amount,
           CASE WHEN chance(i, 'target') < 0.95 THEN round(list_amount * 0.95, 2) END AS target_amount,
           round(list_amount * CASE WHEN chance(i, 'sample') < 0.005 THEN 0 ELSE 0.8 + 0.18 * chance(i, 'discount') END, 2) AS invoice_amount,
           chance(i, 'refund') AS returned
    FROM range(2 * $n) AS rows(i)
)
SELECT 'o' || i AS order_id, customer(i, 'order', $customers * (0.5 + date_diff('day', DATE '2023-01-01', ordered_local) / 2192), 2) AS customer_id, ordered_at, status, currency, list_amount, target_amount,
       invoice_amount, CASE WHEN chance(i, 'rebate') < 0.1 THEN round(invoice_amount * 0.05, 2) ELSE 0 END AS off_invoice_amount,
       CASE WHEN status = 'refunded' OR returned < 0.01 THEN invoice_amount
            WHEN returned < 0.04 THEN round(invoice_amount * chance(i, 'part'), 2) ELSE 0 END AS refund_amount,
       'g' || (draw(i, 'product') % 100) AS product, ordered_local,
       CASE WHEN currency = 'EUR' THEN 1.0 ELSE rate END AS eur_rate, newest_load() AS loaded_at
FROM drawn LEFT JOIN daily_rates ON day = CAST(ordered_local AS DATE) AND quote = currency;

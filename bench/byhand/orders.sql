-- Buyers and prices from one pass over the orders by customer and month. The days of a month on which a customer bought are
-- the bits of a number; of those come the months with one such day, and with two. The 365 days before the end of a month
-- begin on the first of a month, or on the second when a leap day lies between: days from the second on are kept apart.
WITH bought AS MATERIALIZED (
    SELECT customer_id, 12 * year(ordered_local) + month(ordered_local) AS month_number,
           bit_or(1 << (day(ordered_local) - 1)) AS days,
           sum((invoice_amount - coalesce(off_invoice_amount, 0)) * (1 - coalesce(refund_amount, 0) / invoice_amount) / eur_rate)
               FILTER (target_amount IS NOT NULL) AS pocket,
           sum(target_amount * (1 - coalesce(refund_amount, 0) / invoice_amount) / eur_rate) AS target
    FROM valid_orders() WHERE ordered_local < $to GROUP BY ALL
), windows AS (
    SELECT month, 12 * year(month) + month(month) AS month_number, 12 * year($to) + month(CAST($to AS DATE)) AS last_number,
           1::BIGINT << (last_number - month_number + 11) AS opening,
           opening - (1::BIGINT << (last_number - month_number)) AS whole, day(next_month - 365) > 1 AS is_cut
    FROM months($from, $to)
), prices AS (
    SELECT month_number, blocks(coalesce(pocket, 0), coalesce(target, 0)) AS price_realization_rate FROM bought GROUP BY ALL
), recent AS (
    SELECT customer_id, month_number, days, bit_count(days) > 1 AS is_twice, bit_count(days >> 1) > 1 AS is_twice_later,
           1::BIGINT << (12 * year($to) + month(CAST($to AS DATE)) - month_number) AS bit
    FROM bought WHERE month_number >= 12 * year($to) + month(CAST($to AS DATE)) - 62
), buyers AS (
    SELECT bit_or(bit) AS once, bit_or(CASE WHEN days > 1 THEN bit ELSE 0 END) AS once_later,
           bit_or(CASE WHEN is_twice THEN bit ELSE 0 END) AS twice, bit_or(CASE WHEN is_twice_later THEN bit ELSE 0 END) AS twice_later
    FROM recent GROUP BY customer_id
), judged AS (
    SELECT month, (CASE WHEN is_cut THEN once_later ELSE once END & opening) | (once & whole) AS months_once,
           (CASE WHEN is_cut THEN twice_later ELSE twice END & opening) | (twice & whole) AS months_twice
    FROM buyers, windows
), again AS (
    SELECT month, blocks(CASE WHEN months_twice > 0 OR bit_count(months_once) > 1 THEN 1 ELSE 0 END, 1) AS repeat_purchase_rate
    FROM judged WHERE months_once > 0 GROUP BY ALL
), first_months AS (
    SELECT customer_id, min(month_number) AS month_number FROM (
        SELECT customer_id, month_number FROM bought
        UNION ALL SELECT customer_id, 12 * year(started_on) + month(started_on) FROM subscriptions)
    GROUP BY ALL
), won AS (
    SELECT month_number, count(*) AS k FROM first_months GROUP BY ALL
)
SELECT month, price_realization_rate, repeat_purchase_rate, {'k': coalesce(k, 0)} AS new_customer_count
FROM windows LEFT JOIN prices USING (month_number) LEFT JOIN again USING (month) LEFT JOIN won USING (month_number)

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
), buyers AS MATERIALIZED (
    SELECT customer_id, min(month_number) AS first_month, bit_or(bit) AS once,
           bit_or(CASE WHEN days > 1 THEN bit ELSE 0 END) AS once_later,
           bit_or(CASE WHEN bit_count(days) > 1 THEN bit ELSE 0 END) AS twice,
           bit_or(CASE WHEN bit_count(days >> 1) > 1 THEN bit ELSE 0 END) AS twice_later
    FROM (SELECT customer_id, month_number, days, CASE WHEN age < 62 THEN 1::BIGINT << age ELSE 0 END AS bit
          FROM (SELECT *, 12 * year($to) + month(CAST($to AS DATE)) - month_number AS age FROM bought))
    GROUP BY ALL
), judged AS (
    SELECT month, (CASE WHEN is_cut THEN once_later ELSE once END & opening) | (once & whole) AS months_once,
           (CASE WHEN is_cut THEN twice_later ELSE twice END & opening) | (twice & whole) AS months_twice
    FROM buyers, windows
), again AS (
    SELECT month, count(*) AS n, count(*) FILTER (months_twice > 0 OR bit_count(months_once) > 1) AS k
    FROM judged WHERE months_once > 0 GROUP BY ALL
), first_contracts AS (
    SELECT customer_id, min(12 * year(started_on) + month(started_on)) AS first_month FROM subscriptions GROUP BY ALL
), first_months AS (
    SELECT least(o.first_month, s.first_month) AS month_number FROM buyers AS o FULL JOIN first_contracts AS s USING (customer_id)
), won AS (
    SELECT month_number, count(*) AS k FROM first_months GROUP BY ALL
)
SELECT month, price_realization_rate,
       -- every buyer is a block of one row
       {'G': again.n, 'Sx': again.k, 'Sy': again.n, 'Sx2': again.k, 'Sy2': again.n, 'Sxy': again.k} AS repeat_purchase_rate,
       {'k': coalesce(won.k, 0)} AS new_customer_count
FROM windows LEFT JOIN prices USING (month_number) LEFT JOIN again USING (month) LEFT JOIN won USING (month_number)

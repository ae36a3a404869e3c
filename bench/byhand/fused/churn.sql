-- Monthly revenue of the contracts that ended without another one within thirty days, by day of the end.
WITH gone AS (
    SELECT ended_on AS day, mrr, currency, customer_id FROM subscriptions AS s
    WHERE ended_on >= $from AND ended_on < $to AND NOT EXISTS (
        SELECT 1 FROM subscriptions AS other WHERE other.customer_id = s.customer_id AND other.started_on <= s.ended_on + 30
           AND coalesce(other.ended_on > s.ended_on, true))
), rates AS (
    SELECT day, quote AS currency, max_by(rate, "date") AS rate
    FROM (SELECT DISTINCT day FROM gone) JOIN fx_rates ON "date" BETWEEN day - 7 AND day GROUP BY ALL
), daily AS (
    SELECT day, sum(mrr / CASE WHEN currency = 'EUR' THEN 1 ELSE rate END) AS x, count(DISTINCT customer_id) AS n
    FROM gone LEFT JOIN rates USING (day, currency) GROUP BY ALL
), every_day AS (
    SELECT month_of(d) AS month, coalesce(x, 0) AS x, coalesce(n, 0) AS n
    FROM range(CAST($from AS TIMESTAMP), CAST($to AS TIMESTAMP), INTERVAL 1 DAY) AS days(d) LEFT JOIN daily ON day = CAST(d AS DATE)
)
SELECT month, {'G': count(*), 'Sx': sum(x), 'Sx2': sum(x * x), 'n': sum(n)} AS churned_revenue FROM every_day GROUP BY ALL

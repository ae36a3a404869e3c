-- Complaints and active customers of each month and of the same month a year before. A customer complains about a matter once a month.
WITH first_ones AS (
    SELECT month_of(opened_local) AS month, min(CAST(opened_local AS DATE)) AS day
    FROM cases()
    WHERE is_complaint = 1 AND is_inbound AND opened_local >= $from - INTERVAL 1 YEAR AND opened_local < $to
    GROUP BY month_of(opened_local), customer_id, reason_code,
             CASE WHEN customer_id IS NULL OR reason_code IS NULL THEN conversation_id END
), daily AS (
    SELECT day, count(*) AS k FROM first_ones GROUP BY ALL
), spans AS (
    SELECT customer_id, started_on, coalesce(ended_on, DATE '9999-12-31') AS ended_on,
           max(coalesce(ended_on, DATE '9999-12-31')) OVER (PARTITION BY customer_id ORDER BY started_on, ended_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until_now
    FROM subscriptions
), steps AS (
    SELECT greatest(started_on, coalesce(until_now, started_on)) AS day, 1 AS step FROM spans WHERE coalesce(ended_on > until_now, true)
    UNION ALL
    SELECT ended_on, -1 FROM spans WHERE coalesce(ended_on > until_now, true)
), changes AS (
    SELECT greatest(day, CAST($from - INTERVAL 1 YEAR AS DATE)) AS day, sum(step) AS step FROM steps WHERE day < $to GROUP BY ALL
), every_day AS (
    SELECT month_of(d) AS month, isodow(d) AS weekday, coalesce(k, 0) AS k, sum(coalesce(step, 0)) OVER (ORDER BY d) AS active,
           avg(coalesce(k, 0)) OVER (PARTITION BY month_of(d), isodow(d)) AS usual
    FROM range(CAST($from - INTERVAL 1 YEAR AS TIMESTAMP), CAST($to AS TIMESTAMP), INTERVAL 1 DAY) AS days(d)
    LEFT JOIN daily ON daily.day = CAST(d AS DATE) LEFT JOIN changes ON changes.day = CAST(d AS DATE)
), monthly AS (
    SELECT month, sum(k) AS k, avg(active) AS exposure, dispersion(k, usual, weekday) AS phi FROM every_day GROUP BY month
)
SELECT now.month, {'k1': now.k, 'exposure1': now.exposure, 'phi1': now.phi, 'k0': old.k, 'exposure0': old.exposure,
                   'phi0': old.phi, 'value': (now.k / now.exposure) / (old.k / old.exposure) - 1} AS complaint_growth_gap
FROM monthly AS now JOIN monthly AS old ON old.month = now.month - INTERVAL 1 YEAR

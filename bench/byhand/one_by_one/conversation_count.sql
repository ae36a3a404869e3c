WITH daily AS (
    SELECT CAST(opened_local AS DATE) AS day, count(*) AS n FROM cases()
    WHERE is_inbound AND opened_local >= $from AND opened_local < $to GROUP BY ALL
), every_day AS (
    SELECT month_of(d) AS month, isodow(d) AS weekday, coalesce(n, 0) AS n,
           avg(coalesce(n, 0)) OVER (PARTITION BY month_of(d), isodow(d)) AS usual
    FROM range(CAST($from AS TIMESTAMP), CAST($to AS TIMESTAMP), INTERVAL 1 DAY) AS days(d)
    LEFT JOIN daily ON day = CAST(d AS DATE)
)
SELECT month, {'k': sum(n), 'G': count(*), 'phi': dispersion(n, usual, weekday)} AS conversation_count FROM every_day GROUP BY month

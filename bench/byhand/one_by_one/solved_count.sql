WITH daily AS (
    SELECT CAST(solved_last_local AS DATE) AS day, count(*) AS n FROM cases()
    WHERE is_solved AND solved_last_local >= $from AND solved_last_local < $to GROUP BY ALL
), every_day AS (
    SELECT month_of(d) AS month, isodow(d) AS weekday, coalesce(n, 0) AS n,
           avg(coalesce(n, 0)) OVER (PARTITION BY month_of(d), isodow(d)) AS usual
    FROM range(CAST($from AS TIMESTAMP), CAST($to AS TIMESTAMP), INTERVAL 1 DAY) AS days(d)
    LEFT JOIN daily ON day = CAST(d AS DATE)
)
SELECT month, {'k': sum(n), 'G': count(*), 'phi': dispersion(n, usual, weekday)} AS solved_count FROM every_day GROUP BY month

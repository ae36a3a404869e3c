WITH daily AS (
    SELECT CAST(opened_local AS DATE) AS day, count(*) FILTER (is_solved AND solved_last_at <= opened_at + INTERVAL 168 HOUR) AS x, count(*) AS y FROM cases()
    WHERE is_inbound AND NOT is_short AND opened_local >= $from AND opened_local < $to GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(x, y) AS resolution_rate FROM daily GROUP BY ALL

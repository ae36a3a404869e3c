WITH daily AS (
    SELECT CAST(opened_local AS DATE) AS day, count(*) FILTER (is_answered) AS x, count(*) AS y FROM cases()
    WHERE is_inbound AND NOT is_bot_only AND NOT is_short AND NOT asks_nothing AND opened_local >= $from AND opened_local < $to GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(x, y) AS response_rate FROM daily GROUP BY ALL

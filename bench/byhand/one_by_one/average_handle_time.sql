WITH daily AS (
    SELECT CAST(ended_local AS DATE) AS day, coalesce(sum(talk_s + hold_s + acw_s), 0) AS x, count(talk_s + hold_s + acw_s) AS y FROM inbound_calls()
    WHERE is_answered AND ended_local >= $from AND ended_local < $to GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(x, y) AS average_handle_time FROM daily GROUP BY ALL

-- Handling time, by the day on which the work after the call ended.
WITH daily AS (
    SELECT CAST(ended_local AS DATE) AS day, sum(talk_s + hold_s + acw_s) AS handling, count(talk_s + hold_s + acw_s) AS handled
    FROM inbound_calls() WHERE is_answered AND ended_local >= $from AND ended_local < $to GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(coalesce(handling, 0), handled) AS average_handle_time FROM daily GROUP BY ALL

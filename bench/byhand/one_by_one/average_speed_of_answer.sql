WITH daily AS (
    SELECT CAST(queued_local AS DATE) AS day, sum(wait_s) AS x, count(*) AS y FROM inbound_calls()
    WHERE is_answered AND queued_local >= $from AND queued_local < $to GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(x, y) AS average_speed_of_answer FROM daily GROUP BY ALL

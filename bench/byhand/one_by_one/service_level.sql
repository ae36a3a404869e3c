WITH daily AS (
    SELECT CAST(queued_local AS DATE) AS day, count(*) FILTER (is_answered AND wait_s <= 20) AS x, count(*) AS y FROM inbound_calls()
    WHERE is_offered AND queued_local >= $from AND queued_local < $to GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(x, y) AS service_level FROM daily GROUP BY ALL

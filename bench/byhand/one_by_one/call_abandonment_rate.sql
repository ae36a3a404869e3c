WITH daily AS (
    SELECT CAST(queued_local AS DATE) AS day, count(*) FILTER (NOT is_answered) AS x, count(*) AS y FROM inbound_calls()
    WHERE is_offered AND queued_local >= $from AND queued_local < $to GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(x, y) AS call_abandonment_rate FROM daily GROUP BY ALL

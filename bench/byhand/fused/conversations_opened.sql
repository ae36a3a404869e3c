-- Everything the day of opening decides: how many came, how many were answered, how many solved within 168 hours.
WITH daily AS (
    SELECT CAST(opened_local AS DATE) AS day, count(*) AS opened,
           count(*) FILTER (NOT is_bot_only AND NOT is_short AND NOT asks_nothing) AS due,
           count(*) FILTER (is_answered AND NOT asks_nothing) AS answered,
           count(*) FILTER (NOT is_short) AS lasting,
           count(*) FILTER (NOT is_short AND is_solved AND solved_last_at <= opened_at + INTERVAL 168 HOUR) AS solved
    FROM cases() WHERE is_inbound AND opened_local >= $from AND opened_local < $to GROUP BY ALL
), every_day AS (
    SELECT month_of(d) AS month, isodow(d) AS weekday, coalesce(opened, 0) AS opened, coalesce(due, 0) AS due,
           coalesce(answered, 0) AS answered, coalesce(lasting, 0) AS lasting, coalesce(solved, 0) AS solved,
           avg(coalesce(opened, 0)) OVER (PARTITION BY month_of(d), isodow(d)) AS usual
    FROM range(CAST($from AS TIMESTAMP), CAST($to AS TIMESTAMP), INTERVAL 1 DAY) AS days(d)
    LEFT JOIN daily ON day = CAST(d AS DATE)
)
SELECT month, {'k': sum(opened), 'G': count(*), 'phi': dispersion(opened, usual, weekday)} AS conversation_count,
       blocks(answered, due) AS response_rate, blocks(solved, lasting) AS resolution_rate
FROM every_day GROUP BY month

-- Everything the day of queueing decides: seconds to the answer, answers within 20 seconds, callers lost.
WITH daily AS (
    SELECT CAST(queued_local AS DATE) AS day, count(*) FILTER (is_answered) AS answered, sum(wait_s) FILTER (is_answered) AS waited,
           count(*) FILTER (is_answered AND wait_s <= 20) AS quick, count(*) FILTER (is_offered) AS offered
    FROM inbound_calls() WHERE queued_local >= $from AND queued_local < $to GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(coalesce(waited, 0), answered) AS average_speed_of_answer, blocks(quick, offered) AS service_level,
       blocks(offered - answered, offered) AS call_abandonment_rate
FROM daily GROUP BY ALL

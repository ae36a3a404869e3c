-- By the month of queueing: seconds to the answer, answers within 20 seconds, callers lost.
SELECT date_trunc('month', queued_local) AS month,
       avg(wait_s) FILTER (WHERE outcome = 'answered') AS average_speed_of_answer,
       avg((outcome = 'answered' AND wait_s <= 20)::int::float8) FILTER (WHERE outcome = 'answered' OR wait_s > 5) AS service_level,
       avg((outcome = 'abandoned')::int::float8) FILTER (WHERE outcome = 'answered' OR wait_s > 5) AS call_abandonment_rate
FROM calls
WHERE coalesce(direction, 'in') = 'in' AND coalesce(is_test, 0) = 0 AND outcome IN ('answered', 'abandoned')
  AND queued_local >= :'first' AND queued_local < :'end'
GROUP BY 1;

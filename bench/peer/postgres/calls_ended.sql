-- By the month in which the work after the call ended: how long a call took.
SELECT date_trunc('month', ended_local) AS month, avg(talk_s + hold_s + acw_s) AS average_handle_time
FROM calls
WHERE coalesce(direction, 'in') = 'in' AND coalesce(is_test, 0) = 0 AND outcome = 'answered'
  AND ended_local >= :'first' AND ended_local < :'end'
GROUP BY 1;

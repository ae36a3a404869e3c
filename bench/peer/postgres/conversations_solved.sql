-- By the month of the last solve: how many were solved, and how long people took.
SELECT date_trunc('month', solved_last_local) AS month, count(*) AS solved_count,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY taken) AS resolution_time
FROM (
    SELECT solved_last_local,
           CASE WHEN coalesce(direction, 'in') = 'in' AND coalesce(resolved_by, 'agent') <> 'bot'
                THEN date_part('epoch', solved_last_at - opened_at) END AS taken
    FROM conversations
    WHERE coalesce(is_spam, 0) = 0 AND coalesce(is_test, 0) = 0 AND merged_into IS NULL AND deleted_at IS NULL
      AND channel <> 'phone' AND solved_last_at > coalesce(reopened_latest_at, '-infinity')
      AND solved_last_local >= :'first' AND solved_last_local < :'end'
) AS solved
GROUP BY 1;

-- By the month in which the wait for a person began: how long it was.
SELECT month, quantiles[1] AS first_response_time, quantiles[2] AS "first_response_time.p90", mean AS "first_response_time.mean"
FROM (
    SELECT date_trunc('month', wait_started_local) AS month, avg(waited) AS mean,
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY waited) AS quantiles
    FROM (
        SELECT wait_started_local, date_part('epoch', answered_at - wait_started_at) AS waited
        FROM conversations
        WHERE coalesce(is_spam, 0) = 0 AND coalesce(is_test, 0) = 0 AND merged_into IS NULL AND deleted_at IS NULL
          AND channel <> 'phone' AND coalesce(direction, 'in') = 'in' AND answered_at IS NOT NULL
          AND coalesce(no_reply_needed, 0) = 0 AND wait_started_local >= :'first' AND wait_started_local < :'end'
    ) AS waits
    GROUP BY 1
) AS monthly;

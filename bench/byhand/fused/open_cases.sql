-- What was open when each month ended. Only a conversation whose life reaches beyond its month can be (two hours of doubt
-- for the change of clocks).
WITH spanning AS MATERIALIZED (
    SELECT opened_at, solved_first_at, reopened_at, abandoned_at,
           coalesce(CASE WHEN is_solved THEN solved_last_at WHEN reopened_latest_at IS NULL THEN solved_first_at END,
                    TIMESTAMP '9999-01-01') AS done_at
    FROM cases()
    WHERE is_inbound AND opened_local < $to
      AND date_trunc('month', opened_local) <> date_trunc('month', opened_local + INTERVAL 2 HOUR
          + (least(coalesce(CASE WHEN is_solved THEN solved_last_at WHEN reopened_latest_at IS NULL THEN solved_first_at END,
                            TIMESTAMP '9000-01-01'), coalesce(abandoned_at, TIMESTAMP '9000-01-01')) - opened_at))
), ends AS (
    SELECT month, midnight(next_month) AS t FROM months($from, $to)
)
SELECT month, {'value': count(opened_at)} AS open_conversation_count
FROM ends LEFT JOIN spanning ON opened_at < t AND done_at > t AND coalesce(abandoned_at >= t, true)
 AND NOT coalesce(t >= solved_first_at AND t < coalesce(reopened_at, TIMESTAMP '9999-01-01'), false)
GROUP BY month

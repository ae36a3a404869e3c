-- By the month of the first solve: how many were reopened within a week.
SELECT date_trunc('month', solved_first_local) AS month,
       avg((coalesce(coalesce(reopened_at, reopened_latest_at) <= solved_first_at + interval '7 days', false)
            AND coalesce(reopen_is_trivial, 0) = 0)::int::float8) AS reopen_rate
FROM conversations
WHERE coalesce(is_spam, 0) = 0 AND coalesce(is_test, 0) = 0 AND merged_into IS NULL AND deleted_at IS NULL
  AND channel <> 'phone' AND solved_first_local >= :'first' AND solved_first_local < :'end'
GROUP BY 1;

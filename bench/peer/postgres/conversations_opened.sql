-- By the month of opening: how many came, were answered, were solved within a week.
SELECT date_trunc('month', opened_local) AS month, count(*) AS conversation_count,
       avg(answered) FILTER (WHERE NOT bot_only AND NOT short AND NOT silent) AS response_rate,
       avg(in_time) FILTER (WHERE NOT short) AS resolution_rate
FROM (
    SELECT opened_local, (answered_at IS NOT NULL)::int::float8 AS answered, coalesce(no_reply_needed, 0) = 1 AS silent,
           coalesce(bot_first, 0) = 1 AND handoff_at IS NULL AND answered_at IS NULL AS bot_only,
           answered_at IS NULL AND coalesce(abandoned_at <= wait_started_at + interval '10 seconds', false) AS short,
           coalesce(solved_last_at > coalesce(reopened_latest_at, '-infinity')
                    AND solved_last_at <= opened_at + interval '168 hours', false)::int::float8 AS in_time
    FROM conversations
    WHERE coalesce(is_spam, 0) = 0 AND coalesce(is_test, 0) = 0 AND merged_into IS NULL AND deleted_at IS NULL
      AND channel <> 'phone' AND coalesce(direction, 'in') = 'in' AND opened_local >= :'first' AND opened_local < :'end'
) AS opened
GROUP BY 1;

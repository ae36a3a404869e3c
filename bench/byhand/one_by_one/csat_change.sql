WITH edits AS (
    SELECT response_id FROM (
        SELECT response_id, responded_at, lead(responded_at) OVER (
                   PARTITION BY survey_id, coalesce(conversation_id, order_id), person_id ORDER BY responded_at) AS edited_at
        FROM responses
        WHERE kind = 'csat' AND hash(survey_id, coalesce(conversation_id, order_id), person_id) IN (
            SELECT hash(survey_id, coalesce(conversation_id, order_id), person_id) FROM responses
            WHERE kind = 'csat' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
              AND person_id IS NOT NULL AND coalesce(conversation_id, order_id) IS NOT NULL
            GROUP BY ALL HAVING count(*) > 1)
          AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
          AND person_id IS NOT NULL AND coalesce(conversation_id, order_id) IS NOT NULL)
    WHERE edited_at <= responded_at + INTERVAL 24 HOUR
), by_person AS (
    SELECT month_of(responded_local) AS month, coalesce(person_id, response_id) AS person,
           count(score) FILTER (coalesce(answered, 1) = 1) AS scored,
           count(*) FILTER (coalesce(answered, 1) = 1
                            AND score > scale_max - CASE WHEN scale_max - scale_min >= 3 THEN 2 ELSE 1 END) AS satisfied
    FROM responses
    WHERE coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND kind = 'csat'
      AND responded_local >= $from - INTERVAL 1 MONTH AND responded_local < $to
      AND coalesce(conversation_id, order_id, touchpoint_id) IS NOT NULL AND response_id NOT IN (FROM edits)
    GROUP BY ALL
), by_month AS (
    SELECT month, blocks(satisfied, scored) AS csat FROM by_person GROUP BY ALL
)
SELECT now.month, {'now': now.csat, 'before': old.csat, 'value': now.csat.Sx / now.csat.Sy - old.csat.Sx / old.csat.Sy} AS csat_change
FROM by_month AS now JOIN by_month AS old ON old.month = now.month - INTERVAL 1 MONTH

-- What customers said: satisfaction about contacts (every answer, the last edit within a day) and recommendation (the latest
-- of a person in the month), by person; the change of satisfaction needs the month before as well. Edits are looked for only
-- where a person answered more than once about the same thing.
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
           count(score) FILTER (kind = 'csat' AND coalesce(answered, 1) = 1) AS scored,
           count(*) FILTER (kind = 'csat' AND coalesce(answered, 1) = 1
                            AND score > scale_max - CASE WHEN scale_max - scale_min >= 3 THEN 2 ELSE 1 END) AS satisfied,
           arg_max(score, responded_at) FILTER (kind = 'nps' AND score IS NOT NULL AND coalesce(answered, 1) = 1) AS latest,
           count(*) FILTER (kind = 'csat') - scored AS open_csat,
           count(*) FILTER (kind = 'nps' AND (score IS NULL OR answered = 0)) AS open_nps
    FROM responses
    WHERE coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND responded_local >= $from - INTERVAL 1 MONTH AND responded_local < $to
      AND (kind = 'csat' AND coalesce(conversation_id, order_id, touchpoint_id) IS NOT NULL
           OR kind = 'nps' AND coalesce(nps_kind, 'relationship') = 'relationship')
      AND response_id NOT IN (FROM edits)
    GROUP BY ALL
), by_month AS (
    SELECT month, blocks(satisfied, scored) AS csat,
           blocks(CASE WHEN latest >= 9 THEN 1 WHEN latest <= 6 THEN -1 ELSE 0 END, CASE WHEN latest IS NULL THEN 0 ELSE 1 END) AS nps,
           count(*) FILTER (latest >= 9) AS k_pos, count(*) FILTER (latest <= 6) AS k_neg,
           sum(open_csat) AS na_csat, sum(open_nps) AS na_nps
    FROM by_person GROUP BY ALL
)
SELECT now.month, struct_insert(now.csat, n_na := now.na_csat) AS csat,
       struct_insert(now.nps, k_pos := now.k_pos, k_neg := now.k_neg, n_na := now.na_nps) AS nps,
       {'now': now.csat, 'before': old.csat, 'value': now.csat.Sx / now.csat.Sy - old.csat.Sx / old.csat.Sy} AS csat_change
FROM by_month AS now JOIN by_month AS old ON old.month = now.month - INTERVAL 1 MONTH

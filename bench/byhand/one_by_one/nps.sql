WITH by_person AS (
    SELECT month_of(responded_local) AS month, coalesce(person_id, response_id) AS person, arg_max(score, responded_at) AS latest
    FROM responses
    WHERE kind = 'nps' AND coalesce(nps_kind, 'relationship') = 'relationship' AND coalesce(is_test, 0) = 0
      AND coalesce(is_repeat_press, 0) = 0 AND score IS NOT NULL AND coalesce(answered, 1) = 1
      AND responded_local >= $from AND responded_local < $to
    GROUP BY ALL
)
SELECT month, blocks(CASE WHEN latest >= 9 THEN 1 WHEN latest <= 6 THEN -1 ELSE 0 END, 1) AS nps FROM by_person GROUP BY ALL

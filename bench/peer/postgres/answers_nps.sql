-- Recommendation: the latest answer of each person in the month.
SELECT month, 100 * avg((score >= 9)::int::float8 - (score <= 6)::int::float8) AS nps
FROM (
    SELECT DISTINCT ON (month, coalesce(person_id, response_id)) month, score
    FROM (SELECT date_trunc('month', responded_local) AS month, responded_at, person_id, response_id, score
          FROM responses
          WHERE kind = 'nps' AND coalesce(nps_kind, 'relationship') = 'relationship' AND coalesce(is_test, 0) = 0
            AND coalesce(is_repeat_press, 0) = 0 AND score IS NOT NULL AND coalesce(answered, 1) = 1
            AND responded_local >= :'first' AND responded_local < :'end') AS scored
    ORDER BY month, coalesce(person_id, response_id), responded_at DESC
) AS latest
GROUP BY 1;

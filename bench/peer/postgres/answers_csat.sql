-- Satisfaction with contacts; an answer that the same person gave anew within a day does not stand. The later one may lie
-- behind the last month.
WITH given AS MATERIALIZED (
    SELECT *, coalesce(conversation_id, order_id) AS about
    FROM responses
    WHERE kind = 'csat' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND coalesce(conversation_id, order_id, touchpoint_id) IS NOT NULL
      AND responded_local >= :'first' AND responded_local < :'end'::timestamp + interval '2 days'
), several AS (
    SELECT survey_id, about, person_id FROM given
    WHERE person_id IS NOT NULL AND about IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1
), edited AS (
    SELECT response_id FROM (
        SELECT response_id, responded_at, lead(responded_at) OVER (PARTITION BY survey_id, about, person_id ORDER BY responded_at) AS next_at
        FROM given JOIN several USING (survey_id, about, person_id)
    ) AS chains
    WHERE next_at <= responded_at + interval '24 hours'
)
SELECT date_trunc('month', responded_local) AS month,
       avg((score > scale_max - CASE WHEN scale_max - scale_min >= 3 THEN 2 ELSE 1 END)::int::float8) AS csat,
       avg(score) AS "csat.mean"
FROM given
WHERE score IS NOT NULL AND coalesce(answered, 1) = 1 AND responded_local < :'end'
  AND response_id NOT IN (SELECT response_id FROM edited)
GROUP BY 1;

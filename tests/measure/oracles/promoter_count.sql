-- Promoters: the share of 9 and 10 among the NPS answers that count (see nps), times the customers active at the end of the
-- period, or times the number given. Active customers have a running contract or, where the subscriptions do not
-- cover the period, a valid order of the last 365 days.
WITH answers AS (
    SELECT * EXCLUDE (score), CASE WHEN coalesce(answered, 1) = 1 THEN score END AS score,
           coalesce(conversation_id, order_id) AS subject, coalesce(customer_id, employee_id) AS person
    FROM responses
    WHERE kind = 'nps' AND coalesce(nps_kind, 'relationship') = $nps_kind AND coalesce(is_test, 0) = 0
      AND responded_at <= $as_of AND responded_at >= $p0 AND responded_at < $p1
), latest AS (
    SELECT score FROM answers AS a
    WHERE score IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM answers AS later
        WHERE later.person = a.person AND later.score IS NOT NULL AND later.responded_at > a.responded_at
          AND ($nps_kind = 'relationship' OR (later.subject = a.subject AND later.survey_id IS NOT DISTINCT FROM a.survey_id
                                              AND later.responded_at <= a.responded_at + INTERVAL 24 HOUR)))
), active AS (
    SELECT count(DISTINCT customer_id) AS customers FROM contracts($as_of)
    WHERE starts <= local_date($p1) AND local_date($p1) < ends AND covered('subscriptions', $p0, $p1)
    UNION ALL
    SELECT count(DISTINCT customer_id) FROM valid_orders($as_of)
    WHERE ordered_at > midnight(local_date($p1) - 365) AND ordered_at <= $p1 AND NOT covered('subscriptions', $p0, $p1)
), population AS (
    SELECT nullif(coalesce($active_customers, sum(customers)), 0) AS customers FROM active
)
-- output: estimated
SELECT any_value(customers) * count(*) FILTER (score >= 9) / nullif(count(score), 0) AS value,
       CASE WHEN any_value(customers) IS NULL THEN 0 ELSE count(score) END AS n,
       (SELECT count(*) FROM answers WHERE score IS NULL) AS n_na
FROM population LEFT JOIN latest ON true
-- output: observed
SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (score >= 9) END AS value, count(*) AS n,
       (SELECT count(*) FROM answers WHERE score IS NULL) AS n_na
FROM latest

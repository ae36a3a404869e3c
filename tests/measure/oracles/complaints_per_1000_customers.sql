-- Complaints per thousand active customers. A second complaint of a customer on the same matter in the period is one complaint;
-- who or what is not known stays its own. Active customers are the mean over the local midnights that begin the days of the
-- period: contracts where the subscriptions cover it, else orders of the last 365 days.
WITH complaints AS (
    SELECT count(DISTINCT CASE WHEN customer_id IS NULL OR reason_code IS NULL THEN 'row ' || contact_id
                               ELSE customer_id || ' about ' || reason_code END) AS k
    FROM written($as_of)
    WHERE is_complaint = 1 AND direction = 'in' AND opened_at >= $p0 AND opened_at < $p1 AND wanted($segment, segment)
), days AS (
    SELECT covered('subscriptions', $p0, $p1) AS contractual,
           CAST(unnest(range(local_time($p0), local_time($p1), INTERVAL 1 DAY)) AS DATE) AS day
), active AS (
    SELECT day, count(DISTINCT c.customer_id) AS customers FROM days
    LEFT JOIN contracts($as_of) AS c ON c.starts <= day AND day < c.ends AND wanted($segment, c.segment)
    WHERE contractual GROUP BY ALL
    UNION ALL
    SELECT day, count(DISTINCT o.customer_id) FROM days
    LEFT JOIN valid_orders($as_of) AS o
      ON o.ordered_at > midnight(day - 365) AND o.ordered_at <= midnight(day) AND wanted($segment, o.segment)
    WHERE NOT contractual GROUP BY ALL
), known_base AS (
    SELECT k, (SELECT nullif(avg(customers), 0) FROM active) AS customers, covered('conversations', $p0, $p1) AS has_cover
    FROM complaints
)
-- output: rate
SELECT CASE WHEN has_cover THEN 1000 * k / customers END AS value, CASE WHEN has_cover AND customers > 0 THEN k ELSE 0 END AS n
FROM known_base
-- output: count
SELECT CASE WHEN has_cover THEN k END AS value, k AS n FROM known_base

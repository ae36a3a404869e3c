-- Complaint growth: complaints per active customer against the same figure of the comparison period, minus one. A second
-- complaint of a customer on the same matter in the period is one complaint. Active customers are the mean over the local
-- midnights that begin the days of the period: contracts where the subscriptions cover it, else orders of the last 365 days.
-- `gap` is growth of complaints minus growth of customers.
WITH periods AS (
    SELECT 'now' AS which, $p0 AS p0, $p1 AS p1 UNION ALL SELECT 'before', $c0, $c1
), complaints AS (
    SELECT which, count(DISTINCT CASE WHEN customer_id IS NULL OR reason_code IS NULL THEN 'row ' || contact_id
                                      ELSE customer_id || ' about ' || reason_code END) AS k
    FROM periods JOIN written($as_of) ON opened_at >= p0 AND opened_at < p1
    WHERE is_complaint = 1 AND direction = 'in' AND wanted($segment, segment) GROUP BY ALL
), days AS (
    SELECT which, covered('subscriptions', p0, p1) AS contractual,
           CAST(unnest(range(local_time(p0), local_time(p1), INTERVAL 1 DAY)) AS DATE) AS day FROM periods
), active AS (
    SELECT which, day, count(DISTINCT c.customer_id) AS customers FROM days
    LEFT JOIN contracts($as_of) AS c ON c.starts <= day AND day < c.ends AND wanted($segment, c.segment)
    WHERE contractual GROUP BY ALL
    UNION ALL
    SELECT which, day, count(DISTINCT o.customer_id) FROM days
    LEFT JOIN valid_orders($as_of) AS o
      ON o.ordered_at > midnight(day - 365) AND o.ordered_at <= midnight(day) AND wanted($segment, o.segment)
    WHERE NOT contractual GROUP BY ALL
), rates AS (
    SELECT which, coalesce(any_value(k), 0) AS k, nullif(avg(customers), 0) AS customers,
           bool_and(covered('conversations', p0, p1)) AS has_cover
    FROM periods LEFT JOIN active USING (which) LEFT JOIN complaints USING (which) GROUP BY ALL
), compared AS (
    SELECT now.k AS k1, now.customers AS n1, nullif(before.k, 0) AS k0, before.customers AS n0
    FROM rates AS now, rates AS before
    WHERE now.which = 'now' AND before.which = 'before' AND now.has_cover AND before.has_cover
)
-- output: growth
SELECT any_value((k1 / n1) / (k0 / n0) - 1) AS value, coalesce(any_value(CASE WHEN k1 / n1 / k0 / n0 IS NOT NULL THEN k1 + k0 END), 0) AS n
FROM compared
-- output: gap
SELECT any_value((k1 / k0 - 1) - (n1 / n0 - 1)) AS value, coalesce(any_value(CASE WHEN k1 / n1 / k0 / n0 IS NOT NULL THEN k1 + k0 END), 0) AS n
FROM compared

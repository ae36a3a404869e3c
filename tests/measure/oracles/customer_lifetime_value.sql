-- Lifetime value: m r / (1 + d - r) of yearly margin m, yearly retention r and discount d; `five_year`: the part of the next five
-- years. What the call does not give is measured on the customers with a contract at the opening of the period: the margin of the
-- orders whose cost is known, stretched to a year, and the share that stays (as in customer retention), carried on to a year.
WITH known_contracts AS (
    SELECT * FROM contracts($as_of) WHERE wanted($segment, segment)
), cohort AS (
    SELECT DISTINCT customer_id FROM known_contracts WHERE starts <= local_date($p0) AND local_date($p0) < ends
), fate AS (
    SELECT customer_id, bool_or(starts <= local_date($p1) AND local_date($p1) < ends) AS runs,
           max(ends) FILTER (ends <= local_date($p1)) AS left_on, min(starts) FILTER (starts > local_date($p1)) AS returned_on
    FROM cohort JOIN known_contracts USING (customer_id) GROUP BY ALL
), earned AS (
    SELECT customer_id, sum((invoice_amount - coalesce(refund_amount, 0) - cost_amount) / euro_rate(currency, ordered_on)) AS euros
    FROM valid_orders($as_of) WHERE ordered_at >= $p0 AND ordered_at < $p1 GROUP BY ALL
    HAVING count(*) = count(cost_amount / euro_rate(currency, ordered_on))
), spent AS (
    SELECT customer_id, sum(amount / euro_rate(currency, CAST(period || '-01' AS DATE))) AS euros FROM cost_entries
    WHERE category = 'cogs' AND period = strftime(local_date($p0), '%Y-%m') GROUP BY ALL
), measured AS (
    SELECT count(*) AS n, (local_date($p1) - local_date($p0)) / 365.25 AS years,
           avg(CAST(runs OR coalesce(returned_on - left_on <= 30, false) AS INTEGER)) AS stayed,
           sum(earned.euros - coalesce(spent.euros, 0)) / count(*) AS margin
    FROM fate LEFT JOIN earned USING (customer_id) LEFT JOIN spent USING (customer_id)
), worth AS (
    SELECT CASE WHEN $margin IS NULL OR $retention IS NULL THEN n ELSE 0 END AS n, coalesce($discount, 0.1) AS d,
           coalesce($margin, margin / years) AS m, coalesce($retention, pow(stayed, 1 / years)) AS r,
           $margin_se, $retention_se
    FROM measured
), checked AS (
    SELECT *, CASE WHEN m IS NOT NULL AND r < 1 + d THEN n ELSE 0 END AS counted FROM worth
)
-- output: value
SELECT CASE WHEN r < 1 + d THEN m * r / (1 + d - r) END AS value, counted AS n FROM checked
-- output: five_year
SELECT m * list_sum([pow(r / (1 + d), t) FOR t IN range(1, 6)]) AS value, CASE WHEN m IS NULL THEN 0 ELSE n END AS n FROM checked

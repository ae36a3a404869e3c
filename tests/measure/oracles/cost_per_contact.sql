-- Cost per contact: what service cost in the months of the period, in euros at the rate of the first day of the month, over the
-- inbound conversations and calls that a person answered; of a month that lies in the period in part, the share of its days.
-- `per_solved`: over the written cases whose last solve lies in the period, those of bots left out.
WITH months AS (
    SELECT *, CAST(period || '-01' AS DATE) AS first_day, last_day(CAST(period || '-01' AS DATE)) + 1 AS end_day FROM cost_entries
), costs AS (
    SELECT amount / euro_rate(currency, first_day)
           * greatest(0, least(end_day, local_date($p1)) - greatest(first_day, local_date($p0))) / (end_day - first_day) AS euros
    FROM months
    WHERE category LIKE 'service_%' AND midnight(first_day) <= $as_of AND first_day < local_date($p1) AND end_day > local_date($p0)
), cost AS (
    SELECT sum(euros) AS euros FROM costs
), contacts AS (
    SELECT count(*) AS n FROM (
        SELECT contact_id FROM written($as_of)
        WHERE direction = 'in' AND answered_at IS NOT NULL AND opened_at >= $p0 AND opened_at < $p1
        UNION ALL
        SELECT call_id FROM inbound_calls($as_of) WHERE outcome = 'answered' AND queued_at >= $p0 AND queued_at < $p1)
), solved AS (
    SELECT count(*) AS n FROM written($as_of)
    WHERE solved_now AND solved_at >= $p0 AND solved_at < $p1 AND coalesce(resolved_by, 'agent') <> 'bot'
)
-- output: per_contact
SELECT euros / nullif(n, 0) AS value, CASE WHEN euros IS NULL THEN 0 ELSE n END AS n FROM cost, contacts
-- output: per_solved
SELECT euros / nullif(n, 0) AS value, CASE WHEN euros IS NULL THEN 0 ELSE n END AS n FROM cost, solved

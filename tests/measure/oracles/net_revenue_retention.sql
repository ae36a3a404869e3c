-- Net revenue retention: monthly revenue at the end of the period of the customers with a contract at its beginning, over what
-- they paid then; both at the exchange rate of the beginning. Who returns within `grace_days` days of leaving counts with the
-- price of the return.
WITH known_contracts AS (
    SELECT *, mrr / euro_rate(currency, local_date($p0)) AS euros FROM contracts($as_of) WHERE wanted($segment, segment)
), opening AS (
    SELECT customer_id, sum(euros) AS mrr FROM known_contracts
    WHERE starts <= local_date($p0) AND local_date($p0) < ends GROUP BY ALL
), running AS (
    SELECT customer_id, sum(euros) AS mrr FROM known_contracts
    WHERE starts <= local_date($p1) AND local_date($p1) < ends GROUP BY ALL
), back AS (
    SELECT customer_id, starts, sum(euros) AS mrr FROM known_contracts WHERE starts > local_date($p1) GROUP BY ALL
), away AS (
    SELECT customer_id, max(ends) FILTER (ends <= local_date($p1)) AS left_on,
           min(starts) FILTER (starts > local_date($p1)) AS back_on
    FROM known_contracts WHERE customer_id NOT IN (SELECT customer_id FROM running) GROUP BY ALL
), closing AS (
    SELECT customer_id, mrr FROM running
    UNION ALL
    SELECT customer_id, mrr FROM away JOIN back USING (customer_id)
    WHERE starts = back_on AND back_on - left_on <= $grace_days
)
-- output: ratio
SELECT sum(coalesce(closing.mrr, 0)) / sum(opening.mrr) AS value, count(*) AS n
FROM opening LEFT JOIN closing USING (customer_id)
WHERE opening.mrr IS NOT NULL

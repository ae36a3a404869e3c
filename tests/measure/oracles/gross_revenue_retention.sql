-- Gross revenue retention: per customer with a contract at the beginning, the smaller of the monthly revenue at the two ends,
-- over that at the beginning; both ends at the exchange rate of the beginning. Who returns within thirty days of leaving
-- counts with the price of the return.
WITH known_contracts AS (
    SELECT *, mrr / euro_rate(currency, local_date($p0)) AS euros FROM contracts($as_of) WHERE wanted($segment, segment)
), opening AS (
    SELECT customer_id, sum(euros) AS mrr FROM known_contracts
    WHERE starts <= local_date($p0) AND local_date($p0) < ends GROUP BY ALL
), absence AS (
    SELECT customer_id, bool_or(starts <= local_date($p1) AND local_date($p1) < ends) AS runs,
           max(ends) FILTER (ends <= local_date($p1)) AS left_on, min(starts) FILTER (starts > local_date($p1)) AS returned_on
    FROM opening JOIN known_contracts USING (customer_id) GROUP BY ALL
), closing AS (
    SELECT customer_id, sum(euros) AS mrr FROM absence JOIN known_contracts AS c USING (customer_id)
    WHERE (runs AND starts <= local_date($p1) AND local_date($p1) < ends)
       OR (NOT runs AND starts = returned_on AND returned_on - left_on <= 30)
    GROUP BY ALL
)
-- output: ratio
SELECT sum(least(opening.mrr, coalesce(closing.mrr, 0))) / sum(opening.mrr) AS value, count(*) AS n
FROM opening LEFT JOIN closing USING (customer_id)

-- Operating cash flow: the sum of the operating lines booked on the local days of the period, money out being negative, in
-- euros at the rate of the day.
WITH lines AS (
    SELECT amount / euro_rate(currency, booked_on) AS euros
    FROM cash_entries LEFT JOIN customers USING (customer_id)
    WHERE activity = 'operating' AND booked_on >= local_date($p0) AND booked_on < local_date($p1)
      AND midnight(booked_on) <= $as_of AND wanted($segment, segment)
)
-- output: sum
SELECT CASE WHEN covered('cash_entries', $p0, $p1) OR count(euros) > 0 THEN coalesce(sum(euros), 0) END AS value, count(euros) AS n
FROM lines

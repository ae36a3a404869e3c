-- Who had a contract when the month began, and what was left of it when it ended; exchange rates of the beginning.
WITH spans AS (
    SELECT customer_id, started_on, coalesce(ended_on, DATE '9999-12-31') AS ended_on, mrr, currency FROM subscriptions
), rates AS (
    SELECT month, quote AS currency, max_by(rate, "date") AS rate FROM months($from, $to)
    JOIN fx_rates ON "date" BETWEEN month - 7 AND month GROUP BY ALL
), opening AS (
    SELECT m.month, m.next_month, s.customer_id, sum(s.mrr / CASE WHEN s.currency = 'EUR' THEN 1 ELSE r.rate END) AS mrr
    FROM months($from, $to) AS m JOIN spans AS s ON s.started_on <= m.month AND m.month < s.ended_on
    LEFT JOIN rates AS r ON r.month = m.month AND r.currency = s.currency GROUP BY ALL
), fate AS (
    SELECT o.month, o.next_month, o.customer_id, any_value(o.mrr) AS mrr, bool_or(s.started_on <= o.next_month AND o.next_month < s.ended_on) AS runs,
           max(s.ended_on) FILTER (s.ended_on <= o.next_month) AS left_on,
           min(s.started_on) FILTER (s.started_on > o.next_month) AS back_on
    FROM opening AS o JOIN spans AS s USING (customer_id) GROUP BY ALL
), closing AS (
    SELECT f.month, f.customer_id, sum(s.mrr / CASE WHEN s.currency = 'EUR' THEN 1 ELSE r.rate END) AS mrr
    FROM fate AS f JOIN spans AS s ON s.customer_id = f.customer_id
     AND CASE WHEN runs THEN s.started_on <= f.next_month AND f.next_month < s.ended_on
              ELSE s.started_on = back_on AND back_on - left_on <= 30 END
    LEFT JOIN rates AS r ON r.month = f.month AND r.currency = s.currency GROUP BY ALL
)
SELECT month, blocks(CASE WHEN runs OR coalesce(back_on - left_on <= 30, false) THEN 1 ELSE 0 END, 1) AS customer_retention_rate,
       blocks(least(fate.mrr, coalesce(closing.mrr, 0)), fate.mrr) AS gross_revenue_retention
FROM fate LEFT JOIN closing USING (month, customer_id) GROUP BY ALL

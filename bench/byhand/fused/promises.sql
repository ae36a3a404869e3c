-- Promises due in the month, by person: kept in time, of those not taken back or replaced on the customer's wish.
WITH by_person AS (
    SELECT month_of(due_on) AS month, coalesce(customer_id, promise_id) AS person, count(*) AS due,
           count(*) FILTER (CASE WHEN due_precision = 'date' THEN kept_at < deadline_at ELSE kept_at <= deadline_at END
                            AND coalesce(status, 'open') NOT IN ('broken', 'cancelled_by_company')
                            AND renegotiated_by IS NULL) AS kept
    FROM promises
    WHERE due_on >= $from AND due_on < $to AND deadline_at <= newest_load()
      AND coalesce(status, 'open') <> 'cancelled_by_customer' AND coalesce(renegotiated_by, '') <> 'customer'
      AND promise_id NOT IN (SELECT replaced_by FROM promises WHERE renegotiated_by = 'company' AND replaced_by IS NOT NULL)
    GROUP BY ALL
)
SELECT month, blocks(kept, due) AS promise_keeping_rate FROM by_person GROUP BY ALL

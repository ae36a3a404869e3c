-- One promise in fifty is moved to the next row, on the wish of the customer or of the company.
INSERT INTO promises BY NAME
WITH drawn AS (
    SELECT i, CASE WHEN i % 50 = 4 THEN i - 1 ELSE i END AS who, moment(i, 'promise') AS made_at,
           chance(i, 'precise') < 0.5 AS is_day, after(made_at, 3600 + chance(i, 'due') * 800000) AS due_instant,
           CASE WHEN is_day THEN CAST(local_time(due_instant) AS DATE) END AS due_day,
           CASE WHEN is_day THEN midnight(due_day + 1) ELSE due_instant END AS deadline_at, chance(i, 'fate') AS fate,
           CASE WHEN fate < 0.75 THEN after(deadline_at, -chance(i, 'early') * 3600) WHEN fate < 0.85 THEN after(deadline_at, 1 + around(i, 'late', 100000)) END AS kept_at
    FROM range($n // 20) AS rows(i)
)
SELECT 'm' || i AS promise_id, customer(who, 'promise', $customers, 0.9) AS customer_id, 'callback' AS kind, made_at,
       CASE WHEN is_day THEN midnight(due_day) ELSE due_instant END AS due_at, CASE WHEN is_day THEN 'date' ELSE 'instant' END AS due_precision,
       kept_at, CASE WHEN kept_at IS NOT NULL THEN CASE WHEN fate < 0.01 THEN 'broken' ELSE 'kept' END WHEN fate < 0.9 THEN 'open'
                     WHEN fate < 0.95 THEN 'cancelled_by_customer' ELSE 'cancelled_by_company' END AS status,
       CASE WHEN i % 50 = 3 AND i + 1 < $n // 20 THEN 'm' || (i + 1) END AS replaced_by,
       CASE WHEN i % 50 = 3 AND i + 1 < $n // 20 THEN CASE WHEN i % 100 = 3 THEN 'customer' ELSE 'company' END END AS renegotiated_by,
       CASE WHEN is_day THEN due_day ELSE CAST(local_time(due_instant) AS DATE) END AS due_on, deadline_at, newest_load() AS loaded_at
FROM drawn;

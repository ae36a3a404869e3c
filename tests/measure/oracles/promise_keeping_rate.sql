-- Promise keeping: promises due in the period (by local date, or by instant) that were kept in time. A promise for a date
-- is kept until the local midnight that ends it. Cancelled by the customer, or replaced on the customer's wish: not counted;
-- the replacement of a promise the company moved is not counted either, and the moved one is broken. Not yet due: n_censored.
WITH promised AS (
    SELECT *, CASE WHEN due_precision = 'date' THEN midnight(CAST(due_at AS DATE) + 1) ELSE CAST(due_at AS TIMESTAMP) END AS deadline,
           CASE WHEN due_precision = 'date' THEN CAST(due_at AS DATE) END AS due_on,
           known(kept_at, $as_of) AS kept
    FROM promises
    WHERE coalesce(made_at <= $as_of, true)
      AND coalesce(status, 'open') <> 'cancelled_by_customer' AND coalesce(renegotiated_by, '') <> 'customer'
      AND promise_id NOT IN (SELECT replaced_by FROM promises WHERE renegotiated_by = 'company' AND replaced_by IS NOT NULL)
), due AS (
    SELECT *, coalesce(CASE WHEN due_on IS NULL THEN kept <= deadline ELSE kept < deadline END, false)
              AND coalesce(status, 'open') NOT IN ('broken', 'cancelled_by_company')
              AND coalesce(renegotiated_by, '') <> 'company' AS in_time,
           CASE WHEN due_on IS NULL THEN kept > deadline ELSE kept >= deadline END AS late
    FROM promised
    WHERE CASE WHEN due_on IS NULL THEN deadline >= $p0 AND deadline < $p1
               ELSE due_on >= local_date($p0) AND due_on < local_date($p1) END
), censored AS (
    SELECT count(*) AS n FROM due WHERE deadline > $as_of
)
-- output: share
SELECT count(*) FILTER (in_time) / nullif(count(*), 0) AS value, count(*) AS n, (SELECT n FROM censored) AS n_censored
FROM due WHERE deadline <= $as_of
-- output: lateness_median
SELECT quantile_cont(seconds(deadline, kept), 0.5) AS value, count(*) AS n, (SELECT n FROM censored) AS n_censored
FROM due WHERE deadline <= $as_of AND late

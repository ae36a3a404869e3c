-- Lost customers: customers whose contracts ended in the period without another one running or starting within `grace_days`
-- days. `involuntary`: those all of whose contracts of that day the company ended, or a closure did.
WITH known_contracts AS (
    SELECT c.*, coalesce(s.end_reason IN ('company', 'closure'), false) AS not_their_will
    FROM contracts($as_of) AS c JOIN subscriptions AS s ON s.subscription_id = c.subscription_id AND s.started_at = c.starts
    WHERE wanted($segment, segment)
), lost AS (
    SELECT customer_id, ends AS left_on, bool_and(not_their_will) AS involuntary FROM known_contracts AS gone
    WHERE starts < ends AND ends >= local_date($p0) AND ends < local_date($p1) AND NOT EXISTS (
        SELECT 1 FROM known_contracts AS other WHERE other.customer_id = gone.customer_id AND other.starts < other.ends
        AND other.ends > gone.ends AND other.starts <= gone.ends + CAST($grace_days AS INTEGER))
    GROUP BY ALL
)
-- output: count
SELECT CASE WHEN covered('subscriptions', $p0, $p1) THEN count(*) END AS value, count(*) AS n FROM lost
-- output: involuntary
SELECT CASE WHEN covered('subscriptions', $p0, $p1) THEN count(*) END AS value, count(*) AS n FROM lost WHERE involuntary

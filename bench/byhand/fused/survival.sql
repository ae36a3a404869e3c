-- How long customers must expect to wait, with those who left or still wait: Kaplan-Meier by month of opening, its median
-- and the log-log Greenwood band around it.
WITH waits AS (
    SELECT month_of(opened_local) AS month, seconds(opened_at, coalesce(answered_at, abandoned_at, newest_load())) AS t,
           count(*) FILTER (is_answered) AS d, count(*) AS leaving
    FROM cases()
    WHERE is_inbound AND NOT is_bot_only AND NOT asks_nothing AND opened_local >= $from AND opened_local < $to
    GROUP BY ALL
), at_risk AS (
    SELECT *, sum(leaving) OVER (PARTITION BY month ORDER BY t DESC) AS r FROM waits
), curve AS (
    SELECT month, t, d, leaving, exp(sum(CASE WHEN d = r THEN -1e9 ELSE ln(1 - d / r) END) OVER w) AS s,
           sum(CASE WHEN d = r THEN 0 ELSE d / (r * (r - d)) END) OVER w AS greenwood
    FROM at_risk WINDOW w AS (PARTITION BY month ORDER BY t)
), band AS (
    SELECT *, CASE WHEN s > 0 AND s < 1 THEN exp(ln(s) * exp(1.959964 * sqrt(greenwood) / abs(ln(s)))) ELSE s END AS lower,
           CASE WHEN s > 0 AND s < 1 THEN exp(ln(s) * exp(-1.959964 * sqrt(greenwood) / abs(ln(s)))) ELSE s END AS upper
    FROM curve
)
SELECT month, {'n': sum(leaving), 'n_censored': sum(leaving - d), 'value': min(t) FILTER (d > 0 AND s <= 0.5 + 1e-12),
               'ci_low': min(t) FILTER (d > 0 AND lower <= 0.5 + 1e-12),
               'ci_high': min(t) FILTER (d > 0 AND upper <= 0.5 + 1e-12)} AS waiting_time
FROM band GROUP BY month

-- The short hand of the analyst: what several of these queries say again and again. Rows are kept as of the newest load.

-- Sums over blocks (a day, a person) of hits or values x and rows or weights y, from which estimate and spread follow.
CREATE TEMP MACRO blocks(x, y) AS {
    'G': count(*) FILTER (y > 0), 'Sx': sum(CAST(x AS DOUBLE)), 'Sy': sum(CAST(y AS DOUBLE)),
    'Sx2': sum(CAST(x AS DOUBLE) * x), 'Sy2': sum(CAST(y AS DOUBLE) * y), 'Sxy': sum(CAST(x AS DOUBLE) * y)};
-- How much wider the blocks make the spread of a share than independent rows would.
CREATE TEMP MACRO widening(s) AS CASE WHEN s.Sy <= 1 OR s.G <= 1 OR s.Sx = 0 OR s.Sx = s.Sy THEN 1.0 ELSE greatest(1.0,
    s.G / (s.G - 1.0) * (s.Sx2 - 2 * s.Sx / s.Sy * s.Sxy + power(s.Sx / s.Sy, 2) * s.Sy2) / power(s.Sy, 2)
    / (s.Sx / s.Sy * (1 - s.Sx / s.Sy) / (s.Sy - 1))) END;
CREATE TEMP MACRO seconds(earlier, later) AS (epoch_us(later) - epoch_us(earlier)) / 1e6;
CREATE TEMP MACRO month_of(local_time) AS CAST(date_trunc('month', local_time) AS DATE);
CREATE TEMP MACRO local_time(instant) AS (instant AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Helsinki';
CREATE TEMP MACRO midnight(local_day) AS (CAST(local_day AS TIMESTAMP) AT TIME ZONE 'Europe/Helsinki') AT TIME ZONE 'UTC';
CREATE TEMP MACRO newest_load() AS (SELECT max(loaded_at) FROM conversations);

-- Eligible root conversations; calls have their own table.
CREATE TEMP MACRO cases() AS TABLE
SELECT *, coalesce(direction, 'in') = 'in' AS is_inbound, answered_at IS NOT NULL AS is_answered,
       coalesce(bot_first, 0) = 1 AND handoff_at IS NULL AND answered_at IS NULL AS is_bot_only,
       answered_at IS NULL AND coalesce(abandoned_at <= wait_started_at + INTERVAL 10 SECOND, false) AS is_short,
       coalesce(no_reply_needed, 0) = 1 AS asks_nothing,
       coalesce(solved_last_at > coalesce(reopened_latest_at, TIMESTAMP '0001-01-01'), false) AS is_solved
FROM conversations
WHERE coalesce(is_spam, 0) = 0 AND coalesce(is_test, 0) = 0 AND merged_into IS NULL AND deleted_at IS NULL AND channel <> 'phone';
CREATE TEMP MACRO inbound_calls() AS TABLE
SELECT *, outcome = 'answered' AS is_answered, outcome = 'answered' OR (outcome = 'abandoned' AND wait_s > 5) AS is_offered
FROM calls WHERE coalesce(direction, 'in') = 'in' AND coalesce(is_test, 0) = 0;
CREATE TEMP MACRO valid_orders() AS TABLE
SELECT * FROM orders WHERE coalesce(status, 'paid') IN ('paid', 'open') AND coalesce(refund_amount, 0) < invoice_amount;
CREATE TEMP MACRO months(first_day, end_day) AS TABLE
SELECT CAST(m AS DATE) AS month, CAST(m + INTERVAL 1 MONTH AS DATE) AS next_month
FROM range(CAST(first_day AS TIMESTAMP), CAST(end_day AS TIMESTAMP), INTERVAL 1 MONTH) AS t(m);
-- Spread of daily counts beyond chance, against the mean of the same weekday of the month.
CREATE TEMP MACRO dispersion(n, weekday_mean, weekday) AS greatest(1.0,
    sum((n - weekday_mean) * (n - weekday_mean) / weekday_mean) FILTER (weekday_mean > 0)
    / nullif(count(*) FILTER (weekday_mean > 0) - count(DISTINCT weekday) FILTER (weekday_mean > 0), 0));
-- The middle of a sorted list, halfway between two values where there is no single one.
CREATE TEMP MACRO median_of(sorted) AS (sorted[(len(sorted) + 1) // 2] + sorted[(len(sorted) + 2) // 2]) / 2;

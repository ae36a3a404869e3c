-- Employee turnover: employments whose last day lies in the period, over the average number of employees of its local days
-- (the last day is still employed). Moves inside the company and the end of an agreed term are no separations. The yearly
-- rate multiplies by 365.25 over the days of the period.
WITH known_employees AS (
    SELECT start_on, coalesce(leave_type, 'unknown') AS leave_type,
           CASE WHEN last_day_on <= local_date($as_of) THEN last_day_on END AS last_day_on
    FROM employees WHERE start_on <= local_date($as_of)
), days AS (
    SELECT CAST(unnest(range(local_time($p0), local_time($p1), INTERVAL 1 DAY)) AS DATE) AS day
), average AS (
    SELECT count(DISTINCT day) AS days, count(start_on) / count(DISTINCT day) AS headcount
    FROM days LEFT JOIN known_employees ON start_on <= day AND coalesce(last_day_on >= day, true)
), leavers AS (
    SELECT count(*) FILTER (leave_type NOT IN ('transfer', 'end_of_term')) AS left_us,
           count(*) FILTER (leave_type = 'voluntary') AS chose
    FROM known_employees WHERE last_day_on >= local_date($p0) AND last_day_on < local_date($p1)
)
-- output: rate
SELECT left_us / nullif(headcount, 0) AS value, left_us AS n FROM leavers, average
-- output: annualised
SELECT left_us / nullif(headcount, 0) * 365.25 / days AS value, left_us AS n FROM leavers, average
-- output: voluntary
SELECT chose / nullif(headcount, 0) AS value, chose AS n FROM leavers, average

-- Employee retention: persons employed on the last local day of the period, of those employed on its first. Hires in the
-- period enter neither side.
WITH known_employees AS (
    SELECT employee_id, start_on, CASE WHEN last_day_on <= local_date($as_of) THEN last_day_on END AS last_day_on
    FROM employees WHERE start_on <= local_date($as_of)
), base AS (
    SELECT DISTINCT employee_id FROM known_employees
    WHERE start_on <= local_date($p0) AND (last_day_on IS NULL OR last_day_on >= local_date($p0))
)
-- output: share
SELECT count(*) FILTER (EXISTS (
           SELECT 1 FROM known_employees AS e WHERE e.employee_id = base.employee_id
           AND (e.last_day_on IS NULL OR e.last_day_on >= local_date($p1) - 1))) / nullif(count(*), 0) AS value,
       count(*) AS n
FROM base

-- Everything the day of the last solve decides: how many were solved, and how long people took (the sorted times are kept
-- for the bounds of the median).
CREATE OR REPLACE TEMP TABLE solved AS
SELECT month_of(solved_last_local) AS month, CAST(solved_last_local AS DATE) AS day,
       CASE WHEN is_inbound AND coalesce(resolved_by, 'agent') = 'agent' THEN seconds(opened_at, solved_last_at) END AS taken
FROM cases() WHERE is_solved AND solved_last_local >= $from AND solved_last_local < $to;
CREATE OR REPLACE TEMP TABLE sorted_resolution_time AS
SELECT month, list_sort(list(taken) FILTER (taken IS NOT NULL)) AS sorted FROM solved GROUP BY ALL;
WITH medians AS (
    SELECT month, median_of(sorted) AS median FROM sorted_resolution_time
), daily AS (
    SELECT day, any_value(median) AS median, count(*) AS solved, count(taken) AS timed, count(*) FILTER (taken <= median) AS below
    FROM solved JOIN medians USING (month) GROUP BY ALL
), every_day AS (
    SELECT month_of(d) AS month, isodow(d) AS weekday, coalesce(solved, 0) AS solved, coalesce(timed, 0) AS timed,
           coalesce(below, 0) AS below, median,
           avg(coalesce(solved, 0)) OVER (PARTITION BY month_of(d), isodow(d)) AS usual
    FROM range(CAST($from AS TIMESTAMP), CAST($to AS TIMESTAMP), INTERVAL 1 DAY) AS days(d)
    LEFT JOIN daily ON day = CAST(d AS DATE)
)
SELECT month, {'k': sum(solved), 'G': count(*), 'phi': dispersion(solved, usual, weekday)} AS solved_count,
       {'n': sum(timed), 'value': any_value(median), 'G': count(*) FILTER (timed > 0),
        'deff': widening(blocks(below, timed))} AS resolution_time
FROM every_day GROUP BY month

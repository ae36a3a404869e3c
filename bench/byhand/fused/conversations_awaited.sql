-- How long the waits were that began in the month: the median of those a person ended, how many days differ, and the sorted
-- waits from which the bounds are read once the ranks are known.
CREATE OR REPLACE TEMP TABLE waits AS
SELECT month_of(wait_started_local) AS month, CAST(wait_started_local AS DATE) AS day, seconds(wait_started_at, answered_at) AS waited
FROM cases()
WHERE is_inbound AND NOT is_bot_only AND NOT asks_nothing AND wait_started_local >= $from AND wait_started_local < $to;
CREATE OR REPLACE TEMP TABLE sorted_first_response_time AS
SELECT month, list_sort(list(waited) FILTER (waited IS NOT NULL)) AS sorted, count(*) - count(waited) AS n_censored
FROM waits GROUP BY ALL;
WITH medians AS (
    SELECT month, n_censored, median_of(sorted) AS median FROM sorted_first_response_time
), daily AS (
    SELECT month, any_value(median) AS median, any_value(n_censored) AS n_censored, count(*) AS n,
           count(*) FILTER (waited <= median) AS below
    FROM waits JOIN medians USING (month) WHERE waited IS NOT NULL GROUP BY month, day
)
SELECT month, {'n': sum(n), 'value': any_value(median), 'n_censored': any_value(n_censored), 'G': count(*),
               'deff': widening(blocks(below, n))} AS first_response_time
FROM daily GROUP BY month

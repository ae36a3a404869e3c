-- Target attainment: of the KPIs with a target for the whole and a final result, those whose value lies on the good side of the
-- target (a band: inside). `proven`: the whole interval does. The results are the golden records of the same period and instant.
WITH goals AS (
    SELECT kpi_id, direction, value AS target, coalesce(value_high, value) AS target_high FROM targets
    WHERE coalesce(slice, '') = '' AND coalesce(valid_from < local_date($p1), true)
    QUALIFY row_number() OVER (PARTITION BY kpi_id ORDER BY valid_from DESC NULLS LAST) = 1
), judged AS (
    SELECT CASE direction WHEN 'up' THEN value >= target WHEN 'down' THEN value <= target
                          ELSE value >= target AND value <= target_high END AS met,
           CASE direction WHEN 'up' THEN ci_low >= target WHEN 'down' THEN ci_high <= target
                          ELSE ci_low >= target AND ci_high <= target_high END AS proven
    FROM goals JOIN results ON name = kpi_id
    WHERE p0 = $p0 AND p1 = $p1 AND as_of = $as_of AND status = 'final'
)
-- output: share
SELECT count(*) FILTER (met) / nullif(count(*), 0) AS value, count(*) AS n FROM judged
-- output: proven
SELECT count(*) FILTER (proven) / nullif(count(*), 0) AS value, count(*) AS n FROM judged

-- Next response time: from the first customer message after a human one to the next human one, of the waits after the first
-- answer that began in the period. Waits without an answer are censored.
WITH waits AS (
    SELECT seconds(asked_at, replied_at) AS waited FROM later_waits($as_of)
    WHERE asked_at >= $p0 AND asked_at < $p1 AND wanted($channel, channel)
)
-- output: median
SELECT quantile_cont(waited, 0.5) AS value, count(waited) AS n, count(*) - count(waited) AS n_censored FROM waits
-- output: p90
SELECT quantile_cont(waited, 0.9) AS value, count(waited) AS n, count(*) - count(waited) AS n_censored FROM waits

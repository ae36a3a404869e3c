-- Up to four versions of a contract a customer, one after the other: most are price changes without a gap, some come back
-- within the month, some later; every fifth customer has a second contract beside it.
INSERT INTO subscriptions BY NAME
WITH drawn AS (
    SELECT i, i // 4 AS chain, i % 4 AS version, chance(i, 'after') AS dice,
           30 + CAST(floor(around(i, 'length', 200)) AS INTEGER) AS days,
           CASE WHEN dice < 0.6 THEN 0 WHEN dice < 0.8 THEN 5 + CAST(floor(chance(i, 'gap') * 25) AS INTEGER)
                ELSE 31 + CAST(floor(chance(i, 'gap') * 170) AS INTEGER) END AS gap
    FROM range($n // 20) AS rows(i)
), dated AS (
    SELECT *, DATE '2022-01-01' + CAST(floor(chance(chain, 'first') * 1200) AS INTEGER)
              + CAST(coalesce(sum(days + gap) OVER (PARTITION BY chain ORDER BY version ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS INTEGER) AS started_on,
           started_on + days AS left_on,
           CASE WHEN left_on < DATE '2026-01-01' AND NOT (version = 3 AND chance(i, 'stays') < 0.5) THEN left_on END AS ended_on
    FROM drawn
)
SELECT 's' || i AS subscription_id, 'p' || (CASE WHEN chain % 5 = 4 THEN chain - 1 ELSE chain END) AS customer_id,
       midnight(started_on) AS started_at, midnight(ended_on) AS ended_at, round(10 + around(i, 'mrr', 40), 2) AS mrr,
       CASE WHEN chance(chain, 'sub currency') < 0.9 THEN 'EUR' ELSE 'SEK' END AS currency,
       CASE WHEN ended_on IS NOT NULL AND dice >= 0.6 THEN ['voluntary', 'payment', 'company', 'closure'][1 + CAST(draw(i, 'why') % 4 AS INTEGER)] END AS end_reason,
       started_on, ended_on, newest_load() AS loaded_at
FROM dated WHERE started_on < DATE '2026-01-01';

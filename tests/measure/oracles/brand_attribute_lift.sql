-- Brand words: how often texts about us name the attribute (without one: any expected) and do not deny it, over how often texts
-- about competitors do, half a text added above and a whole one below. Tone: the mean tone of its mentions by us, denied ones too.
WITH texts AS (
    SELECT response_id, item FROM brand_texts($p0, $p1, $as_of) WHERE item IN ('us', 'competitor')
), mentions AS (
    SELECT DISTINCT * FROM said((SELECT coalesce(list(response_id), []) FROM texts))
    WHERE attribute IS NOT NULL AND CASE WHEN $attribute = '' THEN expected ELSE attribute = $attribute END
), counts AS (
    SELECT count(*) FILTER (item = 'us' AND says) AS a, count(*) FILTER (item = 'us') AS n,
           count(*) FILTER (item = 'competitor' AND says) AS b, count(*) FILTER (item = 'competitor') AS m
    FROM (SELECT *, response_id IN (SELECT response_id FROM mentions WHERE NOT negated) AS says FROM texts)
)
-- output: lift
SELECT CASE WHEN n > 0 AND m > 0 THEN ((a + 0.5) / (n + 1)) / ((b + 0.5) / (m + 1)) END AS value,
       CASE WHEN n > 0 AND m > 0 THEN n + m ELSE 0 END AS n
FROM counts
-- output: tone
SELECT avg(polarity) AS value, count(*) AS n FROM mentions JOIN texts USING (response_id) WHERE item = 'us'

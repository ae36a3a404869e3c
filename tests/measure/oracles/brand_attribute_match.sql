-- Brand words: texts about us that name an expected attribute without denying it, of all texts about us. Precision: such
-- mentions of all mentions; what a text says of an attribute counts once, and once more where it denies it.
WITH own AS (
    SELECT response_id FROM brand_texts($p0, $p1, $as_of) WHERE item = 'us'
), mentions AS (
    SELECT DISTINCT response_id, attribute, expected, negated
    FROM said((SELECT coalesce(list(response_id), []) FROM own)) WHERE attribute IS NOT NULL
)
-- output: share
SELECT count(*) FILTER (response_id IN (SELECT response_id FROM mentions WHERE expected AND NOT negated)) / nullif(count(*), 0) AS value,
       count(*) AS n
FROM own
-- output: precision
SELECT count(*) FILTER (expected AND NOT negated) / nullif(count(*), 0) AS value, count(*) AS n FROM mentions

-- Wallet allocation: (1 - rank / (N + 1)) * 2 / N, with our rank among the N brands that a person uses, ties averaged; the mean
-- over those who use ours. `first_choice`: 1 for who ranks us first, shared among brands at the top.
WITH ratings AS (
    SELECT respondent_id, CASE WHEN is_own = 1 THEN 'own' ELSE 'brand ' || brand END AS who, arg_max(score, asked_at) AS score
    FROM competitor_ratings WHERE category = 'wallet' AND asked_at <= $as_of AND asked_at >= $p0 AND asked_at < $p1 GROUP BY ALL
), ranked AS (
    SELECT own.respondent_id, count(*) AS brands, count(*) FILTER (each.score > own.score) AS above, count(*) FILTER (each.score = own.score) AS level
    FROM ratings AS own JOIN ratings AS each USING (respondent_id) WHERE own.who = 'own' GROUP BY ALL
)
-- output: mean
SELECT avg((1 - (above + (level + 1) / 2) / (brands + 1)) * 2 / brands) AS value, count(*) AS n FROM ranked
-- output: first_choice
SELECT avg(CASE WHEN above = 0 THEN 1 / level ELSE 0 END) AS value, count(*) AS n FROM ranked

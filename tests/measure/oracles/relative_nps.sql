-- NPS relative to competitors: our net share of promoters in a survey about brands less that of the competitor with the highest
-- one. Of a person's ratings of one brand the latest of the period counts. Where no competitor was rated in the period, figures
-- published for this month stand in.
WITH ratings AS (
    SELECT CASE WHEN is_own = 1 THEN 'own' ELSE 'brand ' || brand END AS who, respondent_id, arg_max(score, asked_at) AS score
    FROM competitor_ratings WHERE category = 'nps' AND asked_at <= $as_of AND asked_at >= $p0 AND asked_at < $p1 GROUP BY ALL
), rated AS (
    SELECT who, count(*) AS n, 100 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / count(*) AS nps FROM ratings GROUP BY ALL
), known AS (
    SELECT * FROM rated UNION ALL
    SELECT 'brand ' || entity, sum(n), 100 * (sum(k_pos) - sum(k_neg)) / sum(n) FROM benchmarks
    WHERE kind = 'competitor_nps' AND period = strftime(local_date($p0), '%Y-%m') AND NOT EXISTS (FROM rated WHERE who <> 'own')
      AND k_pos IS NOT NULL AND k_neg IS NOT NULL AND n > 0
    GROUP BY ALL
), best AS (
    SELECT nps, n FROM known WHERE who <> 'own' ORDER BY nps DESC, n DESC LIMIT 1
)
-- output: difference
SELECT any_value(own.nps - best.nps) AS value, coalesce(any_value(own.n + best.n), 0) AS n
FROM known AS own, best WHERE own.who = 'own'

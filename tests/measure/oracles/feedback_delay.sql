-- How long after the experience an answer about it came; surveys about the relationship as a whole are left out.
WITH delays AS (
    SELECT seconds(touch_at, responded_at) AS s
    FROM responses
    WHERE touch_at IS NOT NULL AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
      AND responded_at <= $as_of AND responded_at >= $p0 AND responded_at < $p1
      AND (kind NOT IN ('nps', 'relationship', 'image', 'enps', 'esat', 'brand_words', 'brands') OR nps_kind = 'transactional')
)
-- output: median
SELECT quantile_cont(s, 0.5) AS value, count(*) AS n FROM delays
-- output: p90
SELECT quantile_cont(s, 0.9) AS value, count(*) AS n FROM delays

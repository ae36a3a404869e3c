-- Net sentiment: 100 times the share of comments whose clauses only praise less the share of those whose clauses only blame.
-- Comments of customers to any question but those about competitors; tests, repeated presses and what the same person wrote anew
-- about the same conversation or order within 24 hours are left out. Comments in other languages than ours are n_na.
WITH comments AS (
    SELECT *, coalesce(conversation_id, order_id) AS subject,
           CASE WHEN kind = 'nps' THEN coalesce(nps_kind = 'transactional', false) ELSE true END AS replaceable
    FROM responses
    WHERE kind NOT IN ('enps', 'esat') AND NOT (kind = 'brand_words' AND coalesce(item = 'competitor', false))
      AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND responded_at <= $as_of
), counted AS (
    SELECT response_id, coalesce(lang IN ('fi', 'sv', 'nb', 'nn', 'en'), false) AS readable FROM comments AS c
    WHERE responded_at >= $p0 AND responded_at < $p1 AND trim(coalesce(text, '')) <> '' AND NOT (replaceable AND EXISTS (
          SELECT 1 FROM comments AS later
          WHERE later.customer_id = c.customer_id AND later.subject = c.subject
            AND later.survey_id IS NOT DISTINCT FROM c.survey_id AND later.kind = c.kind
            AND later.item IS NOT DISTINCT FROM c.item
            AND later.responded_at > c.responded_at AND later.responded_at <= c.responded_at + INTERVAL 24 HOUR))
), tones AS (
    SELECT response_id, bool_or(polarity > 0) AS praises, bool_or(polarity < 0) AS blames
    FROM said((SELECT coalesce(list(response_id), []) FROM counted WHERE readable)) GROUP BY ALL
)
-- output: score
SELECT 100.0 * (count(*) FILTER (praises AND NOT blames) - count(*) FILTER (blames AND NOT praises))
       / nullif(count(*) FILTER (readable), 0) AS value,
       count(*) FILTER (readable) AS n, count(*) FILTER (NOT readable) AS n_na
FROM counted LEFT JOIN tones USING (response_id)

-- Conversations leading to a lead: handled inbound conversations opened in the period that became a lead at most seven days
-- after they began (both ends are inside). Handled: a person answered, or a bot solved it.
WITH handled AS (
    SELECT coalesce(seconds(opened_at, known(lead_at, $as_of)) BETWEEN 0 AND 7 * 86400, false) AS lead FROM written($as_of)
    WHERE direction = 'in' AND opened_at >= $p0 AND opened_at < $p1 AND wanted($channel, channel)
      AND (answered_at IS NOT NULL OR (solved_now AND coalesce(resolved_by = 'bot', false)))
)
-- output: share
SELECT count(*) FILTER (lead) / nullif(count(*), 0) AS value, count(*) AS n FROM handled
-- output: count
SELECT CASE WHEN covered('conversations', $p0, $p1) THEN n END AS value, n FROM (SELECT count(*) AS n FROM handled WHERE lead)

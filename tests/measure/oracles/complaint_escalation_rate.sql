-- Escalated complaints: inbound complaints opened in the period that had been escalated by `as_of`, to whatever level;
-- `external` those that left the house.
WITH complaints AS (
    SELECT known(escalated_at, $as_of) IS NOT NULL AS escalated, coalesce(escalation_level, '') AS level FROM written($as_of)
    WHERE is_complaint = 1 AND direction = 'in' AND opened_at >= $p0 AND opened_at < $p1 AND wanted($channel, channel)
)
-- output: share
SELECT count(*) FILTER (escalated) / nullif(count(*), 0) AS value, count(*) AS n FROM complaints
-- output: external
SELECT count(*) FILTER (escalated AND level = 'external') / nullif(count(*), 0) AS value, count(*) AS n FROM complaints

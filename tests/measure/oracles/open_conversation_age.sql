-- Age of open issues: the conversations open at the end of the period, as `open_conversation_count` finds them, and the
-- calendar time since they were opened, up to that end or, of a period that is not over, up to `as_of`. A reopened one
-- keeps its first opening. Older than seven days is strict.
WITH history AS (
    SELECT conversation_id AS contact_id, arg_max(value, "at") AS status FROM status_events
    WHERE kind = 'status' AND "at" <= $p1 AND "at" <= $as_of GROUP BY ALL
), open_then AS (
    SELECT seconds(opened_at, least($p1, $as_of)) AS age
    FROM written($as_of) LEFT JOIN history USING (contact_id)
    WHERE wanted($channel, channel) AND direction = 'in' AND opened_at < $p1 AND coalesce(abandoned_at >= $p1, true)
      AND NOT coalesce(status IN ('solved', 'closed'),
                  coalesce($p1 >= first_solved_at AND $p1 < coalesce(reopened_first_at, TIMESTAMP '9999-01-01'), false)
                  OR coalesce(solved_now AND $p1 >= solved_at, false))
)
-- output: median
SELECT quantile_cont(age, 0.5) AS value, count(*) AS n FROM open_then
-- output: max
SELECT max(age) AS value, count(*) AS n FROM open_then
-- output: over_7d
SELECT count(*) FILTER (age > 7 * 86400) / nullif(count(*), 0) AS value, count(*) AS n FROM open_then

-- Cases per agent hour: cases whose last solve by a person lies on a day for which the agent's working time is recorded, over
-- the hours of those days handling contacts or free for one (or paid). A solve reopened within seven days does not count.
WITH worked AS (
    SELECT * FROM work_time
    WHERE "date" >= local_date($p0) AND "date" < local_date($p1) AND "date" <= local_date($as_of) AND wanted($agent_id, agent_id)
), solves AS (
    SELECT agent_id, local_date(solved_at) AS solved_on FROM written($as_of)
    WHERE solved_at <= $as_of AND coalesce(resolved_by, 'agent') <> 'bot'
      AND NOT coalesce(reopened_at BETWEEN solved_at AND solved_at + INTERVAL 7 DAY, false)
      AND NOT coalesce(reopened_first_at BETWEEN solved_at AND solved_at + INTERVAL 7 DAY, false)
), counted AS (
    SELECT count(*) AS solved FROM solves JOIN worked ON worked.agent_id = solves.agent_id AND worked."date" = solves.solved_on
)
-- output: per_hour
SELECT (SELECT solved FROM counted) / nullif(sum(handling_s + idle_s) / 3600, 0) AS value, count(*) AS n FROM worked
-- output: per_paid_hour
SELECT (SELECT solved FROM counted) / nullif(sum(paid_s) / 3600, 0) AS value, count(*) AS n FROM worked

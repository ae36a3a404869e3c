-- Occupancy: time handling contacts over the time handling them or free for the next one, over agents and local days.
-- output: ratio
SELECT sum(handling_s) / nullif(sum(handling_s + idle_s), 0) AS value, count(*) AS n FROM work_time
WHERE "date" >= local_date($p0) AND "date" < local_date($p1) AND "date" <= local_date($as_of) AND wanted($agent_id, agent_id)

-- One row in two hundred is a later edit of the row before it, up to two days after.
INSERT INTO responses BY NAME
WITH drawn AS (
    SELECT i, CASE WHEN i % 200 = 13 THEN i - 1 ELSE i END AS form, chance(form, 'kind') AS dice,
           CASE WHEN dice < 0.5 THEN 'csat' WHEN dice < 0.8 THEN 'nps' ELSE 'ces' END AS kind,
           customer(form, 'response', $customers, 0.85) AS customer_id,
           after(moment(form, 'response'), CASE WHEN i <> form THEN 3600 + chance(i, 'edit') * 169200 ELSE 0 END) AS responded_at,
           chance(form, 'subject') AS about, chance(i, 'open') < 0.02 AS left_open,
           CASE WHEN kind = 'nps' THEN CASE WHEN chance(form, 'nps') < 0.8 THEN 'relationship' ELSE 'transactional' END END AS nps_kind,
           coalesce(nps_kind, '') <> 'relationship' AS about_contact,
           CASE WHEN kind = 'nps' THEN least(10, floor(11 * sqrt(chance(i, 'score'))))
                ELSE 1 + floor((CASE kind WHEN 'csat' THEN 5 ELSE 7 END) * sqrt(chance(i, 'score'))) END AS score
    FROM range($n) AS rows(i)
)
SELECT 'r' || i AS response_id, kind AS survey_id, kind, customer_id,
       CASE WHEN about_contact AND about < 0.85 THEN 'v' || (draw(form, 'about') % $n) END AS conversation_id,
       CASE WHEN about_contact AND about >= 0.85 AND about < 0.92 THEN 'o' || (draw(form, 'about') % (2 * $n)) END AS order_id,
       CASE WHEN about_contact AND about >= 0.92 AND about < 0.97 THEN 't' || (draw(form, 'about') % 50) END AS touchpoint_id,
       after(responded_at, -around(i, 'delay', 40000)) AS sent_at, responded_at,
       CASE WHEN NOT left_open THEN score END AS score, CAST(NOT left_open AS TINYINT) AS answered,
       CASE kind WHEN 'nps' THEN 0 ELSE 1 END AS scale_min, CASE kind WHEN 'nps' THEN 10 WHEN 'csat' THEN 5 ELSE 7 END AS scale_max,
       nps_kind, 'email' AS source, CAST(chance(i, 'response test') < 0.003 AS TINYINT) AS is_test, agent(i, 'response') AS agent_id,
       local_time(responded_at) AS responded_local, customer_id AS person_id, newest_load() AS loaded_at
FROM drawn;

INSERT INTO calls BY NAME
WITH drawn AS (
    SELECT i, moment(i, 'call') AS queued_at, chance(i, 'outcome') AS dice,
           CASE WHEN dice < 0.85 THEN 'answered' WHEN dice < 0.93 THEN 'abandoned' WHEN dice < 0.96 THEN 'callback'
                WHEN dice < 0.98 THEN 'overflow' WHEN dice < 0.99 THEN 'voicemail' ELSE 'closed' END AS outcome,
           outcome = 'answered' AS is_answered, floor(around(i, 'queue', 40)) AS wait_s,
           CASE WHEN is_answered THEN floor(20 + around(i, 'talk', 240)) END AS talk_s,
           CASE WHEN is_answered THEN CASE WHEN chance(i, 'hold') < 0.1 THEN floor(around(i, 'held', 60)) ELSE 0 END END AS hold_s,
           CASE WHEN is_answered AND chance(i, 'no acw') > 0.01 THEN floor(around(i, 'acw', 45)) END AS acw_s,
           after(queued_at, wait_s + coalesce(talk_s, 0) + coalesce(hold_s, 0) + coalesce(acw_s, 0)) AS ended_at
    FROM range($n // 5) AS rows(i)
)
SELECT 'k' || i AS call_id, customer(i, 'call', $customers, 0.3) AS customer_id, 'q' || (draw(i, 'queue') % 4) AS queue_id,
       queued_at, wait_s, outcome, CASE WHEN is_answered THEN agent(i, 'call') END AS agent_id, talk_s, hold_s, acw_s,
       CASE WHEN chance(i, 'call out') < 0.05 THEN 'out' ELSE 'in' END AS direction, reason(i, 'call') AS reason_code,
       CAST(chance(i, 'call test') < 0.002 AS TINYINT) AS is_test, local_time(queued_at) AS queued_local,
       ended_at, local_time(ended_at) AS ended_local, newest_load() AS loaded_at
FROM drawn;

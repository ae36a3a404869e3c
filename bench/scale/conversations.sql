-- One row in a hundred is merged into the row before it. Bots meet chats, some customers leave, a few cases are reopened.
INSERT INTO conversations BY NAME
WITH drawn AS (
    SELECT i, CASE WHEN i % 100 = 7 THEN i - 1 ELSE i END AS root, i % 100 = 7 AS is_child,
           customer(root, 'conversation', $customers, 0.98) AS customer_id,
           chance(root, 'channel') AS dice,
           CASE WHEN dice < 0.45 THEN 'email' WHEN dice < 0.75 THEN 'chat' WHEN dice < 0.85 THEN 'messaging'
                WHEN dice < 0.95 THEN 'social' ELSE 'form' END AS channel,
           channel IN ('chat', 'messaging') AS is_live,
           after(moment(root, 'conversation'), CASE WHEN is_child THEN chance(i, 'merge') * 172800 - 86400 ELSE 0 END) AS created_at,
           -- the child of this row, if it has one, may have begun before it
           CASE WHEN i % 100 = 6 AND i + 1 < $n AND customer_id IS NOT NULL
                THEN least(created_at, after(created_at, chance(i + 1, 'merge') * 172800 - 86400)) ELSE created_at END AS opened_at,
           is_live AND chance(i, 'bot') < 0.4 AS bot_first,
           bot_first AND chance(i, 'bot alone') < 0.3 AS bot_alone,
           CASE WHEN bot_first AND NOT bot_alone THEN after(created_at, 20 + chance(i, 'handoff') * 200) END AS handoff_at,
           coalesce(handoff_at, opened_at) AS wait_started_at,
           is_live AND NOT bot_alone AND chance(i, 'leaves') < 0.1 AS leaves,
           CASE WHEN leaves THEN after(wait_started_at, around(i, 'patience', 90)) END AS abandoned_at,
           NOT is_child AND NOT bot_alone AND NOT leaves AND chance(i, 'answer') < 0.995 AS is_answered
    FROM range($n) AS rows(i)
), answered AS (
    SELECT *, CASE WHEN is_answered THEN after(greatest(wait_started_at, created_at),
                  1 + around(i, 'wait', CASE WHEN is_live THEN 60 WHEN channel = 'social' THEN 3000 ELSE 14000 END)) END AS answered_at
    FROM drawn
), solved AS (
    SELECT *, CASE WHEN bot_alone THEN after(created_at, 30 + around(i, 'bot work', 120))
                   WHEN is_answered AND chance(i, 'solve') < 0.97
                   THEN after(answered_at, least(30 + around(i, 'work', CASE WHEN is_live THEN 900 ELSE 70000 END), 2000000)) END AS first_solved_at,
           CASE WHEN first_solved_at IS NOT NULL AND NOT bot_alone AND chance(i, 'reopen') < 0.05
                THEN after(first_solved_at, 60 + chance(i, 'return') * 259200) END AS reopened_at,
           CASE WHEN reopened_at IS NOT NULL AND chance(i, 'again') < 0.85
                THEN after(reopened_at, 60 + least(around(i, 'second work', 86400), 800000)) ELSE first_solved_at END AS last_solved_at
    FROM answered
)
SELECT 'v' || i AS conversation_id, customer_id, channel, CASE WHEN chance(i, 'out') < 0.04 THEN 'out' ELSE 'in' END AS direction,
       created_at, CAST(bot_first AS TINYINT) AS bot_first, handoff_at, answered_at AS first_response_at,
       first_solved_at, last_solved_at, reopened_at, reopened_at AS reopened_last_at, abandoned_at,
       coalesce(last_solved_at, answered_at, created_at) AS last_message_at,
       CASE WHEN bot_alone THEN 'bot' WHEN first_solved_at IS NOT NULL THEN 'agent' END AS resolved_by,
       CASE WHEN first_solved_at IS NOT NULL AND NOT bot_alone THEN agent(i, 'solver') END AS agent_id,
       CASE WHEN answered_at IS NOT NULL THEN agent(i, 'responder') END AS first_responder_id,
       CAST(channel = 'social' AND chance(i, 'no reply') < 0.1 AS TINYINT) AS no_reply_needed,
       reason(root, 'conversation') AS reason_code, CAST(chance(root, 'complaint') < 0.04 AS TINYINT) AS is_complaint,
       CASE WHEN i % 100 IN (6, 7) THEN NULL ELSE CAST(chance(i, 'spam') < 0.02 AS TINYINT) END AS is_spam,
       CAST(i % 100 NOT IN (6, 7) AND chance(i, 'test') < 0.002 AS TINYINT) AS is_test,
       CASE WHEN is_child THEN 'v' || root END AS merged_into,
       'v' || root AS root_id, opened_at, wait_started_at, answered_at, first_responder_id AS answered_by,
       first_solved_at AS solved_first_at, last_solved_at AS solved_last_at, reopened_at AS reopened_latest_at,
       last_message_at AS spoke_last_at, local_time(opened_at) AS opened_local, local_time(wait_started_at) AS wait_started_local,
       local_time(first_solved_at) AS solved_first_local, local_time(last_solved_at) AS solved_last_local,
       newest_load() AS loaded_at
FROM solved;

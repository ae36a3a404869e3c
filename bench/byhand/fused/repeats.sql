-- Who came back for the same reason: each contact meets the earlier ones of its customer (calls included).
WITH contacts AS MATERIALIZED (
    SELECT true AS is_written, customer_id, reason_code, opened_at, opened_local,
           solved_first_at AS first_solve, solved_last_at AS last_solve, reopened_at AS first_reopening,
           reopened_latest_at AS last_reopening, abandoned_at AS left_at
    FROM cases() WHERE is_inbound AND NOT is_short
    UNION ALL
    SELECT false, customer_id, reason_code, queued_at, queued_local, CASE WHEN is_answered THEN ended_at END,
           CASE WHEN is_answered THEN ended_at END, NULL, NULL, CASE WHEN outcome = 'abandoned' THEN ended_at END
    FROM inbound_calls() WHERE is_offered OR outcome <> 'abandoned'
), within_reach AS (
    -- what ended more than a week and began more than a month before the first day asked for can no longer matter
    SELECT * FROM contacts
    WHERE customer_id IS NOT NULL AND greatest(opened_at + INTERVAL 23 DAY, last_solve, first_solve, left_at) >= $from - INTERVAL 8 DAY
), repeats AS (
    SELECT now.opened_local
    FROM contacts AS now SEMI JOIN within_reach AS old ON old.customer_id = now.customer_id AND old.opened_at < now.opened_at
     AND (old.reason_code = now.reason_code OR old.reason_code IS NULL OR now.reason_code IS NULL)
     AND CASE
        -- solved for the last time before this contact, and not reopened in between
        WHEN old.last_solve <= now.opened_at AND old.last_solve > coalesce(CASE WHEN old.last_reopening <= now.opened_at THEN old.last_reopening END, TIMESTAMP '0001-01-01')
            THEN old.last_solve >= now.opened_at - INTERVAL 7 DAY
        WHEN old.first_solve <= now.opened_at AND coalesce(old.first_reopening > now.opened_at, true)
            THEN old.first_solve >= now.opened_at - INTERVAL 7 DAY
        WHEN old.left_at <= now.opened_at THEN old.left_at >= now.opened_at - INTERVAL 7 DAY
        ELSE old.opened_at >= now.opened_at - INTERVAL 30 DAY END
    WHERE now.is_written AND now.opened_local >= $from AND now.opened_local < $to
), daily AS (
    SELECT CAST(opened_local AS DATE) AS day, sum(contact) AS contacts, sum(repeat) AS repeats FROM (
        SELECT opened_local, 1 AS contact, 0 AS repeat FROM contacts WHERE is_written AND opened_local >= $from AND opened_local < $to
        UNION ALL SELECT opened_local, 0, 1 FROM repeats)
    GROUP BY ALL
)
SELECT month_of(day) AS month, blocks(repeats, contacts) AS repeat_contact_rate FROM daily GROUP BY ALL

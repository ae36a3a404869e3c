-- First contact resolution: handled inbound contacts of known customers opened in the period that repeat no earlier one (as
-- `repeat_contact_rate` finds them). Resolved: first solved within 30 days of the opening, not reopened within seven days (a mere
-- thanks aside), and no other contact of the customer on any channel, those left at once aside, for the same reason (a missing
-- one matches any) in the seven days after. Until the seven days, or without a solve the 30 days, are over it is not known: n_censored.
WITH contacts AS (
    SELECT 'written' AS kind, contact_id, customer_id, channel, agent_id, reason_code, opened_at, true AS offered,
           first_solved_at, solved_at, reopened_first_at, reopened_at, abandoned_at, coalesce(reopen_is_trivial, 0) = 1 AS trivial,
           answered_at IS NOT NULL OR (solved_now AND coalesce(resolved_by = 'bot', false)) AS handled
    FROM written($as_of) WHERE direction = 'in' AND NOT short
    UNION ALL
    SELECT 'call', call_id, customer_id, channel, agent_id, reason_code, queued_at, offered,
           CASE WHEN outcome = 'answered' THEN known(ended_at, $as_of) END,
           CASE WHEN outcome = 'answered' THEN known(ended_at, $as_of) END, NULL, NULL,
           CASE WHEN outcome = 'abandoned' THEN wait_ended_at END, false, outcome = 'answered'
    FROM inbound_calls($as_of) WHERE NOT short
), handled AS (
    SELECT * FROM contacts
    WHERE handled AND customer_id IS NOT NULL AND opened_at >= $p0 AND opened_at < $p1
      AND wanted($channel, channel) AND wanted($agent_id, agent_id) AND (kind = 'written' OR $channel = 'phone')
), pairs AS (
    SELECT now.kind, now.contact_id, now.opened_at AS moment, before.opened_at AS began,
           greatest(known(before.first_solved_at, moment), known(before.solved_at, moment)) AS solved,
           greatest(known(before.reopened_first_at, moment), known(before.reopened_at, moment)) AS reopened,
           CASE WHEN solved > coalesce(reopened, TIMESTAMP '0001-01-01') THEN solved ELSE known(before.abandoned_at, moment) END AS ended
    FROM handled AS now JOIN contacts AS before
      ON before.customer_id = now.customer_id AND before.opened_at < now.opened_at
     AND (before.reason_code = now.reason_code OR before.reason_code IS NULL OR now.reason_code IS NULL)
), first AS (
    SELECT h.*, coalesce(first_solved_at + INTERVAL 7 DAY, opened_at + INTERVAL 30 DAY) <= $as_of AS mature,
           coalesce(seconds(opened_at, first_solved_at) <= 30 * 86400, false)
           AND (trivial OR NOT coalesce(seconds(first_solved_at, coalesce(reopened_first_at, reopened_at)) <= 7 * 86400, false))
           AND NOT EXISTS (SELECT 1 FROM contacts AS later
               WHERE later.customer_id = h.customer_id AND coalesce(later.reason_code = h.reason_code, true)
                 AND later.opened_at > h.first_solved_at AND later.opened_at <= h.first_solved_at + INTERVAL 7 DAY) AS resolved
    FROM handled AS h
    WHERE NOT EXISTS (SELECT 1 FROM pairs WHERE pairs.kind = h.kind AND pairs.contact_id = h.contact_id
          AND (seconds(ended, moment) <= 7 * 86400 OR (ended IS NULL AND seconds(began, moment) <= 30 * 86400)))
)
-- output: share
SELECT count(*) FILTER (mature AND resolved) / nullif(count(*) FILTER (mature), 0) AS value, count(*) FILTER (mature) AS n,
       count(*) FILTER (NOT mature) AS n_censored
FROM first

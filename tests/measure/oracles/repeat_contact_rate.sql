-- Repeat contacts: inbound contacts opened in the period whose customer had an earlier one (any channel, not left at once)
-- about the same reason, a missing reason matching any, that had ended at most seven days before or was still open and at
-- most thirty days old. A contact has ended at its last solve before that moment unless it was reopened in between, else
-- when it was abandoned; an answered call when it is over. A call that went elsewhere (call-back, voicemail, overflow, closed)
-- is an earlier contact that stays open, but is not itself counted.
WITH contacts AS (
    SELECT 'written' AS kind, contact_id, customer_id, channel, reason_code, opened_at,
           first_solved_at, solved_at, reopened_first_at, reopened_at, abandoned_at, true AS offered
    FROM written($as_of) WHERE direction = 'in' AND NOT short
    UNION ALL
    SELECT 'call', call_id, customer_id, channel, reason_code, queued_at,
           CASE WHEN outcome = 'answered' THEN ended_at END, CASE WHEN outcome = 'answered' THEN ended_at END, NULL, NULL,
           CASE WHEN outcome = 'abandoned' THEN wait_ended_at END, offered
    FROM inbound_calls($as_of) WHERE NOT short
), counted AS (
    SELECT * FROM contacts
    WHERE offered AND opened_at >= $p0 AND opened_at < $p1 AND wanted($channel, channel) AND (kind = 'written' OR $channel = 'phone')
), pairs AS (
    SELECT now.kind, now.contact_id, now.opened_at AS moment, before.opened_at AS began,
           greatest(known(before.first_solved_at, moment), known(before.solved_at, moment)) AS solved,
           greatest(known(before.reopened_first_at, moment), known(before.reopened_at, moment)) AS reopened,
           known(before.abandoned_at, moment) AS abandoned,
           CASE WHEN solved > coalesce(reopened, TIMESTAMP '0001-01-01') THEN solved ELSE abandoned END AS ended
    FROM counted AS now JOIN contacts AS before
      ON before.customer_id = now.customer_id AND before.opened_at < now.opened_at
     AND (before.reason_code = now.reason_code OR before.reason_code IS NULL OR now.reason_code IS NULL)
), repeats AS (
    SELECT DISTINCT kind, contact_id FROM pairs
    WHERE seconds(ended, moment) <= 7 * 86400 OR (ended IS NULL AND seconds(began, moment) <= 30 * 86400)
)
-- output: share
SELECT (SELECT count(*) FROM repeats) / nullif(count(*), 0) AS value, count(*) AS n FROM counted

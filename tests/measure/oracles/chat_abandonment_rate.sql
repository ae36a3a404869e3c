-- Abandoned chats: inbound chats and messages whose wait began in the period and that needed a person (not only a bot, not
-- marked as asking nothing), without those left within ten seconds. Abandoned: the customer left before an answer, unless
-- another conversation of the same case, by e-mail or form, was answered. `silent`: flagged as silent, and answered.
WITH letters AS (
    SELECT case_id FROM written($as_of) WHERE channel IN ('email', 'form') AND answered_at IS NOT NULL AND case_id IS NOT NULL
), needed AS (
    SELECT abandoned_at IS NOT NULL AND coalesce(answered_at > abandoned_at, true) AS gone,
           seconds(wait_started_at, abandoned_at) AS patience,
           coalesce(case_id IN (SELECT case_id FROM letters), false) AS answered_in_writing,
           coalesce(silent_abandon, 0) = 1 AND answered_at IS NOT NULL AS silent
    FROM written($as_of)
    WHERE direction = 'in' AND channel IN ('chat', 'messaging') AND NOT bot_only AND NOT needs_no_reply
      AND wait_started_at >= $p0 AND wait_started_at < $p1 AND wait_started_at <= $as_of AND wanted($channel, channel)
), counted AS (
    SELECT gone AND NOT answered_in_writing AS abandoned, silent FROM needed WHERE NOT (gone AND coalesce(patience <= 10, false))
)
-- output: share
SELECT count(*) FILTER (abandoned) / nullif(count(*), 0) AS value, count(*) AS n FROM counted
-- output: count
SELECT CASE WHEN covered('conversations', $p0, $p1) THEN n END AS value, n FROM (SELECT count(*) AS n FROM counted WHERE abandoned)
-- output: silent
SELECT count(*) FILTER (silent) / nullif(count(*), 0) AS value, count(*) AS n FROM counted

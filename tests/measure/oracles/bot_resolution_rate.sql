-- Bot resolution: inbound conversations opened in the period that began with a bot; of these the ones solved by the bot without
-- hand-off and human answer, still solved, whose customer had no other contact in the seven days after (exactly seven is inside)
-- on any channel, left at once or not counted aside, about the same reason, a missing reason matching any.
WITH contacts AS (
    SELECT customer_id, reason_code, opened_at FROM written($as_of) WHERE direction = 'in' AND NOT short
    UNION ALL
    SELECT customer_id, reason_code, queued_at FROM inbound_calls($as_of) WHERE NOT short
), begun AS (
    SELECT *, bot_only AND solved_now AND coalesce(resolved_by = 'bot', false) AS by_bot FROM written($as_of)
    WHERE direction = 'in' AND bot_first AND opened_at >= $p0 AND opened_at < $p1 AND wanted($channel, channel)
), lasting AS (
    SELECT by_bot AND NOT EXISTS (
               SELECT 1 FROM contacts AS later
               WHERE later.customer_id = begun.customer_id AND later.opened_at > solved_at
                 AND later.opened_at <= solved_at + INTERVAL 7 DAY
                 AND coalesce(later.reason_code = begun.reason_code, true)) AS solved FROM begun
)
-- output: share
SELECT count(*) FILTER (solved) / nullif(count(*), 0) AS value, count(*) AS n FROM lasting

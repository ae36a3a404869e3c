-- Requester wait time: time in the states new, open and on hold up to the last solve, of inbound conversations that are
-- solved and whose last solve lies in the period, where at least one state was recorded by then.
WITH spans AS (
    SELECT conversation_id, "at", lower(value) AS state, lead("at") OVER (PARTITION BY conversation_id ORDER BY "at") AS until
    FROM status_events WHERE kind = 'status' AND "at" <= $as_of
), waits AS (
    SELECT contact_id, coalesce(sum(seconds("at", least(coalesce(until, solved_at), solved_at)))
                                FILTER (state IN ('new', 'open', 'on_hold')), 0) AS waited
    FROM written($as_of) JOIN spans ON conversation_id = contact_id AND "at" <= solved_at
    WHERE direction = 'in' AND solved_now AND solved_at >= $p0 AND solved_at < $p1 AND wanted($channel, channel)
    GROUP BY ALL
)
-- output: median
SELECT quantile_cont(waited, 0.5) AS value, count(*) AS n FROM waits
-- output: mean
SELECT avg(waited) AS value, count(*) AS n FROM waits

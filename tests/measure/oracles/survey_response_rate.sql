-- Invitations delivered in the period whose 14 days are over, and those of them to which a form came back within 14 days
-- (with whatever questions left open). Those still waiting are censored.
WITH invited AS (
    SELECT i.invite_id, i.sent_at + INTERVAL 14 DAY <= $as_of AS mature,
           EXISTS (SELECT 1 FROM responses AS r
                   WHERE r.invite_id = i.invite_id AND r.responded_at <= i.sent_at + INTERVAL 14 DAY AND r.responded_at <= $as_of) AS came
    FROM survey_invites AS i
    WHERE coalesce(i.delivered, 1) = 1 AND coalesce(i.is_test, 0) = 0
      AND i.sent_at >= $p0 AND i.sent_at < $p1 AND i.sent_at <= $as_of
)
-- output: share
SELECT count(*) FILTER (came AND mature) / nullif(count(*) FILTER (mature), 0) AS value, count(*) FILTER (mature) AS n,
       count(*) FILTER (NOT mature) AS n_censored
FROM invited

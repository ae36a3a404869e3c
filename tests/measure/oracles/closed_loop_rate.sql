-- Bad answers (NPS 0 to 6, CSAT in the two lowest boxes, CES 1 to 3) whose 48 hours end in the period: how many were followed
-- by a person's contact within 48 hours. Customers who did not agree to be contacted are n_na, running ones censored.
WITH low AS (
    SELECT r.response_id, r.responded_at, r.responded_at + INTERVAL 48 HOUR AS due_at,
           coalesce((SELECT max(contact_consent) FROM customers WHERE customers.customer_id = r.customer_id), 0) = 1 AS agreed
    FROM standing_answers($as_of) AS r
    WHERE coalesce(answered, 1) = 1
      AND ((kind = 'nps' AND score <= 6) OR (kind = 'csat' AND score <= coalesce(scale_min, 1) + 1) OR (kind = 'ces' AND score <= 3))
), members AS (
    SELECT *, due_at <= $as_of AS is_over,
           EXISTS (SELECT 1 FROM feedback_actions AS a
                   WHERE a.response_id = low.response_id AND a.kind = 'contact' AND coalesce(a.is_auto, 0) = 0
                     AND a.first_contact_at <= $as_of AND a.first_contact_at <= due_at) AS reacted
    FROM low WHERE due_at >= $p0 AND due_at < $p1
)
-- output: share
SELECT count(*) FILTER (reacted AND agreed AND is_over) / nullif(count(*) FILTER (agreed AND is_over), 0) AS value,
       count(*) FILTER (agreed AND is_over) AS n, count(*) FILTER (NOT agreed AND is_over) AS n_na,
       count(*) FILTER (agreed AND NOT is_over) AS n_censored
FROM members

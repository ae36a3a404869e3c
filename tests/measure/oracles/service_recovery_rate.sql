-- Bad answers of the period (NPS 0 to 6, CSAT in the two lowest boxes, CES 1 to 3), whether somebody contacted the person, and
-- whether the person's last answer to the same question within 90 days was bad again.
WITH scored AS (
    SELECT response_id, kind, responded_at, person,
           CASE kind WHEN 'nps' THEN score <= 6 WHEN 'csat' THEN score <= coalesce(scale_min, 1) + 1 ELSE score <= 3 END AS is_low
    FROM standing_answers($as_of)
    WHERE kind IN ('nps', 'csat', 'ces') AND coalesce(answered, 1) = 1 AND score IS NOT NULL
), members AS (
    SELECT EXISTS (SELECT 1 FROM feedback_actions AS a
                   WHERE a.response_id = s.response_id AND a.kind = 'contact' AND coalesce(a.is_auto, 0) = 0
                     AND a.first_contact_at <= $as_of) AS followed,
           (SELECT NOT max_by(later.is_low, later.responded_at) FROM scored AS later
            WHERE later.person = s.person AND later.kind = s.kind AND later.responded_at > s.responded_at
              AND later.responded_at <= s.responded_at + INTERVAL 90 DAY) AS better
    FROM scored AS s WHERE is_low AND responded_at >= $p0 AND responded_at < $p1
)
-- output: share
SELECT count(*) FILTER (better) / nullif(count(better), 0) AS value, count(better) AS n FROM members WHERE followed
-- output: conservative
SELECT count(*) FILTER (better) / nullif(count(*), 0) AS value, count(*) AS n FROM members WHERE followed
-- output: effect
SELECT count(*) FILTER (followed AND better) / nullif(count(better) FILTER (followed), 0)
       - count(*) FILTER (NOT followed AND better) / nullif(count(better) FILTER (NOT followed), 0) AS value, count(better) AS n
FROM members

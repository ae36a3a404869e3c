-- Referral share: of the customers won in the period whose source is known, those whom a referral brought or who name the
-- customer that recommended the business. A source that is unknown, with nobody named: n_na.
WITH won AS (
    SELECT coalesce(acquisition_channel, 'unknown') AS channel, referred_by FROM customers
    WHERE acquired_at >= $p0 AND acquired_at < $p1 AND acquired_at <= $as_of AND coalesce(is_test, 0) = 0
      AND wanted($segment, segment)
)
-- output: share
SELECT avg(CAST(channel = 'referral' OR referred_by IS NOT NULL AS INTEGER))
           FILTER (channel <> 'unknown' OR referred_by IS NOT NULL) AS value,
       count(*) FILTER (channel <> 'unknown' OR referred_by IS NOT NULL) AS n,
       count(*) FILTER (channel = 'unknown' AND referred_by IS NULL) AS n_na
FROM won

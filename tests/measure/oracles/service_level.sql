-- Service level: answered within `within` seconds (exactly that counts as inside), of all calls that were answered or left
-- after more than five seconds.
-- output: share
SELECT count(*) FILTER (outcome = 'answered' AND wait_s <= $within) / nullif(count(*), 0) AS value, count(*) AS n
FROM inbound_calls($as_of)
WHERE offered AND queued_at >= $p0 AND queued_at < $p1

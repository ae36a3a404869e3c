-- Conversations leading to a sale: handled inbound conversations opened in the period to which a valid order is credited: to the
-- one it names (or the root that was merged into), if it did not begin after the order, else to the customer's last handled one
-- that began before the order and at most seven days before it (exactly seven is inside). Calls under `channel = phone`.
WITH RECURSIVE chain AS (
    SELECT conversation_id AS child, conversation_id AS root, merged_into FROM conversations
    UNION ALL
    SELECT chain.child, parent.conversation_id, parent.merged_into
    FROM chain JOIN conversations AS parent ON parent.conversation_id = chain.merged_into
), handled AS (
    SELECT contact_id, contact_id AS linked, customer_id, channel, opened_at FROM written($as_of)
    WHERE direction = 'in' AND $channel IS DISTINCT FROM 'phone'
      AND (answered_at IS NOT NULL OR (solved_now AND coalesce(resolved_by = 'bot', false)))
    UNION ALL
    SELECT call_id, coalesce(conversation_id, call_id), customer_id, channel, queued_at FROM inbound_calls($as_of)
    WHERE $channel = 'phone' AND outcome = 'answered'
), bought AS (
    SELECT o.*, coalesce(CASE WHEN $channel IS DISTINCT FROM 'phone' THEN root END, source_conversation_id) AS named
    FROM valid_orders($as_of) AS o LEFT JOIN chain ON child = source_conversation_id AND chain.merged_into IS NULL
), credited AS (
    SELECT order_id, max_by(contact_id, (h.opened_at, contact_id)) AS contact_id,
           any_value((invoice_amount - coalesce(refund_amount, 0)) / euro_rate(currency, ordered_on)) AS eur
    FROM bought AS b JOIN handled AS h
      ON CASE WHEN named IS NOT NULL THEN linked = named AND opened_at <= ordered_at
              ELSE h.customer_id = b.customer_id AND opened_at < ordered_at AND ordered_at <= opened_at + INTERVAL 7 DAY END
    GROUP BY order_id
), counted AS (
    SELECT contact_id, count(order_id) AS orders, sum(eur) AS eur
    FROM handled LEFT JOIN credited USING (contact_id)
    WHERE opened_at >= $p0 AND opened_at < $p1 AND wanted($channel, channel) GROUP BY ALL
)
-- output: share
SELECT count(*) FILTER (orders > 0) / nullif(count(*), 0) AS value, count(*) AS n FROM counted
-- output: count
SELECT CASE WHEN covered('conversations', $p0, $p1) THEN n END AS value, n
FROM (SELECT count(*) AS n FROM counted WHERE orders > 0)

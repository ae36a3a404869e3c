-- What the oracles share: the rules about time, coverage, currency and eligibility that hold for every KPI (rules G1 to G8,
-- G12 and G19 and section 4.4), written out from the specification against the plain tables, as macros of the instant `as_of`.

CREATE MACRO local_time(instant) AS (instant AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Helsinki';
CREATE MACRO local_date(instant) AS CAST(local_time(instant) AS DATE);
CREATE MACRO midnight(local_day) AS (CAST(local_day AS TIMESTAMP) AT TIME ZONE 'Europe/Helsinki') AT TIME ZONE 'UTC';
CREATE MACRO seconds(earlier, later) AS (epoch_us(later) - epoch_us(earlier)) / 1e6;
CREATE MACRO known(instant, as_of) AS CASE WHEN instant <= as_of THEN instant END;
-- A slice that was not asked for keeps every row.
CREATE MACRO wanted(asked, actual) AS asked IS NULL OR coalesce(asked = actual, false);

-- G22: a count of nothing is zero only where every local day of the period is covered.
CREATE MACRO covered(name, p0, p1) AS NOT EXISTS (
    SELECT 1 FROM range(local_time(p0), local_time(p1), INTERVAL 1 DAY) AS days(day)
    WHERE NOT EXISTS (SELECT 1 FROM coverage
                      WHERE "table" = name AND CAST(day AS DATE) BETWEEN from_date AND to_date));

-- G15: answers known at `as_of` that count, without those that the same person replaced within 24 hours by another answer to
-- the same question about the same conversation or order.
CREATE MACRO standing_answers(as_of) AS TABLE
WITH counted AS (
    SELECT *, coalesce(conversation_id, order_id) AS subject, coalesce(customer_id, employee_id) AS person
    FROM responses
    WHERE coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND responded_at <= as_of
)
SELECT * FROM counted AS a WHERE NOT EXISTS (
    SELECT 1 FROM counted AS later
    WHERE (a.kind <> 'nps' OR a.nps_kind = 'transactional') AND later.kind = a.kind AND later.item IS NOT DISTINCT FROM a.item
      AND later.person = a.person AND later.subject = a.subject AND later.survey_id IS NOT DISTINCT FROM a.survey_id
      AND later.responded_at > a.responded_at AND later.responded_at <= a.responded_at + INTERVAL 24 HOUR);

-- 4.4: units of a currency per euro on a local day, the last rate at most seven days old.
CREATE MACRO euro_rate(code, local_day) AS CASE WHEN code = 'EUR' THEN 1.0 ELSE (
    SELECT max_by(rate, "date") FROM fx_rates
    WHERE quote = code AND "date" BETWEEN local_day - 7 AND local_day) END;

-- G5, G6, G8, G9, G3: eligible root conversations that are no calls, as they were known at `as_of`.
CREATE MACRO written(as_of) AS TABLE
WITH RECURSIVE chain AS (
    SELECT conversation_id AS child, conversation_id AS root, merged_into FROM conversations
    UNION ALL
    SELECT chain.child, parent.conversation_id, parent.merged_into
    FROM chain JOIN conversations AS parent ON parent.conversation_id = chain.merged_into
), member AS (
    SELECT child, root FROM chain WHERE merged_into IS NULL
), opening AS (
    SELECT member.root, min(child.created_at) AS opened_at
    FROM member
    JOIN conversations AS child ON child.conversation_id = member.child
    JOIN conversations AS root ON root.conversation_id = member.root
    WHERE (child.customer_id = root.customer_id AND coalesce(child.is_spam, 0) = 0 AND coalesce(child.is_test, 0) = 0
           AND known(child.deleted_at, as_of) IS NULL) OR member.child = member.root
    GROUP BY ALL
), status AS (
    SELECT conversation_id, "at", value IN ('solved', 'closed') AS closes,
           coalesce(lag(value IN ('solved', 'closed')) OVER (PARTITION BY conversation_id ORDER BY "at"), false) AS closed_before
    FROM status_events WHERE kind = 'status'
), history AS (
    SELECT conversation_id,
           min("at") FILTER (closes AND NOT closed_before) AS first_solve,
           max("at") FILTER (closes AND NOT closed_before) AS last_solve,
           max("at") FILTER (closes AND NOT closed_before AND "at" <= as_of) AS last_solve_seen,
           max("at") FILTER (closed_before AND NOT closes) AS last_reopening
    FROM status GROUP BY ALL
), started AS (
    SELECT c.*, o.opened_at, coalesce(c.wait_start_at, CASE WHEN c.bot_first = 1 THEN c.handoff_at END, o.opened_at) AS wait_started_at
    FROM conversations AS c JOIN opening AS o ON o.root = c.conversation_id
), human AS (
    SELECT member.root, min(m.sent_at) AS sent_at
    FROM messages AS m JOIN member ON member.child = m.conversation_id JOIN started AS s ON s.conversation_id = member.root
    WHERE m.author_type = 'agent' AND coalesce(m.is_public, 1) = 1 AND coalesce(m.is_auto, 0) = 0
      AND m.sent_at >= s.wait_started_at
    GROUP BY ALL
), seen AS (
    SELECT s.* EXCLUDE (direction, first_solved_at, last_solved_at, abandoned_at, reopened_at, bot_first, no_reply_needed),
           coalesce(s.direction, 'in') AS direction,
           coalesce(s.no_reply_needed, 0) = 1 AS needs_no_reply,
           coalesce(s.bot_first, 0) = 1 AS bot_first,
           known(coalesce(s.first_response_at, human.sent_at), as_of) AS answered_at,
           known(s.abandoned_at, as_of) AS abandoned_at,
           known(coalesce(s.first_solved_at, h.first_solve,
                 CASE WHEN coalesce(s.reopened_last_at, s.reopened_at) IS NULL THEN s.last_solved_at END), as_of) AS first_solved_at,
           known(s.reopened_at, as_of) AS reopened_first_at,
           coalesce(known(s.reopened_last_at, as_of), known(s.reopened_at, as_of), known(h.last_reopening, as_of)) AS reopened_at,
           coalesce(known(coalesce(s.last_solved_at, h.last_solve), as_of), h.last_solve_seen) AS last_solved_at
    FROM started AS s
    LEFT JOIN human ON human.root = s.conversation_id
    LEFT JOIN history AS h USING (conversation_id)
    WHERE s.created_at <= as_of AND s.merged_into IS NULL AND s.channel <> 'phone'
      AND coalesce(s.is_spam, 0) = 0 AND coalesce(s.is_test, 0) = 0
      AND known(s.deleted_at, as_of) IS NULL
)
SELECT conversation_id AS contact_id, seen.* EXCLUDE (conversation_id, last_solved_at), customers.segment,
       bot_first AND known(handoff_at, as_of) IS NULL AND answered_at IS NULL AS bot_only,
       answered_at IS NULL AND coalesce(seconds(wait_started_at, abandoned_at) <= 10, false) AS short,
       coalesce(last_solved_at, CASE WHEN reopened_at IS NULL OR reopened_at < first_solved_at THEN first_solved_at END) AS solved_at,
       coalesce(solved_at > coalesce(reopened_at, TIMESTAMP '0001-01-01'), false) AS solved_now
FROM seen LEFT JOIN customers USING (customer_id);

-- G6, G8: the waits of inbound conversations after their first answer. One opens with the first customer message after a
-- human one and ends with the next human one; what customer and agent say at the same instant, the customer said first.
-- Unanswered for a day in a conversation that is solved, the message was a thank-you.
CREATE MACRO later_waits(as_of) AS TABLE
WITH RECURSIVE chain AS (
    SELECT conversation_id AS child, conversation_id AS root, merged_into FROM conversations
    UNION ALL
    SELECT chain.child, parent.conversation_id, parent.merged_into
    FROM chain JOIN conversations AS parent ON parent.conversation_id = chain.merged_into
), cases AS (
    SELECT * FROM written(as_of) WHERE direction = 'in' AND answered_at IS NOT NULL
), spoken AS (
    SELECT root, sent_at, author_type, coalesce(is_auto, 0) AS is_auto
    FROM messages JOIN chain ON child = conversation_id AND chain.merged_into IS NULL
    WHERE coalesce(is_public, 1) = 1 AND sent_at <= as_of
), human AS (
    SELECT root, sent_at FROM spoken WHERE author_type = 'agent' AND is_auto = 0
    UNION SELECT contact_id, answered_at FROM cases
), asked AS (
    SELECT DISTINCT c.*, m.sent_at AS asked_at,
           (SELECT max(h.sent_at) FROM human AS h WHERE h.root = m.root AND h.sent_at < m.sent_at) AS before,
           (SELECT min(h.sent_at) FROM human AS h WHERE h.root = m.root AND h.sent_at >= m.sent_at) AS replied_at
    FROM spoken AS m JOIN cases AS c ON c.contact_id = m.root
    WHERE m.author_type = 'customer' AND m.sent_at > c.answered_at
)
SELECT * FROM asked
WHERE NOT EXISTS (SELECT 1 FROM spoken AS m WHERE m.root = contact_id AND m.author_type = 'customer'
                  AND m.sent_at > before AND m.sent_at < asked_at)
  AND NOT (replied_at IS NULL AND solved_now AND seconds(asked_at, as_of) >= 86400);

-- G5, G7, G12: calls from customers that are no tests, as they were known at `as_of`.
CREATE MACRO inbound_calls(as_of) AS TABLE
SELECT calls.* EXCLUDE (agent_id), agent_id, 'phone' AS channel, segment,
       outcome = 'abandoned' AND wait_s <= 5 AS short,
       outcome = 'answered' OR (outcome = 'abandoned' AND wait_s > 5) AS offered,
       to_microseconds(CAST(round(1e6 * coalesce(wait_s, 0)) AS BIGINT)) + queued_at AS wait_ended_at,
       to_microseconds(CAST(round(1e6 * (coalesce(wait_s, 0) + coalesce(talk_s, 0) + coalesce(hold_s, 0) + coalesce(acw_s, 0)))
                            AS BIGINT)) + queued_at AS ended_at
FROM calls LEFT JOIN customers USING (customer_id)
WHERE coalesce(direction, 'in') = 'in' AND coalesce(calls.is_test, 0) = 0 AND queued_at <= as_of;

-- G19: an order that counts.
CREATE MACRO valid_orders(as_of) AS TABLE
SELECT *, local_date(ordered_at) AS ordered_on FROM orders LEFT JOIN customers USING (customer_id)
WHERE coalesce(status, 'paid') IN ('paid', 'open') AND coalesce(refund_amount, 0) < invoice_amount AND ordered_at <= as_of;

-- G3, G19: contract versions as they were known at `as_of`; their dates mean local midnight.
CREATE MACRO contracts(as_of) AS TABLE
SELECT subscription_id, customer_id, segment, started_at AS starts, mrr, currency,
       coalesce(CASE WHEN midnight(ended_at) <= as_of THEN ended_at END, DATE '9999-12-31') AS ends
FROM subscriptions LEFT JOIN customers USING (customer_id)
WHERE midnight(started_at) <= as_of;

-- G14 to G17: the latest scored answer of each person to each question of a kind in a period, on a scale from 0 to 100, null
-- where the question was left open. Who is not known is known by the invitation, or else stands alone.
CREATE MACRO questions(asked_kind, p0, p1, as_of) AS TABLE
SELECT coalesce('person ' || coalesce(customer_id, employee_id), 'invitation ' || invite_id, 'answer ' || response_id) AS who, item, order_id,
       arg_max(100 * (score - coalesce(scale_min, 1)) / (coalesce(scale_max, 5) - coalesce(scale_min, 1)), responded_at)
           FILTER (score IS NOT NULL AND coalesce(answered, 1) = 1) AS of_100
FROM responses
WHERE kind = asked_kind AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0
  AND responded_at <= as_of AND responded_at >= p0 AND responded_at < p1
GROUP BY ALL;

-- 34: the mean of each person over the questions put to them; at least half of these must be answered.
CREATE MACRO person_means(asked_kind, asked_item, p0, p1, as_of) AS TABLE
WITH each AS (
    SELECT who, item, max(of_100) AS of_100 FROM questions(asked_kind, p0, p1, as_of) WHERE wanted(asked_item, item) GROUP BY ALL
)
SELECT who, CASE WHEN 2 * count(of_100) >= count(*) THEN avg(of_100) END AS score FROM each GROUP BY ALL;

-- Section 8: what a few texts in Finnish and Norwegian say. The dictionary forms of their inflected words and the judgement of
-- words that the brand did not list are written here by hand; a clause ends at a comma or a full stop, or before `mutta` or
-- `men`; a negator turns its clause. One row per clause and brand word, and one for a clause without any.
CREATE MACRO said(texts_of) AS TABLE
WITH forms(form, lemma) AS (
    VALUES ('luotettavaa', 'luotettava'), ('nopeaa', 'nopea'), ('hyvää', 'hyvä'), ('pålitelige', 'pålitelig')
), judged(word, polarity) AS (
    VALUES ('hyvä', 1), ('bra', 1), ('huono', -1), ('dårlig', -1)
), clauses AS (
    SELECT response_id, lang, unnest(regexp_split_to_array(lower(text), '[,.]| mutta | men ')) AS clause, generate_subscripts(
           regexp_split_to_array(lower(text), '[,.]| mutta | men '), 1) AS place
    FROM responses WHERE list_contains(texts_of, response_id)
), spoken AS (
    SELECT response_id, lang, place, unnest(regexp_extract_all(clause, '[\p{L}]+')) AS word,
           regexp_matches(clause, '(^| )(ei|en|ikke)( |$)') AS negated
    FROM clauses
), read AS (
    SELECT s.*, coalesce(f.lemma, s.word) AS lemma FROM spoken AS s LEFT JOIN forms AS f ON f.form = s.word
), named AS (
    SELECT r.response_id, r.place, r.negated, b.attribute, b.expected = 1 AS expected,
           coalesce(b.polarity, j.polarity, 0) * CASE WHEN r.negated THEN -1 ELSE 1 END AS points
    FROM read AS r
    LEFT JOIN brand_terms AS b ON b.lang = r.lang AND (list_contains(string_split(b.lemmas, ' '), r.lemma)
                                                       OR list_contains(string_split(b.lemmas, ' '), r.word))
    LEFT JOIN judged AS j ON j.word = r.lemma
)
SELECT response_id, attribute, expected, negated,
       CAST(sign(sum(points) OVER (PARTITION BY response_id, place)) AS INTEGER) AS polarity
FROM named;

-- Texts that answer "which words describe this brand?", the latest of each person and brand in the period.
CREATE MACRO brand_texts(p0, p1, as_of) AS TABLE
SELECT * FROM responses
WHERE kind = 'brand_words' AND coalesce(is_test, 0) = 0 AND coalesce(is_repeat_press, 0) = 0 AND trim(coalesce(text, '')) <> ''
  AND responded_at >= p0 AND responded_at < p1 AND responded_at <= as_of
QUALIFY row_number() OVER (PARTITION BY item, coalesce(customer_id, employee_id, response_id)
                           ORDER BY responded_at DESC, response_id DESC) = 1;

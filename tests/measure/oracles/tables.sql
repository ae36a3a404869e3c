-- The tables as the specification names their columns (section 4.1), as far as the oracles read them; no derived column.
-- A column that a file lacks stays null. The time of a promise is text: an instant or a local date.
CREATE TABLE conversations (
    conversation_id VARCHAR, customer_id VARCHAR, channel VARCHAR, priority VARCHAR, direction VARCHAR, created_at TIMESTAMP,
    bot_first TINYINT, handoff_at TIMESTAMP, wait_start_at TIMESTAMP, first_response_at TIMESTAMP, first_solved_at TIMESTAMP,
    last_solved_at TIMESTAMP, reopened_at TIMESTAMP, reopened_last_at TIMESTAMP, abandoned_at TIMESTAMP, resolved_by VARCHAR,
    agent_id VARCHAR, first_responder_id VARCHAR, calendar_id VARCHAR, no_reply_needed TINYINT, reason_code VARCHAR,
    is_complaint TINYINT, is_spam TINYINT, is_test TINYINT, merged_into VARCHAR, deleted_at TIMESTAMP,
    reopen_is_trivial TINYINT, escalated_at TIMESTAMP, escalation_level VARCHAR, lead_at TIMESTAMP, silent_abandon TINYINT,
    last_message_at TIMESTAMP, case_id VARCHAR
);
CREATE TABLE conversation_tags (conversation_id VARCHAR, tag VARCHAR, tagged_at TIMESTAMP);
CREATE TABLE messages (
    message_id VARCHAR, conversation_id VARCHAR, sent_at TIMESTAMP, author_type VARCHAR, is_public TINYINT, is_auto TINYINT
);
CREATE TABLE status_events (conversation_id VARCHAR, "at" TIMESTAMP, kind VARCHAR, value VARCHAR);
CREATE TABLE calls (
    call_id VARCHAR, customer_id VARCHAR, queued_at TIMESTAMP, wait_s DOUBLE, outcome VARCHAR, agent_id VARCHAR,
    talk_s DOUBLE, hold_s DOUBLE, acw_s DOUBLE, direction VARCHAR, reason_code VARCHAR, is_test TINYINT, conversation_id VARCHAR
);
CREATE TABLE customers (
    customer_id VARCHAR, segment VARCHAR, contact_consent TINYINT, acquired_at TIMESTAMP, acquisition_channel VARCHAR,
    referred_by VARCHAR, is_test TINYINT
);
CREATE TABLE survey_invites (invite_id VARCHAR, sent_at TIMESTAMP, delivered TINYINT, is_test TINYINT);
CREATE TABLE responses (
    response_id VARCHAR, survey_id VARCHAR, kind VARCHAR, item VARCHAR, customer_id VARCHAR, employee_id VARCHAR,
    conversation_id VARCHAR, order_id VARCHAR, touchpoint_id VARCHAR, responded_at TIMESTAMP, score DOUBLE, answered TINYINT,
    scale_min DOUBLE, scale_max DOUBLE, nps_kind VARCHAR, is_repeat_press TINYINT, is_test TINYINT,
    invite_id VARCHAR, touch_at TIMESTAMP, text VARCHAR, lang VARCHAR
);
CREATE TABLE feedback_actions (
    action_id VARCHAR, response_id VARCHAR, topic VARCHAR, kind VARCHAR, is_auto TINYINT, first_contact_at TIMESTAMP,
    closed_at TIMESTAMP
);
CREATE TABLE competitor_ratings (
    respondent_id VARCHAR, brand VARCHAR, is_own TINYINT, score DOUBLE, category VARCHAR, asked_at TIMESTAMP
);
CREATE TABLE targets (kpi_id VARCHAR, slice VARCHAR, value DOUBLE, value_high DOUBLE, direction VARCHAR, valid_from DATE);
CREATE TABLE orders (
    order_id VARCHAR, customer_id VARCHAR, ordered_at TIMESTAMP, status VARCHAR, currency VARCHAR, target_amount DOUBLE,
    invoice_amount DOUBLE, off_invoice_amount DOUBLE, refund_amount DOUBLE, source_conversation_id VARCHAR, cost_amount DOUBLE
);
CREATE TABLE subscriptions (
    subscription_id VARCHAR, customer_id VARCHAR, started_at DATE, ended_at DATE, mrr DOUBLE, currency VARCHAR,
    end_reason VARCHAR
);
CREATE TABLE cash_entries (
    entry_id VARCHAR, booked_on DATE, activity VARCHAR, category VARCHAR, amount DOUBLE, currency VARCHAR, customer_id VARCHAR
);
CREATE TABLE benchmarks (
    kind VARCHAR, entity VARCHAR, period VARCHAR, value DOUBLE, unit VARCHAR, currency VARCHAR, source VARCHAR, error_pct DOUBLE,
    n INTEGER, k_pos INTEGER, k_neg INTEGER
);
CREATE TABLE cost_entries (
    period VARCHAR, cost_center VARCHAR, category VARCHAR, amount DOUBLE, currency VARCHAR, customer_id VARCHAR
);
CREATE TABLE promises (
    promise_id VARCHAR, made_at TIMESTAMP, due_at VARCHAR, due_precision VARCHAR, kept_at TIMESTAMP, status VARCHAR,
    replaced_by VARCHAR, renegotiated_by VARCHAR
);
CREATE TABLE employees (employee_id VARCHAR, start_on DATE, last_day_on DATE, leave_type VARCHAR, team_id VARCHAR);
CREATE TABLE work_time (agent_id VARCHAR, "date" DATE, paid_s DOUBLE, handling_s DOUBLE, idle_s DOUBLE);
CREATE TABLE sla_targets (
    policy_id VARCHAR, metric VARCHAR, channel VARCHAR, priority VARCHAR, target_s DOUBLE, clock VARCHAR, calendar_id VARCHAR,
    valid_from DATE, valid_to DATE
);
CREATE TABLE fx_rates ("date" DATE, quote VARCHAR, rate DOUBLE);
CREATE TABLE business_calendars (
    calendar_id VARCHAR, tz VARCHAR, weekday INTEGER, "date" DATE, "open" INTERVAL, "close" INTERVAL, kind VARCHAR,
    valid_from DATE, valid_to DATE
);
CREATE TABLE coverage ("table" VARCHAR, from_date DATE, to_date DATE);
CREATE TABLE text_topics (response_id VARCHAR, topic VARCHAR);
CREATE TABLE brand_terms (attribute VARCHAR, expected TINYINT, lang VARCHAR, lemmas VARCHAR, polarity INTEGER);

-- The bare minimum anybody would write: a table of typed columns, and the file copied into it.
-- Nothing is validated, derived or merged; instants must be written the way DuckDB casts them.
CREATE TABLE conversations (
    conversation_id VARCHAR, customer_id VARCHAR, channel VARCHAR, direction VARCHAR, created_at TIMESTAMP,
    first_response_at TIMESTAMP, first_solved_at TIMESTAMP, last_solved_at TIMESTAMP, agent_id VARCHAR,
    first_responder_id VARCHAR, reason_code VARCHAR, is_spam TINYINT, is_complaint TINYINT
);
COPY conversations FROM 'conversations.csv' (HEADER);

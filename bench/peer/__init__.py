"""What users would write instead of asking Mittari: the same questions in pandas, polars and PostgreSQL.

Every side knows the columns that follow from a row alone (local clocks, human answers, last solves), since a user would
work them out once. What lies between rows (edits of an answer, the latest answer of a person) each side finds itself.
"""

Values = dict[tuple[str, str], float | None]  # by output and month

OUTPUTS = (
    "conversation_count",
    "response_rate",
    "resolution_rate",
    "first_response_time",
    "first_response_time.p90",
    "first_response_time.mean",
    "solved_count",
    "resolution_time",
    "reopen_rate",
    "average_speed_of_answer",
    "service_level",
    "call_abandonment_rate",
    "average_handle_time",
    "csat",
    "csat.mean",
    "nps",
)

COLUMNS = {
    "conversations": (
        "channel", "direction", "is_spam", "is_test", "merged_into", "deleted_at", "bot_first", "handoff_at",
        "no_reply_needed", "resolved_by", "opened_at", "wait_started_at", "answered_at", "abandoned_at",
        "solved_first_at", "solved_last_at", "reopened_at", "reopened_latest_at", "reopen_is_trivial", "opened_local",
        "wait_started_local", "solved_first_local", "solved_last_local",
    ),
    "calls": (
        "direction", "is_test", "outcome", "wait_s", "talk_s", "hold_s", "acw_s", "queued_local", "ended_local",
    ),
    "responses": (
        "response_id", "kind", "survey_id", "nps_kind", "is_test", "is_repeat_press", "answered", "score", "scale_min",
        "scale_max", "conversation_id", "order_id", "touchpoint_id", "person_id", "responded_at", "responded_local",
    ),
}  # fmt: skip
WORDS = ("channel", "direction", "resolved_by", "outcome", "kind", "nps_kind", "survey_id")
FLAGS = ("is_spam", "is_test", "bot_first", "no_reply_needed", "reopen_is_trivial", "is_repeat_press")

"""Calls, and what service promises: service-level targets, opening hours, promises to single customers."""

from mittari.facts.columns import choice, derived, flag, must, seconds, star
from mittari.facts.model import Column, Table

calls = Table(
    name="calls",
    grain="one call entering a queue",
    key=("call_id",),
    when="queued_at",
    open_prefix="dim_",
    columns=(
        must("call_id", "id", "The call."),
        Column("case_id", "id", "The matter it is about, over all channels."),
        Column("customer_id", "id", "The caller; empty when unknown."),
        Column("queue_id", "id", "The queue the call entered."),
        must("queued_at", "ts", "When the call entered the queue."),
        seconds(
            "wait_s",
            "From entering the queue to the answer or to leaving; time in a voice menu excluded.",
            starred=True,
        ),
        must(
            "outcome",
            "enum",
            "How the wait ended.",
            values=("answered", "abandoned", "callback", "overflow", "voicemail", "closed"),
        ),
        Column("agent_id", "id", "The agent who answered."),
        seconds("talk_s", "Time spent talking."),
        seconds("hold_s", "Time the caller was put on hold."),
        seconds("acw_s", "Work on the call after it ended."),
        flag("transferred", "1 when the call was passed on to another agent or queue."),
        choice("direction", ("in", "out"), "Who called: `in` the customer, `out` the business.", null_is="in"),
        Column("reason_code", "text", "Why the customer called."),
        Column("conversation_id", "id", "The conversation that documents the call."),
        flag("is_test", "1 for a call made for testing; never counted."),
        derived("queued_local", "ts", "queued_at on the local wall clock."),
        derived("ended_at", "ts", "End of the call with its after-call work when answered, else end of the wait."),
        derived("ended_local", "ts", "ended_at on the local wall clock."),
        derived("repeat_until", "ts", "Until when it repeats an earlier contact; empty when it repeats none."),
    ),
)

sla_targets = Table(
    name="sla_targets",
    grain="one target of a service-level policy, for one metric and slice",
    key=("policy_id", "metric", "channel", "priority", "valid_from"),
    when=None,
    spans=(("valid_from", "valid_to"),),
    columns=(
        must("policy_id", "id", "The policy."),
        must("metric", "enum", "What is timed.", values=("first_response", "next_response", "resolution")),
        Column("channel", "text", "The channel it applies to; empty: every channel."),
        Column("priority", "text", "The priority it applies to; empty: every priority."),
        seconds("target_s", "The time allowed.", starred=True),
        choice("clock", ("business", "calendar"), "Whether only open hours count.", null_is="calendar"),
        flag("pauses_in_pending", "1 when the time for a resolution stands still while we wait for the customer."),
        Column("calendar_id", "id", "The opening hours of the business clock; empty: those of the conversation."),
        Column("valid_from", "date", "First day the target holds."),
        Column("valid_to", "date", "Last day the target holds."),
    ),
)

business_calendars = Table(
    name="business_calendars",
    grain="one open interval of a calendar, or one day it is closed",
    key=("calendar_id", "weekday", "date", "open", "valid_from"),
    when=None,
    spans=(("valid_from", "valid_to"),),
    columns=(
        must("calendar_id", "id", "The calendar, as conversations name it."),
        must("tz", "text", "Time zone of its wall clock, such as Europe/Helsinki.", code="time_zone"),
        Column("weekday", "int", "1 Monday to 7 Sunday; empty in a row with a date.", minimum=1, maximum=7),
        Column("date", "date", "One day; its rows replace those of the weekday."),
        Column("open", "time", "Opening time."),
        Column("close", "time", "Closing time; 24:00 is the end of the day."),
        must("kind", "enum", "Open between the two times, or closed all day.", values=("open", "holiday")),
        Column("valid_from", "date", "First day the row holds; empty: always has."),
        Column("valid_to", "date", "Last day the row holds; empty: for good."),
    ),
)

promises = Table(
    name="promises",
    grain="one promise to one customer",
    key=("promise_id",),
    when="made_at",
    open_prefix="dim_",
    columns=(
        must("promise_id", "id", "The promise."),
        Column("customer_id", "id", "To whom it was made; empty when unknown."),
        Column("conversation_id", "id", "The conversation it was made in."),
        Column("kind", "text", "What was promised: callback, delivery, refund."),
        Column("made_at", "ts", "When it was made."),
        must("due_at", "ts_or_date", "By when: an instant, or a day whose end is the deadline."),
        choice(
            "due_precision", ("instant", "date"), "Whether due_at is an instant or a day; empty: as due_at is written."
        ),
        star("kept_at", "ts", "When it was kept; empty while it was not."),
        choice(
            "status",
            ("open", "kept", "broken", "cancelled_by_customer", "cancelled_by_company"),
            "What became of it.",
        ),
        Column("replaced_by", "id", "The promise agreed on instead."),
        choice("renegotiated_by", ("customer", "company"), "Who asked for the new promise."),
        derived("due_on", "date", "The local day it is due."),
        derived("deadline_at", "ts", "The instant itself, or the midnight that ends the day it is due."),
    ),
)

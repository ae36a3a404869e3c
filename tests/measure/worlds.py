"""Small random companies: a few hundred rows of every table that the KPIs read, in February to April 2025.

No event lies within three hours of a local midnight, so that a property can say what a shifted time zone moves.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

import mittari
from mittari.settings import Settings
from mittari.workspace.local import PLANS, LocalWorkspace
from mittari.workspace.opening import open_local

Row = dict[str, Any]
World = dict[str, list[Row]]

NOW = datetime(2026, 1, 1)
FIRST_DAY, DAYS = datetime(2025, 2, 1), 89
CUSTOMERS = 40
AGENTS = 7
FIRST_HOUR, LAST_HOUR = 4, 19  # of the day in UTC; in Oslo and Helsinki the same local day
HOUR = timedelta(hours=1)


ABOUT_NOBODY = ("brand_terms", "text_topics", "feedback_actions")


def world(seed: int) -> World:
    """A company; the same for the same seed."""
    some = np.random.default_rng(seed)
    facts: World = {
        "conversations": told_more(seed, [conversation(some, number) for number in range(260)]),
        "calls": [call(some, number) for number in range(160)],
        **books(seed),
        "responses": [
            *[response(some, number) for number in range(240)],
            *comments(seed),
            *surveys(seed),
            *staff_answers(seed),
        ],
        "survey_invites": invitations(seed),
        "competitor_ratings": brands(seed),
        "targets": goals(),
        "conversation_tags": tags(seed),
        **words_and_topics(seed),
        "orders": [order(some, number) for number in range(120)],
        "subscriptions": [row for number in range(CUSTOMERS) for row in contracts(some, number)],
        "promises": [promise(some, number) for number in range(90)],
        "employees": [employee(some, number) for number in range(12)],
        "work_time": [work(some, agent, day) for agent in range(AGENTS) for day in range(DAYS) if day % 7 < 5],
        "sla_targets": [target(metric) for metric in ("first_response", "next_response", "resolution")],
    }
    facts["status_events"] = [row for case in facts["conversations"] for row in states(some, case)]
    facts["messages"] = [row for case in facts["conversations"] for row in words(some, case)]
    return facts


def moment(some: np.random.Generator) -> datetime:
    seconds = int(some.integers(FIRST_HOUR * 3600, LAST_HOUR * 3600))
    return FIRST_DAY + timedelta(days=int(some.integers(DAYS)), seconds=seconds)


def later(some: np.random.Generator, at: datetime | None, most: timedelta, share: float) -> datetime | None:
    """An instant of the day's open hours at or after `at`, or with 1 - share none."""
    if at is None or some.random() > share:
        return None
    end = at + timedelta(seconds=int(some.integers(1, int(most.total_seconds()))))
    return end if FIRST_HOUR <= end.hour < LAST_HOUR else end.replace(hour=LAST_HOUR - 1, minute=59, second=59)


def sometimes(some: np.random.Generator, value: Any, share: float) -> Any:
    return value if some.random() < share else None


def customer(some: np.random.Generator, known: float = 0.9) -> str | None:
    return sometimes(some, f"k{some.integers(CUSTOMERS)}", known)


def conversation(some: np.random.Generator, number: int) -> Row:
    created = moment(some)
    answered = later(some, created, 30 * HOUR, 0.8)
    solved = later(some, answered, 60 * HOUR, 0.85)
    again = later(some, solved, 60 * HOUR, 0.2)
    last = later(some, again, 60 * HOUR, 0.6) if again else solved
    return {
        "conversation_id": f"c{number}",
        "customer_id": customer(some),
        "channel": str(some.choice(["email", "chat", "social"])),
        "direction": str(some.choice(["in", "in", "in", "out"])),
        "created_at": created,
        "first_response_at": answered,
        "first_solved_at": solved,
        "last_solved_at": last or solved,
        "reopened_at": again,
        "abandoned_at": None if answered else later(some, created, HOUR, 0.4),
        "agent_id": f"e{number % AGENTS}",
        "resolved_by": sometimes(some, str(some.choice(["agent", "agent", "bot"])), 0.9),
        "reason_code": sometimes(some, str(some.choice(["bill", "fault"])), 0.7),
        "is_complaint": int(some.random() < 0.3),
        "no_reply_needed": int(some.random() < 0.05),
        "is_spam": int(some.random() < 0.04),
        "is_test": int(some.random() < 0.02),
    }


def told_more(seed: int, conversations: list[Row]) -> list[Row]:
    """With last words, leads, escalations, and chats that a bot began; from a stream of their own."""
    some = np.random.default_rng([seed, 2])
    for row in conversations:
        created, answered = row["created_at"], row["first_response_at"]
        row |= {
            "bot_first": int(row["channel"] == "chat" and some.random() < 0.4),
            "last_message_at": row["last_solved_at"] or answered or created,
            "lead_at": later(some, created, 90 * HOUR, 0.2),
            "escalated_at": later(some, created, 200 * HOUR, 0.3),
            "escalation_level": str(some.choice(["internal", "external"])),
        }
    for number, row in enumerate(conversations):
        row["complaint_outcome"] = ("upheld", "partly_upheld", "not_upheld", None)[number % 4]
    return conversations


def call(some: np.random.Generator, number: int) -> Row:
    outcome = str(some.choice(["answered", "answered", "answered", "abandoned", "callback", "overflow"]))
    parts = {name: float(some.integers(1, 400)) for name in ("talk_s", "hold_s", "acw_s")}
    return {
        "call_id": f"p{number}",
        "customer_id": customer(some),
        "queued_at": moment(some),
        "wait_s": float(some.integers(0, 60)),
        "outcome": outcome,
        **{name: value if outcome == "answered" else None for name, value in parts.items()},
        "reason_code": sometimes(some, "bill", 0.5),
    }


def response(some: np.random.Generator, number: int) -> Row:
    kind = str(some.choice(["csat", "nps"]))
    about = sometimes(some, f"c{some.integers(260)}", 0.8 if kind == "csat" else 0.3)
    score = sometimes(some, float(some.integers(1, 6) if kind == "csat" else some.integers(0, 11)), 0.93)
    return {
        "response_id": f"r{number}",
        "survey_id": "s1",
        "kind": kind,
        "nps_kind": None if kind == "csat" else "relationship" if about is None else "transactional",
        "customer_id": customer(some),
        "conversation_id": about,
        "score": score,
        "answered": int(score is not None),
        "responded_at": moment(some),
        "is_test": int(some.random() < 0.02),
    }


def comments(seed: int) -> list[Row]:
    """Comments on satisfaction, and texts about us and about others; from a stream of their own."""
    some = np.random.default_rng([seed, 8])
    said = ("Nopeaa palvelua", "Hidas, ei ystävällinen", "Kallis mutta ystävällinen", "Rask og hyggelig", "ok")
    rows = []
    for number in range(160):
        kind = str(some.choice(["csat", "brand_words", "brand_words"]))
        score = float(some.integers(1, 6)) if kind == "csat" else None
        row = {"response_id": f"w{number}", "survey_id": "s2", "kind": kind, "customer_id": customer(some)}
        row |= {"score": score, "answered": int(score is not None), "responded_at": moment(some), "is_test": 0}
        row |= {"item": None if kind == "csat" else str(some.choice(["us", "competitor"]))}
        rows.append(row | {"text": str(some.choice(said)), "lang": str(some.choice(["fi", "fi", "nb", "de"]))})
    return rows


MARCH = 28  # days from the first day to the month that is asked for
SCALES = {
    "ces": (1, 7), "resolved": (0, 1), "repurchase": (1, 5), "wtp": (1, 5), "quality_product": (1, 5),
    "quality_service": (1, 5), "relationship": (1, 5), "image": (1, 5), "expectation": (1, 5), "expected": (1, 5),
}  # fmt: skip


def surveys(seed: int) -> list[Row]:
    """Answers of the other kinds, on their usual scales and about an experience; from a stream of their own."""
    some = np.random.default_rng([seed, 4])
    rows = []
    for number in range(600):
        kind = str(some.choice(list(SCALES)))
        low, high = SCALES[kind]
        at = moment(some)
        row = {"response_id": f"y{number}", "survey_id": "s3", "kind": kind, "customer_id": customer(some)}
        row |= {"score": float(some.integers(low, high + 1)), "answered": 1, "is_test": 0, "responded_at": at}
        rows.append(row | {"invite_id": f"i{number}", "touch_at": at - HOUR, "item": None})
    return rows


def staff_answers(seed: int) -> list[Row]:
    """What our own people say in each half of the month."""
    some = np.random.default_rng([seed, 5])
    kinds = (("enps", None, 11), ("esat", "satisfied", 6), ("esat", "motivated_to_serve", 6))
    return [
        {
            "response_id": f"z{day}-{who}-{n}",
            "survey_id": "s4",
            "kind": kind,
            "item": item,
            "employee_id": f"e{who}",
            "score": float(some.integers(1, points)),
            "answered": 1,
            "is_test": 0,
            "responded_at": FIRST_DAY + timedelta(days=day, hours=9),
        }
        for day in (MARCH + 4, MARCH + 20)
        for who in range(20)
        for n, (kind, item, points) in enumerate(kinds)
    ]


def invitations(seed: int) -> list[Row]:
    """Those to which the surveys came back, some of them late, and some that nobody answered."""
    some = np.random.default_rng([seed, 6])
    came = [
        {
            "invite_id": row["invite_id"],
            "customer_id": row["customer_id"],
            "sent_at": row["responded_at"] - HOUR / 2 - timedelta(days=int(some.integers(0, 21))),
        }
        for row in surveys(seed)
    ]
    return came + [{"invite_id": f"j{n}", "customer_id": customer(some), "sent_at": moment(some)} for n in range(200)]


def tags(seed: int) -> list[Row]:
    """What conversations are about, one or two tags of each; they are ascribed when they are written down."""
    some = np.random.default_rng([seed, 10])
    return [
        {"conversation_id": f"c{number}", "tag": tag, "tagged_at": None}
        for number in range(260)
        for tag in ("billing", "delivery")
        if some.random() < 0.4
    ]


def brands(seed: int) -> list[Row]:
    """How people rate us and two others, for recommendation and for use."""
    some = np.random.default_rng([seed, 7])
    return [
        {
            "respondent_id": f"q{who}",
            "brand": brand,
            "is_own": int(brand == "us"),
            "score": float(some.integers(0, 11)),
            "category": category,
            "asked_at": FIRST_DAY + timedelta(days=MARCH + who % 28, hours=9),
        }
        for who in range(80)
        for brand in ("us", "one", "other")
        for category in ("nps", "wallet")
    ]


def goals() -> list[Row]:
    aims = (("csat", 0.5, "up"), ("nps", 10.0, "up"), ("promise_keeping_rate", 0.4, "up"), ("solved_count", 1.0, "up"))
    names = ("kpi_id", "value", "direction")
    return [dict(zip(names, aim, strict=True)) | {"valid_from": "2024-01-01", "slice": None} for aim in aims]


def words_and_topics(seed: int) -> World:
    """Words of the brand, what the comments are about, and what was done about it."""
    some = np.random.default_rng([seed, 9])
    terms = (("fast", 1, "fi", "nopea"), ("friendly", 1, "fi", "ystävällinen"), ("fast", 1, "nb", "rask"))
    names = ("attribute", "expected", "lang", "lemmas")
    return {
        "brand_terms": [dict(zip(names, term, strict=True)) for term in terms],
        "text_topics": [
            {"response_id": f"w{number}", "topic": str(some.choice(["price", "queue", "app"]))} for number in range(120)
        ],
        "feedback_actions": [
            {"action_id": f"a{number}", "topic": topic, "kind": "fix", "closed_at": moment(some)}
            for number, topic in enumerate(("price", "queue"))
        ]
        + [
            {
                "action_id": f"f{name}{number}",
                "response_id": f"{name}{number}",
                "kind": "contact",
                "first_contact_at": moment(some),
            }
            for name in "ry"
            for number in range(0, 240, 2)
        ],
    }


def order(some: np.random.Generator, number: int) -> Row:
    amount = float(some.integers(20, 400))
    return {
        "order_id": f"o{number}",
        "customer_id": f"k{some.integers(CUSTOMERS)}",
        "ordered_at": moment(some),
        "status": str(some.choice(["paid", "paid", "open", "cancelled"])),
        "currency": "EUR",
        "target_amount": sometimes(some, amount * 1.1, 0.9),
        "invoice_amount": amount,
        "off_invoice_amount": float(some.integers(0, 10)),
        "refund_amount": sometimes(some, float(some.integers(0, 20)), 0.2),
        "cost_amount": amount * 0.6,
    }


def books(seed: int) -> World:
    """Whom the company won and by what, its cash, its costs by month, and its market."""
    some = np.random.default_rng([seed, 1])
    channels, activities = ["referral", "ad", "unknown"], ["operating", "operating", "investing"]
    costs = [("service_staff", 900.0), ("service_tools", 80.0), ("other", 400.0)]
    return {
        "customers": [
            {
                "customer_id": f"k{n}",
                "acquired_at": moment(some),
                "acquisition_channel": str(some.choice(channels)),
                "contact_consent": int(n % 4 > 0),
            }
            for n in range(CUSTOMERS)
        ],
        "cash_entries": [
            {
                "entry_id": f"b{n}",
                "booked_on": f"{moment(some):%Y-%m-%d}",
                "activity": str(some.choice(activities)),
                "amount": float(some.integers(-500, 900)),
                "currency": "EUR",
            }
            for n in range(60)
        ],
        "cost_entries": [
            {"period": month, "cost_center": "cs", "category": category, "amount": amount, "currency": "EUR"}
            for month in ("2025-02", "2025-03", "2025-04")
            for category, amount in costs
        ],
        "benchmarks": [
            {"kind": "market_size", "entity": "market", "period": "2025-03", "value": 90_000.0, "currency": "EUR"}
        ],
    }


def contracts(some: np.random.Generator, number: int) -> list[Row]:
    """A contract that ran before the first day, and for some customers another price or an end."""
    starts = datetime(2024, 6, 1) + timedelta(days=int(some.integers(300)))
    ends = sometimes(some, starts + timedelta(days=int(some.integers(30, 300))), 0.6)
    first = {
        "subscription_id": f"s{number}",
        "customer_id": f"k{number}",
        "started_at": f"{starts:%Y-%m-%d}",
        "ended_at": None if ends is None else f"{ends:%Y-%m-%d}",
        "mrr": float(some.integers(10, 90)),
        "currency": "EUR",
    }
    if ends is None or some.random() < 0.5:
        return [first]
    next_price = {**first, "subscription_id": f"t{number}", "started_at": first["ended_at"], "ended_at": None}
    return [first, {**next_price, "mrr": float(some.integers(10, 90))}]


def promise(some: np.random.Generator, number: int) -> Row:
    due = moment(some)
    return {
        "promise_id": f"v{number}",
        "customer_id": customer(some),
        "kind": str(some.choice(["delivery", "callback"])),
        "made_at": due - timedelta(days=3),
        "due_at": due,
        "due_precision": "instant",
        "kept_at": sometimes(some, due + timedelta(hours=int(some.integers(-20, 6))), 0.85),
        "status": sometimes(some, "kept", 0.5),
    }


def employee(some: np.random.Generator, number: int) -> Row:
    starts = datetime(2024, 10, 1) + timedelta(days=18 * number)
    leaves = some.random() < 0.5
    return {
        "employee_id": f"e{number}",
        "start_on": f"{starts:%Y-%m-%d}",
        "last_day_on": f"{starts + timedelta(days=int(some.integers(30, 240))):%Y-%m-%d}" if leaves else None,
        "leave_type": str(some.choice(["voluntary", "dismissed", "transfer"])) if leaves else None,
    }


def work(some: np.random.Generator, agent: int, day: int) -> Row:
    handling, idle = (float(some.integers(3_000, 13_000)) for _ in range(2))
    date = f"{FIRST_DAY + timedelta(days=day):%Y-%m-%d}"
    return {"agent_id": f"e{agent}", "date": date, "paid_s": 27_000.0, "handling_s": handling, "idle_s": idle}


def target(metric: str) -> Row:
    allowed = {"first_response": 3600.0, "next_response": 1800.0, "resolution": 24 * 3600.0}
    return {"policy_id": "p", "metric": metric, "target_s": allowed[metric], "clock": "calendar"}


def states(some: np.random.Generator, case: Row) -> list[Row]:
    """Of most solved conversations: new, pending from the answer on, open for a while before the first solve."""
    answered, solved = case["first_response_at"], case["first_solved_at"]
    if solved is None or solved - answered < HOUR or some.random() < 0.3:
        return []
    changes = [("new", case["created_at"]), ("pending", answered), ("open", solved - HOUR / 2), ("solved", solved)]
    return [{"conversation_id": case["conversation_id"], "at": at, "kind": "status", "value": to} for to, at in changes]


def words(some: np.random.Generator, case: Row) -> list[Row]:
    """After the first answer the customer may write again, and may be answered again."""
    answered = case["first_response_at"]
    again = later(some, answered, 5 * HOUR, 0.7)
    replied = later(some, again, 5 * HOUR, 0.9)
    said = [("customer", case["created_at"]), ("agent", answered), ("customer", again), ("agent", replied)]
    return [
        {
            "message_id": f"{case['conversation_id']}-{n}",
            "conversation_id": case["conversation_id"],
            "sent_at": at,
            "author_type": who,
        }
        for n, (who, at) in enumerate(said)
        if at is not None
    ]


def installation(
    folder: Path, plans: Path, facts: World, zone: str = "Europe/Helsinki", currency: str = "EUR"
) -> LocalWorkspace:
    """A new installation holding these rows, with the kept plans."""
    home = mittari.create_home(folder, timezone=zone, currency=currency)
    (home / PLANS).symlink_to(plans)
    workspace = open_local(home, Settings.load(home, {}))
    workspace.clock = lambda: NOW
    for table, rows in facts.items():
        if rows:
            report = workspace.load_rows(table, columns(rows))
            assert report.rejected == 0, report.rejects
    return workspace


def columns(rows: Iterable[Row]) -> dict[str, Any]:
    """Rows as columns: instants as arrays of datetime64, the rest as lists."""
    rows = list(rows)
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        if any(isinstance(value, datetime) for value in values):
            found[name] = np.array(values, dtype="datetime64[us]")
        else:
            found[name] = values
    return found


def changed(facts: World, table: str, change: Callable[[list[Row]], list[Row]]) -> World:
    return {**facts, table: change(facts[table])}


def partition(facts: Mapping[str, list[Row]], belongs: Callable[[Row], bool]) -> tuple[World, World]:
    """The rows that belong, and the others; what is about nobody is in both."""
    shared = {table: rows for table, rows in facts.items() if table in ABOUT_NOBODY}
    kept = {table: [row for row in rows if belongs(row)] for table, rows in facts.items()}
    rest = {table: [row for row in rows if not belongs(row)] for table, rows in facts.items()}
    return kept | shared, rest | shared

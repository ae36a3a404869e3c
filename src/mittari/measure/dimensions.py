"""By what numbers can be split and filtered: the dimensions of each relation, and those of the customer."""

from collections.abc import Iterable, Mapping

from mittari.errors import UserError, did_you_mean

TAG = "tag"
"""A contact can have several: it stands in each of their slices, and in the base of all."""
CONTACTS = (
    "channel",
    "priority",
    "team_id",
    "agent_id",
    "first_responder_id",
    "reason_code",
    "resolved_by",
    "queue_id",
)
ANSWERS = (
    "channel",
    "agent_id",
    "team_id",
    "survey_id",
    "item",
    "scale",
    "source",
    "lang",
    "touchpoint_id",
    "location_id",
    "device_id",
)
TEXTS = ("kind", *(name for name in ANSWERS if name != "scale"))
BRAND_TEXTS = tuple(name for name in TEXTS if name not in ("kind", "item"))
INVITATIONS = ("survey_id", "kind", "source")
PROMISES = ("kind", "status")
ORDERS = ("channel", "product", "status", "currency")
CASH = ("category", "currency")
EMPLOYEES = ("team_id", "role", "contract")
NEXT_WAITS = ("channel", "priority", "team_id", "agent_id", "first_responder_id", "reason_code")
SLA_INSTANCES = (*NEXT_WAITS, "metric")
AGENT_DAYS = ("agent_id",)
CUSTOMER = ("account_id", "segment", "country", "lang", "acquisition_channel")

OF_RELATION: dict[str, tuple[str, ...]] = {
    "contacts": CONTACTS,
    "waits": CONTACTS,
    "open_cases": CONTACTS,
    "bot_contacts": CONTACTS,
    "chats": CONTACTS,
    "credited_contacts": CONTACTS,
    "first_contacts": CONTACTS,
    "replied_contacts": CONTACTS,
    "tagged_contacts": (*CONTACTS, TAG),
    "complaints": CONTACTS,
    "answers": ANSWERS,
    "latest_answers": ANSWERS,
    "invitations": INVITATIONS,
    "low_scores": ANSWERS,
    "reactions": ANSWERS,
    "person_scores": ANSWERS,
    "expectation_gaps": ANSWERS,
    "promise_outcomes": PROMISES,
    "order_lines_eur": ORDERS,
    "revenue_lines": ORDERS,
    "cash_lines_eur": CASH,
    "agent_days": AGENT_DAYS,
    "separations": EMPLOYEES,
    "next_waits": NEXT_WAITS,
    "sla_instances": SLA_INSTANCES,
    "status_spans": CONTACTS,
    "staff_periods": EMPLOYEES,
    "texts": TEXTS,
    "brand_texts": BRAND_TEXTS,
}
CUSTOM = "dim_"
SCALE = "scale"


def custom(schemas: Mapping[str, Iterable[str]]) -> set[str]:
    """The dimensions that files brought with them (`dim_*`)."""
    return {column for columns in schemas.values() for column in columns if column.startswith(CUSTOM)}


def known(schemas: Mapping[str, Iterable[str]]) -> list[str]:
    """Every dimension there is, in reading order."""
    own = dict.fromkeys(name for names in OF_RELATION.values() for name in names)
    return [*own, *(f"customer.{name}" for name in CUSTOMER), *sorted(custom(schemas))]


def check(names: Iterable[str], schemas: Mapping[str, Iterable[str]]) -> None:
    """Raises UserError for a dimension nobody has."""
    there = known(schemas)
    for name in names:
        if name not in there:
            raise UserError(
                f"no dimension is called {name!r}",
                hint=f"{did_you_mean(name, there)} There are: {', '.join(there)}.".strip(),
            )


def missing(relation: str, names: Iterable[str]) -> list[str]:
    """Those of the names that the relation cannot be split by; custom ones and the customer's are tried."""
    own = OF_RELATION.get(relation, ())
    return [name for name in names if name not in own and not name.startswith(("customer.", CUSTOM))]

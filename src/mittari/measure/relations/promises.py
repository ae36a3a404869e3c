"""`promise_outcomes`: one row per promise to a customer, kept in time or not, against the promise first made."""

from collections.abc import Mapping

from mittari.measure import dimensions
from mittari.measure.relations.base import Facts, Source, as_of, seconds, seen, true

LEFT_OUT = {
    "cancelled_by_customer": "cancelled by the customer",
    "moved_by_customer": "moved at the customer's wish: the new promise counts",
    "renewed_by_company": "a promise that replaces one we moved: the first one counts",
}


def promise_outcomes(facts: Facts) -> Mapping[str, Source]:
    raw = facts.table("promises")
    raw = raw.filter(raw.made_at.isnull() | (raw.made_at <= as_of()))
    moved_by_us = raw.filter(raw.renegotiated_by == "company").replaced_by
    rows = raw.mutate(
        key=raw.promise_id,
        due_at=raw.deadline_at,
        due_local=raw.due_on.cast("timestamp"),
        kept_at=seen(raw.kept_at),
        cancelled_by_customer=true(raw.status == "cancelled_by_customer"),
        moved_by_customer=true(raw.renegotiated_by == "customer"),
        moved_by_company=true(raw.renegotiated_by == "company"),
        given_up=true(raw.status.isin(["broken", "cancelled_by_company"])),
        renewed_by_company=true(raw.promise_id.isin(moved_by_us)),
        due=raw.deadline_at <= as_of(),
    )
    rows = rows.mutate(
        eligible=~(rows.cancelled_by_customer | rows.moved_by_customer | rows.renewed_by_company),
        # a promise for a day holds until the midnight that ends it
        in_time=true(
            (rows.due_precision == "date").ifelse(rows.kept_at < rows.deadline_at, rows.kept_at <= rows.deadline_at)
        ),
        late_s=seconds(rows.deadline_at, rows.kept_at),
    )
    columns = {name: name for name in (*dimensions.PROMISES, *facts.dimensions("promises"))}
    return {"written": Source(rows=rows, tables=("promises",), key="key", left_out=LEFT_OUT, dimensions=columns)}

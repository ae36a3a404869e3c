"""What a user says, made into what measures take: names into definitions, texts into periods and instants."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from mittari.errors import UserError
from mittari.measure import dimensions
from mittari.measure.call import Call, State
from mittari.measure.kpi import Definition, catalogue, find
from mittari.measure.plan import Wanted
from mittari.time import Instant, Period, parse_period, to_local

Periods = str | Sequence[str] | None


def instant(given: str | datetime | None, default: datetime) -> datetime:
    """An `as_of` as naive UTC: ISO 8601 text (UTC where it names no offset), a datetime, or the default."""
    if given is None:
        return default
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError as error:
        raise UserError(f"as_of is an instant like 2026-11-05T00:00Z, found {given!r}", where="as-of") from error
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def newest_month(state: State, today: date) -> str:
    """The local month in which the data end: what is asked for when no period is named."""
    ends = [last for ranges in state.coverage.values() for _, last in ranges]
    day = min(max(ends), today) if ends else today
    return f"{day:%Y-%m}"


def periods(given: Periods, state: State, today: date) -> tuple[Period | Instant, ...]:
    texts = [newest_month(state, today)] if given is None else [given] if isinstance(given, str) else list(given)
    if not texts:
        raise UserError("a period is needed, found an empty list", where="period")
    return tuple(parse_period(text, state.zone, today) for text in texts)


def names(given: str | Sequence[str] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def call(
    state: State,
    now: datetime,
    *,
    period: Periods,
    by: str | Sequence[str] | None,
    where: Mapping[str, str] | None,
    as_of: str | datetime | None,
) -> Call:
    """The call that these words mean; `now` stands in for the newest load of an empty installation."""
    moment = instant(as_of, state.newest or now)
    split, kept = names(by), {name: str(value) for name, value in (where or {}).items()}
    dimensions.check((*split, *kept), state.schemas)
    today = to_local(now, state.zone).date()
    return Call(periods(period, state, today), moment, state.zone, kept, split)


def wanted(name: str, params: Mapping[str, Any]) -> list[Wanted]:
    """One output by its name `kpi_id` or `kpi_id.output`, with its parameters checked."""
    definition, output = find(name)
    return [(definition, output, definition.check_parameters(params))]


def all_wanted(kpis: Sequence[str] | None, outputs: str) -> list[Wanted]:
    """The headline (or every output) of the named KPIs, or of the whole catalogue."""
    if outputs not in ("headline", "all"):
        raise UserError(f'outputs is "headline" or "all", found {outputs!r}')
    if kpis is None:
        chosen: list[tuple[Definition, tuple[str, ...]]] = [(each, each.outputs) for each in catalogue().values()]
    else:
        chosen = [
            (definition, definition.outputs if "." not in name and outputs == "all" else (output,))
            for name in kpis
            for definition, output in [find(name)]
        ]
    return [
        (definition, output, dict(definition.parameters))
        for definition, named in chosen
        for output in (named if outputs == "all" or kpis is not None else named[:1])
    ]

"""Numbers and definitions as text for a terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mittari.change.league import Standing
    from mittari.measure.kpi import Definition
    from mittari.measure.result import Record
    from mittari.measure.rulesets import RuleSet
    from mittari.workspace.comparing import Compared, CountedOtherwise

NOTHING = "-"
LONGEST_VALUE = 40
LINE = 116
NO_DIFFERENCE = 1e-9
SHOWN_CONTACTS = 20


def number(value: float | None, unit: str) -> str:
    """A value for reading: shares in per cent, durations in the unit that fits, everything else with its unit."""
    if value is None:
        return NOTHING
    if unit == "fraction":
        return f"{value * 100:.1f} %"
    if unit == "s":
        return duration(value)
    if unit in ("count", "customers"):
        return f"{value:,.0f}".replace(",", " ")
    if unit == "points":
        return f"{value:.0f}"
    if len(unit) == 3 and unit.isupper():
        return f"{value:,.2f} {unit}".replace(",", " ")
    told = unit.replace("_", " ")
    return f"{value:.3g} {told}" if unit in ("scale_points", "ratio", "cases_per_hour") else f"{value:.1f} {told}"


def difference(value: float | None, unit: str) -> str:
    """A difference: that of two shares is in percentage points."""
    return f"{value * 100:.1f} pp" if value is not None and unit == "fraction" else number(value, unit)


def duration(seconds: float) -> str:
    """Seconds as people say them: 45 s, 3.3 min, 5.2 h, 2.1 d."""
    for limit, size, name in ((90, 1, "s"), (5_400, 60, "min"), (172_800, 3_600, "h")):
        if abs(seconds) < limit:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds / 86_400:.3g} d"


def interval(record: "Record") -> str:
    if record.ci_low is None and record.ci_high is None:
        return ""
    return f"[{number(record.ci_low, record.unit)} .. {number(record.ci_high, record.unit)}]"


def records(table: Sequence["Record"]) -> str:
    """A line a record: name, period and slice, value, interval, n, status and flags."""
    rows = []
    for record in table:
        slice_text = ", ".join(f"{name}={shown(value)}" for name, value in record.slice.items())
        marks = " ".join([record.status if record.status != "final" else "", *record.flags]).strip()
        rows.append(
            (
                record.name,
                record.period + (f" {slice_text}" if slice_text else ""),
                number(record.value, record.unit),
                interval(record),
                f"n={record.n:,}".replace(",", " ") if record.n else "",
                f"{marks}: {record.note}" if record.note else marks,
            )
        )
    return columns(rows)


def league(table: Sequence["Record"], standings: Sequence["Standing"]) -> str:
    """The slices against each other, those that differ first; nothing where the family cannot be compared."""
    compared = [each for each in zip(table, standings, strict=True) if each[1].shrunk is not None]
    if not compared:
        return ""
    compared.sort(key=lambda each: 2.0 if each[1].p_adjusted is None else each[1].p_adjusted)
    rows = [("\nslice", "value", "less the rest", "p adjusted", "drawn to the whole", "")]
    for record, each in compared:
        where = ", ".join(f"{name}={shown(value)}" for name, value in record.slice.items())
        rows.append(
            (
                f"{record.period} {where}",
                number(record.value, record.unit),
                difference(each.difference, record.unit),
                NOTHING if each.p_adjusted is None else f"{each.p_adjusted:.3f}".replace("0.000", "<0.001"),
                number(each.shrunk, record.unit),
                {True: "differs", False: "", None: "too few to tell"}[each.differs],
            )
        )
    return columns(rows) + "\n"


def scorecard(table: Sequence["Record"]) -> str:
    """The same, with the KPIs that lack every number for one and the same reason told together at the end."""
    notes: dict[str, set[str | None]] = {}
    for record in table:
        notes.setdefault(record.name, set()).add(record.note)
    reasons: dict[str, list[str]] = {}
    for name, own in notes.items():
        (note, *others) = own
        if note is not None and not others:
            reasons.setdefault(note, []).append(name)
    apart = {name for names in reasons.values() for name in names}
    lines = [records([record for record in table if record.name not in apart])]
    for reason, names in reasons.items():
        told = textwrap.fill(", ".join(names), LINE, initial_indent="  ", subsequent_indent="  ")
        lines.append(f"\nno number, {reason}\n{told}")
    return "\n".join(line for line in lines if line)


def reported(pairs: Sequence[tuple["Record", "Record | None"]]) -> str:
    """A line a figure that was signed: reported, restated, the difference, and what came late."""
    rows = [("figure", "reported", "restated", "difference", "")]
    for signed, now in pairs:
        if signed.value is None and (now is None or now.value is None):
            continue
        moved = _moved(signed.value, None if now is None else now.value)
        rows.append(
            (
                signed.name,
                number(signed.value, signed.unit),
                number(now.value, now.unit) if now is not None else NOTHING,
                "" if moved is None else number(moved, signed.unit),
                "rows came late" if now is not None and "late_rows" in now.flags else "",
            )
        )
    return columns(rows)


def compared(found: Sequence["Compared"], rules: "RuleSet") -> str:
    """Ours beside theirs, each difference with its rule and the source, and what could not be done as they do."""
    rows = [("figure", "", "here", "n", rules.name, "n", "difference", "")]
    notes = []
    for each in found:
        here, there = each.here, each.there
        moved = _moved(here.value, there.value)
        where = ", ".join(f"{name}={shown(value)}" for name, value in here.slice.items())
        rows.append(
            (
                here.name if here.output == there.output else f"{here.name} / {there.output}",
                f"{here.period} {where}".strip(),
                f"{number(here.value, here.unit)} {interval(here)}".strip(),
                number(here.n, "count"),
                f"{number(there.value, there.unit)} {interval(there)}".strip(),
                number(there.n, "count"),
                "none" if moved is None and None not in (here.value, there.value) else difference(moved, here.unit),
                here.note or there.note or "",
            )
        )
        note = f"{here.name}: {each.rule.because} ({each.rule.source})."
        if note not in notes:
            notes.append(note)
    told = [_bullet(text) for text in notes]
    lacking = [f"\nNot reproduced of {rules.product}:", *(_bullet(text) for text in rules.not_reproduced)]
    return "\n".join([columns(rows), "", *told, *lacking])


def otherwise(each: "Compared", contacts: Sequence["CountedOtherwise"]) -> str:
    """The first contacts that the two count otherwise, and how many there are."""
    told = f"\n{each.here.name} {each.here.period}: "
    if each.here.value is None and each.there.value is None:
        return f"{told}there is nothing to compare."
    if not contacts:
        return f"{told}no contact is counted otherwise; the same ones are summed up in another way."
    rows = [("contact", "here", "there", "")]
    rows += [
        (shown(one.key), _value(one.here, each.here.unit), _value(one.there, each.there.unit), _why(one))
        for one in contacts[:SHOWN_CONTACTS]
    ]
    more = len(contacts) - SHOWN_CONTACTS
    heading = f"{told}{len(contacts)} counted otherwise because {each.rule.because}"
    return "\n".join([heading, columns(rows), *([f"and {more} more; --rows writes all of them"] if more > 0 else [])])


def _why(one: "CountedOtherwise") -> str:
    if one.left_out is None:
        return "counted by both with another value"
    counted, missed = ("there", "here") if one.here is None else ("here", "there")
    return f"counted {counted} only; {missed}: {one.left_out}"


def _value(value: float | None, unit: str) -> str:
    """What a contact adds: of a share it is a hit or not, everything else has the unit of the number."""
    if value is None:
        return NOTHING
    return ("yes" if value else "no") if unit == "fraction" else number(value, unit)


def _bullet(text: str) -> str:
    return textwrap.fill(text, LINE, initial_indent="* ", subsequent_indent="  ")


def _moved(signed: float | None, now: float | None) -> float | None:
    """By how much a figure has moved since it was signed; None where it has not, or one of the two is missing."""
    if signed is None or now is None:
        return None
    difference = now - signed
    return difference if abs(difference) > NO_DIFFERENCE * max(1.0, abs(signed)) else None


def shown(value: str | None) -> str:
    """A slice's value on one line: escaped, cut where it is long, and told where it is missing."""
    if value is None:
        return "(not given)"
    plain = "".join(letter if letter.isprintable() else " " for letter in value)
    return plain if len(plain) <= LONGEST_VALUE else plain[: LONGEST_VALUE - 1] + "…"


def columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def receipt(told: Mapping[str, Any]) -> str:
    """A receipt for reading, the statements last."""
    record, definition, period = told["record"], told["definition"], told["period"]
    lines = [
        f"\n{definition['title']}: {definition['asks']}",
        f"  counted      {definition['counted']}",
        f"  left out     {definition['left_out']}",
        f"  beware       {definition['beware']}",
        f"  parameters   {', '.join(f'{name}={value}' for name, value in record['params'].items()) or 'none'}",
        f"  period       {period['text']}: {period['from']} to {period['to']} ({period['time_zone']})",
        f"  clock        {told['clock']}",
        f"  as of        {record['as_of']}, newest load {told['freshness']}",
        f"  rows         {told['counted']:,} counted, {sum(told['left_out'].values()):,} left out",
        *(f"    {count:>9,}  {reason}" for reason, count in told["left_out"].items()),
        f"  beside       n_na {record['n_na']}, n_censored {record['n_censored']}, n_rejected {record['n_rejected']}, "
        f"late_rows {told['late_rows']}",
        f"  components   {', '.join(f'{name}={_short(value)}' for name, value in record['components'].items())}",
        f"  interval     {told['interval_method'] or 'none'}, se {record['se']}",
        f"  path         {told['path']}",
        f"  versions     data {record['data_version']}, definition {record['definition_version']}",
        *(f"  sql          {sql}" for sql in told["sql"]),
    ]
    return "\n".join(lines)


def _short(value: Any) -> str:
    return f"[{len(value)} values]" if isinstance(value, list) else f"{value:.6g}"


def definitions(all_of_them: Sequence["Definition"]) -> str:
    return columns(
        [(f"{each.number:02}", each.id, each.title, each.unit, each.better, each.perspective) for each in all_of_them]
    )


def definition(each: "Definition") -> str:
    """One definition for reading."""
    lines = [
        f"{each.number:02} {each.id}: {each.title}",
        f"  asks        {each.asks}",
        f"  counted     {each.counted}",
        f"  left out    {each.left_out}",
        f"  beware      {each.beware}",
        f"  outputs     {', '.join(f'{name} ({each.unit_of(name)}, {each.families[name]})' for name in each.outputs)}",
        f"  parameters  {', '.join(f'{name}={value!r}' for name, value in each.parameters.items()) or 'none'}",
        f"  better      {each.better}; target {each.target if each.target is not None else 'own baseline'}",
        f"  read with   {', '.join(each.guard) or 'nothing else'}",
        f"  made from   {each.relation} ({', '.join(each.tables)}), blocks by {each.block}, merge class {each.merge}",
    ]
    return "\n".join(lines)

"""`scorecard`, `kpi`, `recompute`, `catalogue`: numbers, and the numbers opened."""

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mittari.commands import printing
from mittari.commands.options import add_slice, number_or_text, pairs
from mittari.errors import UserError
from mittari.measure.export import UNTOUCHED, write_csv
from mittari.settings import LANGUAGES

if TYPE_CHECKING:
    from mittari.measure.result import Record
    from mittari.workspace import Table, Workspace
    from mittari.workspace.comparing import Compared, CountedOtherwise

NOT_EQUAL = 2
STEM_LENGTH = 100


def add(commands: Any) -> None:
    scorecard = commands.add_parser("scorecard", help="many KPIs at once", description="The headline of every KPI.")
    add_slice(scorecard)
    scorecard.add_argument("--all", action="store_true", help="every output, not only the headlines")
    scorecard.add_argument(
        "--as-reported", action="store_true", help="what was signed for a closed period, beside what is computed today"
    )
    scorecard.set_defaults(run=run_scorecard)
    kpi = commands.add_parser("kpi", help="one KPI: value, interval, receipt, rows", description="One KPI.")
    kpi.add_argument("name", metavar="ID[.OUTPUT]")
    add_slice(kpi)
    kpi.add_argument("--set", metavar="NAME=VALUE", action="append", help="another value for a parameter of the KPI")
    kpi.add_argument("--receipt", action="store_true", help="how the number came about")
    kpi.add_argument("--rows", action="store_true", help="write the rows behind it, with the receipt, to two files")
    kpi.add_argument(
        "--out", metavar="DIR", type=Path, default=Path(), help="where --rows writes (default: this folder)"
    )
    kpi.set_defaults(run=run_kpi)
    again = commands.add_parser(
        "recompute",
        help="the number again from its exported rows alone",
        description="Make the number of a receipt again from the rows exported with it, without a database.",
    )
    again.add_argument("receipt", metavar="RECEIPT.json", type=Path)
    again.set_defaults(run=run_recompute)
    catalogue = commands.add_parser("catalogue", help="the definitions", description="What is measured, and how.")
    catalogue.add_argument("id", metavar="ID", nargs="?")
    catalogue.add_argument("--language", metavar="LANG", choices=LANGUAGES, help="en, fi, nb or sv (default: en)")
    catalogue.add_argument("--json", action="store_true", help="as one JSON array")
    catalogue.set_defaults(run=run_catalogue)


def run_scorecard(chosen: argparse.Namespace) -> int:
    from mittari.workspace import open_home

    with open_home(chosen.home) as workspace:
        if chosen.as_reported:
            _show_reported(workspace, chosen)
            return 0
        if _other_rules(chosen):
            _show_compared(_compared(workspace, chosen), chosen)
            return 0
        table = workspace.scorecard(
            period=chosen.period,
            by=chosen.by,
            where=pairs(chosen.where, "--where"),
            as_of=chosen.as_of,
            outputs="all" if chosen.all else "headline",
        )
        show(table, chosen, printing.scorecard)
    return 0


def _show_reported(workspace: "Workspace", chosen: argparse.Namespace) -> None:
    """The figures of a closed period as they were signed, beside what they are computed to be today."""
    if chosen.period is None or chosen.by or chosen.where or chosen.as_of or _other_rules(chosen):
        raise UserError("what was reported is shown for a closed period as a whole", hint="--as-reported --period P")
    table = workspace.as_reported(chosen.period)
    headlines = {f"{each.id}.{each.headline}" for each in workspace.catalogue()}
    records = [record for record in table if chosen.all or record.name in headlines]
    if chosen.json or chosen.csv:
        show(records, chosen)
    else:
        today = {record.name: record for record in workspace.scorecard(period=chosen.period, outputs="all")}
        print(printing.reported([(record, today.get(record.name)) for record in records]))


def _other_rules(chosen: argparse.Namespace) -> bool:
    """Whether another product's rules are asked for; raises UserError for a set that nobody knows."""
    from mittari.measure.rulesets import HOUSE, rule_set

    return rule_set(chosen.rules).name != HOUSE


def _compared(workspace: "Workspace", chosen: argparse.Namespace, kpi: str | None = None) -> "list[Compared]":
    return workspace.by_rules(
        chosen.rules,
        kpi,
        period=chosen.period,
        by=chosen.by,
        where=pairs(chosen.where, "--where"),
        as_of=chosen.as_of,
    )


def _show_compared(found: "list[Compared]", chosen: argparse.Namespace) -> None:
    """Both numbers side by side, or as records: ours, then theirs."""
    from mittari.measure.rulesets import rule_set

    if chosen.json or chosen.csv:
        show([record for each in found for record in (each.here, each.there)], chosen)
    else:
        print(printing.compared(found, rule_set(chosen.rules)))


def _show_otherwise(workspace: "Workspace", chosen: argparse.Namespace) -> None:
    """One KPI by both rules, and every contact that explains the difference."""
    from mittari.measure.kpi import find

    identifier = find(chosen.name)[0].id
    found = _compared(workspace, chosen, identifier)
    if not found:
        raise UserError(f"the rules of {chosen.rules} say nothing of their own about {identifier}")
    _show_compared(found, chosen)
    for each in found:
        contacts = workspace.counted_otherwise(each)
        if not chosen.json and not chosen.csv:
            print(printing.otherwise(each, contacts))
        if chosen.rows:
            path = chosen.out / f"{file_stem(each.here)}_{chosen.rules}.csv"
            _write_otherwise(path, contacts)


def _write_otherwise(path: Path, contacts: "list[CountedOtherwise]") -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            write_csv([asdict(contact) for contact in contacts], file)
    except OSError as error:
        raise UserError(f"the contacts cannot be written: {error.strerror}", where=path) from error
    print(f"Contacts counted otherwise: {len(contacts)}, in {path}", file=sys.stderr)


def run_kpi(chosen: argparse.Namespace) -> int:
    from mittari.workspace import open_home

    params = {name: number_or_text(value) for name, value in pairs(chosen.set, "--set").items()}
    with open_home(chosen.home) as workspace:
        if _other_rules(chosen):
            if params:
                raise UserError("--rules brings parameters of its own", hint="leave out --set, or --rules")
            _show_otherwise(workspace, chosen)
            return 0
        table = workspace.kpi(
            chosen.name,
            period=chosen.period,
            by=chosen.by,
            where=pairs(chosen.where, "--where"),
            as_of=chosen.as_of,
            **params,
        )
        show(table, chosen)
        if chosen.by and not chosen.json and not chosen.csv:
            print(printing.league(table, workspace.league(table)), end="")
        for number, record in enumerate(table):
            if chosen.receipt or chosen.rows:
                _open(table, number, record, chosen)
    return 0


def show(
    table: Sequence["Record"],
    chosen: argparse.Namespace,
    as_text: Callable[[Sequence["Record"]], str] = printing.records,
) -> None:
    """The records as JSON, as CSV, or for reading."""
    if chosen.json:
        print(json.dumps([record.as_dict() for record in table], ensure_ascii=False, indent=1))
    elif chosen.csv:
        write_csv([record.as_dict() for record in table], sys.stdout)
    else:
        print(as_text(list(table)))


def _open(table: "Table", number: int, record: "Record", chosen: argparse.Namespace) -> None:
    receipt = table.receipt(number).as_dict()
    if chosen.receipt and not chosen.json and not chosen.csv:
        print(printing.receipt(receipt))
    if chosen.rows:
        stem = file_stem(record)
        rows_file, receipt_file = chosen.out / f"{stem}.rows.csv", chosen.out / f"{stem}.receipt.json"
        try:
            with rows_file.open("w", encoding="utf-8", newline="") as file:
                write_csv(table.rows(number), file)
            receipt_file.write_text(
                json.dumps({**receipt, "rows": rows_file.name}, ensure_ascii=False, indent=1), encoding="utf-8"
            )
        except OSError as error:
            raise UserError(f"the rows cannot be written: {error.strerror}", where=chosen.out) from error
        print(
            f"Rows in {rows_file}, receipt in {receipt_file}. Check with: mittari recompute {receipt_file}",
            file=sys.stderr,
        )


def file_stem(record: "Record") -> str:
    """A file name that tells the number, its period and slice."""
    told = "_".join([record.name, record.period, *(f"{name}-{value}" for name, value in record.slice.items())])
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in told)[:STEM_LENGTH]
    # two slices that look alike in a file name are kept apart
    return plain if plain == told else f"{plain}_{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def run_recompute(chosen: argparse.Namespace) -> int:
    from mittari.measure.recompute import recompute

    receipt = _read_receipt(chosen.receipt)
    result = recompute(receipt, _read_rows(chosen.receipt.parent / receipt["rows"]))
    told = receipt["record"]
    if result["equal"]:
        print(f"equal: {told['kpi_id']}.{told['output']} = {result['value']} from {result['n']} rows")
        return 0
    print(
        f"not equal: the receipt says {told['value']}, its rows give {result['value']} "
        f"(differs in {', '.join(result['different'])})"
    )
    return NOT_EQUAL


def _read_receipt(path: Path) -> dict[str, Any]:
    try:
        receipt = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"the receipt cannot be read: {error.strerror}", where=path) from error
    except ValueError as error:
        raise UserError(f"this is not a receipt: {error}", where=path) from error
    if not _is_receipt(receipt):
        raise UserError("this is not a receipt with rows", where=path, hint="write one with: mittari kpi ID --rows")
    told: dict[str, Any] = receipt
    return told


def _is_receipt(found: Any) -> bool:
    kinds = {"record": dict, "how": dict, "rows": str}
    return (
        isinstance(found, dict)
        and all(isinstance(found.get(name), kind) for name, kind in kinds.items())
        and "family" in found["how"]
        and "status" in found["record"]
    )


def _read_rows(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows: list[dict[str, Any]] = list(csv.DictReader(file))
    except OSError as error:
        raise UserError(f"the rows of the receipt cannot be read: {error.strerror}", where=path) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"these are not the rows of a receipt: {error}", where=path) from error
    if rows and not rows[0].keys() >= UNTOUCHED:
        lacking = ", ".join(sorted(UNTOUCHED - rows[0].keys()))
        raise UserError(
            f"the rows lack the columns {lacking}", where=path, hint="export them with: mittari kpi ID --rows"
        )
    for number, row in enumerate(rows, 2):
        row["included"] = row.get("included") == "True"
        for name in ("x", "y"):
            try:
                row[name] = float(row[name]) if row[name] else None
            except ValueError as error:
                raise UserError(
                    f"{name} is a number, found {row.get(name)!r}", where=f"{path}, line {number}"
                ) from error
    return rows


def run_catalogue(chosen: argparse.Namespace) -> int:
    from mittari.measure.kpi import catalogue, find, load_own
    from mittari.measure.receipt import described

    load_own(chosen.home / "kpis")
    definitions = list(catalogue().values()) if chosen.id is None else [find(chosen.id)[0]]
    if chosen.language:
        from mittari.show.language import in_language

        definitions = in_language(definitions, chosen.language)
    if chosen.json:
        print(
            json.dumps(
                [
                    described(each, each.headline) | {"outputs": each.outputs, "parameters": dict(each.parameters)}
                    for each in definitions
                ],
                ensure_ascii=False,
                indent=1,
            )
        )
    elif chosen.id is None:
        print(printing.definitions(definitions))
    else:
        print(printing.definition(definitions[0]))
    return 0

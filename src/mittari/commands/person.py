"""`person`: what is held about somebody, written out or taken away."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mittari.commands import printing
from mittari.errors import UserError

LINES, FILE = ".jsonl", "person.json"


def add(commands: Any) -> None:
    person = commands.add_parser(
        "person", help="write out or erase what is held about a person", description="What is held about a person."
    )
    verbs = person.add_subparsers(dest="verb", required=True, metavar="export|erase")
    export = verbs.add_parser(
        "export", help="write out everything held about a person", description="Everything held about a person."
    )
    _add_who(export)
    export.add_argument(
        "--to",
        metavar="FOLDER_OR_FILE",
        type=Path,
        help=f"a folder, for {FILE} in it, or a file; one that ends in {LINES} has a row on each line. "
        "Default: the screen",
    )
    export.set_defaults(run=run_export)
    erase = verbs.add_parser(
        "erase",
        help="erase a person, keeping every total",
        description="Replace the id of a person and the keys of their rows by random ones and empty what they wrote. "
        "Every total stays what it was. There is no way back.",
    )
    _add_who(erase)
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.set_defaults(run=run_erase)


def _add_who(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID", help="the id of the customer, as the files write it")
    command.add_argument("--employee", action="store_true", help="the id is that of an employee or agent")


def run_export(chosen: argparse.Namespace) -> int:
    from mittari.workspace import open_home

    with open_home(chosen.home) as workspace:
        told = workspace.export_person(chosen.id, chosen.employee)
    if chosen.to is None:
        print(_document(told))
        return 0
    path = chosen.to / FILE if chosen.to.is_dir() or not chosen.to.suffix else chosen.to
    _write(path, "".join(f"{line}\n" for line in _lines(told)) if path.suffix == LINES else _document(told) + "\n")
    rows = sum(len(section["rows"]) + len(section["mentions"]) for section in told["tables"])
    rows += sum(len(rows) for rows in told["ledger"].values())
    print(f"{rows:,} rows of {len(told['tables']) + len(told['ledger'])} tables are in {path}, readable by you alone")
    return 0


def _document(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2)


def _lines(told: dict[str, Any]) -> Iterator[str]:
    """First what the document is about, then each table's columns, then its rows."""
    yield json.dumps({name: value for name, value in told.items() if name != "tables"}, ensure_ascii=False)
    for section in told["tables"]:
        about = {name: section[name] for name in ("table", "one_row_is", "columns")}
        yield json.dumps(about, ensure_ascii=False)
        for part in ("rows", "mentions"):
            for row in section[part]:
                yield json.dumps({"table": section["table"], "part": part, "row": row}, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    """Into a new file that only its owner may read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UserError("the file is there already", where=path, hint="Name another one with --to.") from error
    except OSError as error:
        raise UserError(f"it cannot be written: {error.strerror}", where=path) from error


def run_erase(chosen: argparse.Namespace) -> int:
    from mittari.workspace import open_home

    with open_home(chosen.home) as workspace:
        planned = workspace.erase_person(chosen.id, chosen.employee, dry_run=True)
        rows = [(table, f"{count:,}") for table, count in planned.rows.items()]
        print("These rows will name nobody any more, and their keys will be new ones:")
        print(printing.columns(rows))
        if planned.beside:
            print(f"{planned.beside:,} addresses, links and invitations will be removed.")
        print(f"{planned.texts:,} texts will be emptied. Totals stay as they are. There is no way back.")
        print("Erase the person in the systems that the files come from first: docs/privacy.md says why.")
        if not chosen.yes and not _agreed():
            print("nothing was changed")
            return 0
        done = workspace.erase_person(chosen.id, chosen.employee)
    print(f"erased: {sum(done.rows.values()):,} rows changed, {done.texts:,} texts emptied")
    print("Unused parts of the file can hold old bytes until `mittari compact` is run with the server stopped.")
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UserError("nobody is here to say yes", where="mittari person erase", hint="Say it with --yes.")
    return input("Erase this person? yes/no: ").strip().casefold() == "yes"

"""What `doctor` tells of collecting: surveys that do not open, and arrivals that were set aside."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mittari.collect.survey.shelf import Shelf
from mittari.store import inbox as inboxes
from mittari.workspace.verbs import Finding


def findings(home: Path) -> Iterator[Finding]:
    yield from _surveys(home)
    yield from _inbox(home)


def _surveys(home: Path) -> Iterator[Finding]:
    for shelved in Shelf(home).all():
        if shelved.is_open and shelved.survey:
            yield Finding(True, f"survey {shelved.name} is open, {shelved.survey.owner} reacts to bad answers")
        elif shelved.survey and shelved.survey.closed:
            yield Finding(True, f"survey {shelved.name} is closed")
        else:
            yield Finding(False, f"survey {shelved.name} is not open: {shelved.fault}", "mend its file in surveys/")


def _inbox(home: Path) -> Iterator[Finding]:
    """Looked at without writing: the server may have it open, and a home that never collected has none."""
    path = home / inboxes.FILE_NAME
    if not path.exists():
        return
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        aside = connection.execute('SELECT "table", reason, count(*) FROM set_aside GROUP BY 1, 2').fetchall()
    finally:
        connection.close()
    for table, reason, count in aside:
        yield Finding(
            False,
            f"{count:,} arrivals for {table} were set aside: {reason}",
            f"they are kept in {inboxes.FILE_NAME}, table set_aside; mend the cause and send the rows again",
        )

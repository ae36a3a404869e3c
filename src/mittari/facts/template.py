"""An empty CSV file for a table: its header, the columns of a minimal file first."""

import csv
import io

from mittari.facts.model import Table


def template_csv(table: Table) -> str:
    """The header of a file for `table`: what a minimal file has, then what else it may bring; nothing derived."""
    given = sorted(table.given, key=lambda column: not column.starred)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(column.name for column in given)
    return text.getvalue()

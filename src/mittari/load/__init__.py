"""Files and rows become facts: read, checked, refused where they must be, derived, and let in all at once.

from mittari.load import load
reports = load(warehouse, settings, "exports/tickets.csv", table="conversations")
"""

from mittari.load.mapping import find_mapping, shipped_mappings
from mittari.load.report import LoadReport, Reject
from mittari.load.run import RowsIn, load, load_many, load_rows

__all__ = ["LoadReport", "Reject", "RowsIn", "find_mapping", "load", "load_many", "load_rows", "shipped_mappings"]

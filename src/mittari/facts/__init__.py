"""What happened: every table and column declared once.

The tables of the database, the checks at import, the empty CSV templates and the manual page derive from `TABLES`.
"""

from mittari.facts.model import Column, Table
from mittari.facts.tables import TABLES

__all__ = ["TABLES", "Column", "Table"]

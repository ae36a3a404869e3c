"""Derived columns: computed when rows enter a table, from the rows themselves and from the tables beside them."""

from mittari.load.derive.context import Context
from mittari.load.derive.tables import DERIVATIONS, derived

__all__ = ["DERIVATIONS", "Context", "derived"]

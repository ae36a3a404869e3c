"""Where facts are kept: one DuckDB file, owned by one process."""

from mittari.store.warehouse import Warehouse

__all__ = ["Warehouse"]

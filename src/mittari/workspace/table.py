"""The table of records that every verb hands back, with the way from a number to its receipt, rows and chart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mittari.errors import UserError
from mittari.measure.receipt import Receipt
from mittari.measure.result import Record, Records

if TYPE_CHECKING:
    from mittari.workspace.verbs import Workspace


class Table(Records):
    """Records in the order asked for. A number opens: `receipt(i)`, `rows(i)`; a trend draws itself: `chart()`."""

    def __init__(self, records: Sequence[Record], workspace: "Workspace") -> None:
        super().__init__(records)
        self._workspace = workspace

    def one(self) -> Record:
        """The only record; raises UserError when there are several or none."""
        if len(self) != 1:
            raise UserError(f"expected one number, found {len(self)}", hint="name one output, one period, and no `by`")
        record: Record = self[0]
        return record

    def receipt(self, index: int = 0) -> Receipt:
        """How number `index` came about."""
        return self._workspace.receipt(self[index])

    def rows(self, index: int = 0, limit: int | None = None, offset: int = 0) -> list[dict[str, Any]]:
        """The rows behind number `index`, counted and left out, with the reason."""
        return self._workspace.rows(self[index], limit=limit, offset=offset)

    def to_polars(self) -> Any:
        """A polars DataFrame, one row a record (needs the extra `polars`)."""
        return _library("polars").DataFrame([_flat(record) for record in self], infer_schema_length=None)

    def to_pandas(self) -> Any:
        """A pandas DataFrame, one row a record (needs the extra `pandas`)."""
        return _library("pandas").DataFrame([_flat(record) for record in self])

    def chart(self) -> Any:
        """An Altair chart of the records over their periods, with the interval."""
        from mittari.show.charts import (
            records_chart,
        )  # Altair takes a second to import: only where a chart is asked for

        return records_chart(list(self))

    def __repr__(self) -> str:
        lines = [
            f"{record.name:40} {record.period:24} {record.value!s:>20} {record.unit} {record.status}"
            for record in self[:40]
        ]
        return "\n".join([f"{len(self)} numbers", *lines])


def _flat(record: Record) -> dict[str, Any]:
    """The record with its slice as columns; components, which have keys of their own by family, stay in the receipt."""
    values = record.as_dict()
    for name in ("components", "slice", "params"):
        values.pop(name)
    return (
        values | {"flags": ", ".join(record.flags)} | {f"slice.{name}": value for name, value in record.slice.items()}
    )


def _library(name: str) -> Any:
    try:
        return __import__(name)
    except ImportError as error:
        raise UserError(f"{name} is not installed", hint=f"install it with: pip install 'mittari[{name}]'") from error

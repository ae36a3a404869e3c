"""What chdb answers, as the arrays that every engine's answers come in."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import compute as pc


class Answer(Protocol):
    """An answer of chdb in the format Arrow."""

    def bytes(self) -> bytes: ...


def frame_of(answer: Answer) -> dict[str, npt.NDArray[Any]]:
    """Numbers, booleans and `datetime64[us]` as arrays, texts as objects, masked where there are nulls."""
    table = pa.ipc.open_file(pa.py_buffer(answer.bytes())).read_all()
    return {name: _array(table.column(name)) for name in table.column_names}


def _array(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    values = pc.cast(column, _kind(column.type)) if _kind(column.type) != column.type else column
    array: npt.NDArray[Any]
    if values.null_count == 0:
        array = values.to_numpy()
        return array
    missing = pc.is_null(values).to_numpy()
    array = pc.fill_null(values, _anything(values.type)).to_numpy()
    return np.ma.array(array, mask=missing)


def _kind(kind: pa.DataType) -> pa.DataType:
    """The type that stands for it in a frame. Counts get a sign: differences of them may be below zero."""
    if pa.types.is_unsigned_integer(kind):
        return pa.int64()
    if pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    return kind


def _anything(kind: pa.DataType) -> Any:
    """A value of the type, to stand where there is none."""
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return "?"
    return pa.scalar(0, pa.int64()).cast(kind) if pa.types.is_timestamp(kind) else pa.scalar(0).cast(kind)

"""Scales of answers as numbers: rows are grouped by numbers more quickly than by text."""

from ibis.expr import types as ir

MORE_THAN_ANY_SCORE = 1_000


def number(low: ir.Value, high: ir.Value) -> ir.Value:
    return (low * MORE_THAN_ANY_SCORE + high).cast("int64")


def text(scale: ir.Value) -> ir.Value:
    """The scale of such a number as people write it: 1-5."""
    low = (scale / MORE_THAN_ANY_SCORE).floor().cast("int64")
    return low.cast("string") + "-" + (scale - low * MORE_THAN_ANY_SCORE).cast("string")

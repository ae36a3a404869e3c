"""Answers that count by the weight their file gives them, where a call asks for it (`weights=given`; G15)."""

from typing import Any

from mittari.errors import UserError

ALIKE, GIVEN = "none", "given"
NEEDS_WEIGHTS = {"weights": {GIVEN: "responses.weight"}}
"""What a KPI with the parameter `weights` requires by its value."""


def weighed(rows: Any, weights: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of an output over answers, each of which counts by its weight; one without any is counted as n_na."""
    if weights not in (ALIKE, GIVEN):
        raise UserError(f"weights is {ALIKE} or {GIVEN}, found {weights!r}")
    if weights == ALIKE:
        return facts
    has = (rows.weight > 0).fill_null(False)
    left_out = {**facts.get("left_out", {}), "without a weight": ~has}
    missing = facts["missing"] | (facts["of"] & ~has)
    return {**facts, "of": facts["of"] & has, "missing": missing, "left_out": left_out, "weight": rows.weight}

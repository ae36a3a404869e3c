"""What the families of outputs hand to each other when they are evaluated."""

from mittari.measure import families
from mittari.measure.families import Components, Estimate

Results = list[tuple[Components, Estimate]]
"""Components and estimate of each group, in the order of the groups."""

SIDES = ("missing", "censored", "immature", "unpriced")
"""Roles of rows that are counted beside a number."""

DOMAINS = {
    "positive": families.NON_NEGATIVE,
    "unit": families.FRACTION,
    "up_to_100": families.SCORE_100,
    "reals": families.REALS,
}

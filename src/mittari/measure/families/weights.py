"""Survey weights: block sums of weights carried to the effective number of rows, which then stands for n (Kish 1965).

Of weighted rows x_g and y_g are the sums of weight times value and of weight. Scaled by sum w / sum w^2 the y add up to
n_eff = (sum w)^2 / sum w^2: a share, net share or mean stays what it is, and every formula for n rows holds for n_eff.
"""

from mittari.measure.families.blocks import BLOCK_KEYS
from mittari.measure.families.estimate import Components, number
from mittari.measure.families.means import Mean
from mittari.measure.families.shares import NetShare, Proportion

SIGNS = ("k_pos", "k_neg")
LINEAR = ("Sx", "Sy", *SIGNS)
SQUARED = ("Sx2", "Sy2", "Sxy")
FAMILIES: dict[str, type[Proportion] | type[NetShare] | type[Mean]] = {
    "Proportion": Proportion,
    "NetShare": NetShare,
    "Mean": Mean,
}


def of_weights(family: str, sums: Components, squares: float, rows: int) -> Components:
    """The components of weighted rows, of which `sums` are the block sums and `squares` the sum of squared weights.

    Beside those of the family they hold `n`, the rows that were weighed, and `n_eff`, the rows that they are worth.
    """
    if not sums:
        return {}
    factor = number(sums, "Sy") / squares
    power = {**dict.fromkeys(LINEAR, factor), **dict.fromkeys(SQUARED, factor * factor)}
    scaled = {key: number(sums, key) * power.get(key, 1.0) for key in (*BLOCK_KEYS, *SIGNS) if key in sums}
    components = FAMILIES[family].merge(dict(scaled), {})
    return {**components, "n": float(rows), "n_eff": number(components, "Sy")}

"""The price of a risk, steered so that the abandoned calls come out at the target without any model.

Each served answer raises the logarithm of the price by ``GAIN`` times the target, each abandoned one lowers it by
``GAIN`` times the rest. Added up, the abandoned calls beyond the target are the way that the logarithm went, divided by
the gain: at most 20 between the two bounds, for any sequence of answers. This is the argument of adaptive conformal
inference (Gibbs and Candes 2021, arXiv 2106.00170). Where a bound stops the price, ``credit`` holds.
"""

import math
from typing import Final

GAIN: Final = 0.25
LOWEST_PRICE: Final = 0.004
HIGHEST_PRICE: Final = 0.6
FIRST_PRICE: Final = 0.05

SAVING: Final = 0.6
"""Share of the target that is aimed at until a stock of unused abandoned calls exists."""


def steered(price: float, *, served: int, abandoned: int, target: float, has_stock: bool = True) -> float:
    """Return the price after so many more served and abandoned calls; ``target`` is a share, 0.03 for 3 %."""
    aim = target if has_stock else SAVING * target
    moved = math.log(price) + GAIN * (aim * served - (1 - aim) * abandoned)
    return min(HIGHEST_PRICE, max(LOWEST_PRICE, math.exp(moved)))

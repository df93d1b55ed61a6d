"""How many buyers a difference needs when invitations are drawn at random, and what those at hand can show.

Two shares, two-sided 5%, each arm with its own variance, analysed as invited: whoever of the invited joins in fact.
"""

from scipy import optimize

from siyu.estimates.sampling import normal_quantile

POWER, LEVEL = 0.8, 0.05
_NEAR = 1e-6


def needed(base: float, difference: float, share: float = 0.5, power: float = POWER) -> tuple[int, int]:
    """Buyers to be invited and not, so that a difference in the share who come back is found with `power`.

    base: share of the uninvited who come back. difference: of the invited to it. share: of buyers who are invited.
    Raises ValueError where a share would leave 0 to 1."""
    if not (0 < share < 1 and 0 < power < 1 and difference > 0 and base > 0 and base + difference < 1):
        raise ValueError(f"shares between 0 and 1, found base {base}, difference {difference}, share {share}")
    total = _total(base, difference, share, power)
    return round(total * share), round(total * (1 - share))


def detectable(base: float, buyers: int, share: float = 0.5, power: float = POWER) -> float | None:
    """The least difference that so many buyers in both arms show with `power`; None where none is large enough."""
    most = 1 - base - _NEAR
    if _total(base, most, share, power) > buyers:
        return None
    return float(optimize.brentq(lambda gap: _total(base, gap, share, power) - buyers, _NEAR, most))


def _total(base: float, difference: float, share: float, power: float) -> float:
    quantiles = normal_quantile(1 - LEVEL / 2) + normal_quantile(power)
    invited = base + difference
    spread = invited * (1 - invited) / share + base * (1 - base) / (1 - share)
    return float(quantiles**2 * spread / difference**2)

"""The symbols of the economics, with their units; what each says stands in `symbols.yml`.

A symbol's name is an assumption id (without the category after the dot) or, for `fee_<route>` and
`payment_<route>`, a fee rule looked up for that route.
"""

from sympy import Symbol

from siyu.errors import nearest
from siyu.messages import tables
from siyu.routes import ROUTES

BASE = "douyin_shop"  # the route that others are held against
# symbol -> unit, a key of data/definitions.yml
UNIT_OF: dict[str, str] = {
    name.format(route=route): unit
    for name, unit in tables(__file__, "symbols.yml").items()
    for route in (ROUTES if "{" in name else [""])
    if name.format(route=route) != f"repurchase_factor_{BASE}"
}


def symbol(name: str) -> Symbol:
    """The symbol `name`. Raises ValueError with the nearest name when it has no meaning here."""
    if name not in UNIT_OF:
        raise ValueError(f"no symbol {name!r}. {nearest(name, UNIT_OF)}")
    return Symbol(name, real=True)

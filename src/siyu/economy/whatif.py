"""What-if: a formula with a few inputs left to the reader, the rest drawn, as data that a page can work with.

Until a slider is moved the page shows what was published, with all inputs drawn. Then the sliders hold, and it
counts the first of the same draws: how many make the gain positive, where switch fee and bearable loss lie.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from sympy import Expr

from siyu.economy import Array, Economy
from siyu.figure import Figure
from siyu.formulas.compiled import javascript
from siyu.language import Text

DRAWS = 2_048  # enough for a share to a percentage point, few enough for a page
GOODS_DRAWS = 512  # of another category: a share to four points, so that a page stays small
STEPS = 65_535  # of a quantised draw


class Drawn(Protocol):
    """Inputs of formulas, and draws of them."""

    @property
    def drawn(self) -> Mapping[str, Array]:
        """input -> array (draws,)."""

    @property
    def inputs(self) -> Mapping[str, Any]:
        """input -> its row."""


def what_if(
    economy: Drawn,
    gain: Expr,
    says: Text,
    sliders: Mapping[str, Text],
    ends: Mapping[str, tuple[float, float]] | None = None,
    published: Mapping[str, Figure] | None = None,
) -> dict[str, Any]:
    """A finding's `whatif`: how often `gain` is positive, while the inputs in `sliders` are moved.

    says: what a positive gain means, read after "in so many of the draws". sliders: input -> what it is called;
    the first is the axis of the chart. Each runs over the middle 98% of its draws, or between the `ends` given
    for it, and starts in the middle. published: `better` (share of all draws with a positive gain), `fee` and `loss`
    (switch fee and bearable loss). gain: an amount of money; where fee and loss are published, linear in the loss (the
    first slider) and the fee (the second). Raises KeyError for an input the economy has no draws of.
    """
    names, source = javascript(gain)
    drawn = {name: np.asarray(economy.drawn[name], float)[:DRAWS] for name in names}
    fixed = {name: float(values[0]) for name, values in drawn.items() if np.ptp(values) == 0}
    moved = []
    for name, label in sliders.items():
        low, high = (ends or {}).get(name) or tuple(map(float, np.quantile(drawn[name], (0.01, 0.99))))
        about = {"name": name, "label": label, "unit": str(getattr(economy.inputs[name], "unit", "ratio"))}
        moved.append({**about, "low": low, "high": high, "value": float(np.median(drawn[name]))})
    return {
        "gain": {"names": list(names), "js": source}, "says": says, "sliders": moved,
        "published": {name: [figure.low, figure.value, figure.high] for name, figure in (published or {}).items()},
        "fixed": {name: value for name, value in fixed.items() if name not in sliders},
        "draws": {name: quantised(drawn[name]) for name in names if name not in fixed and name not in sliders},
        "goods": _goods(economy, names) if isinstance(economy, Economy) else [],
    }  # fmt: skip


def _goods(economy: Economy, names: Sequence[str]) -> list[dict[str, Any]]:
    """Categories that the reader may choose."""
    return [_of_category(economy, one, names) for one in dict.fromkeys((economy.category, *economy.categories))]


def _of_category(economy: Economy, category: str, names: Sequence[str]) -> dict[str, Any]:
    """One of them: its first draws of the inputs that differ from those of the report."""
    other = economy.of(category)
    differ = [name for name in names if other.inputs[name] != economy.inputs[name]]
    draws = {name: quantised(np.asarray(other.drawn[name], float)[:GOODS_DRAWS]) for name in differ}
    return {"name": economy.category_names.get(category, economy.name), "draws": draws}


def quantised(values: Array) -> dict[str, Any]:
    """`values` in 16-bit steps over their range: {start, step, codes: base64 of little-endian integers}.

    Two programs then compute from the same inputs to the last bit."""
    start, span = float(values.min()), float(values.max() - values.min())
    step = span / STEPS or 1.0
    codes = np.rint((values - start) / step).astype("<u2")
    return {"start": start, "step": step, "codes": base64.b64encode(codes.tobytes()).decode("ascii")}

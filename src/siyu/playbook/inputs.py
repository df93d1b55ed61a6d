"""Inputs of the economics that a client's own small tables measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from siyu.figure import Absent, Figure
from siyu.own_data import Holdings
from siyu.playbook.ledgers import MONTHS, Rows, refs, share
from siyu.value.acquisition import times


def kept(own: Holdings) -> dict[str, Rows]:
    """Those that inputs of the economics are measured on."""
    return {name: own.reported(name) for name in ("leaks", "imports", "shop_moves")}


def inputs(tables: Mapping[str, Rows], margin: Figure, own: Mapping[str, Figure]) -> dict[str, Figure]:
    """Symbols of the economics that these tables measure -> figure. margin: what is kept of a yuan before fees; own:
    what orders measure. Moves are followed for MONTHS; at risk is a quarter of the year's orders."""
    if all(rows is None for rows in tables.values()):
        return {}
    found: dict[str, Figure | Absent] = {}
    order_value, year = own.get("order_value"), own.get("orders_year")
    if order_value and year:
        ends = {end: getattr(order_value, end) * year.value / 4 for end in ("low", "value", "high")}
        quarter = replace(order_value, **ends)
        found["value_at_risk"] = _counted(times(quarter, margin, "value_at_risk"), year.n or 0)
    leaks_, imports_, moves_ = (tables.get(name) for name in ("leaks", "imports", "shop_moves"))
    if leaks_ is not None and len(leaks_) and {"tried", "bought_fen"} <= set(leaks_.columns):
        sums = leaks_[["seen", "tried", "added", "bought_fen"]].sum()
        each = float(sums["bought_fen"]) / 100 / max(float(sums["added"]), 1)
        value = Figure.exact(each, "contact_value", refs(leaks_))
        found |= {
            "leak_seen": Figure.exact(float(sums["seen"]), "leak_seen", refs(leaks_), int(sums["seen"])),
            "leak_added": share(sums["tried"], sums["seen"], "leak_added", leaks_),
            "hop_loss": share(sums["tried"] - sums["added"], sums["tried"], "hop_loss", leaks_),
            "contact_value": _counted(times(value, margin, "contact_value"), sums["added"]),
        }
    if imports_ is not None and len(imports_) and {"benefit_fen", "bought_fen"} <= set(imports_.columns):
        follows = float(imports_["follows"].sum())
        benefit, bought = (float(imports_[f"{one}_fen"].sum()) / 100 / max(follows, 1) for one in ("benefit", "bought"))
        value = Figure.exact(bought, "import_value", refs(imports_))
        found["benefit_cost"] = Figure.exact(benefit, "benefit_cost", refs(imports_), int(follows))
        found["import_value"] = _counted(times(value, margin, "import_value"), follows)
    if moves_ is not None and len(moves_) and order_value:
        movers = moves_[moves_["moved"].astype(str) == "yes"]
        for key, column in (("new_orders", "new_after"), ("mover_orders", "old_before")):
            total = float(movers[column].sum())
            found[key] = Figure.exact(total / MONTHS, key, refs(moves_), int(total))
        for key in ("new_contribution", "old_contribution"):
            found[key] = _counted(times(order_value, margin, key), movers["new_after"].sum())
    known = {symbol: one for symbol, one in found.items() if isinstance(one, Figure) and one.value > 0}
    return {symbol: one.at("value") for symbol, one in known.items()}  # points: their ranges stand in section playbook


def _counted(figure: Figure | Absent, n: float) -> Figure | Absent:
    return figure if isinstance(figure, Absent) else replace(figure, n=int(n))

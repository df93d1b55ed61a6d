"""Inputs of the live formulas: which assumption or fee rule of the report feeds each symbol."""

from dataclasses import dataclass
from functools import cached_property

from siyu.record import AssumptionEntry, FeeEntry
from siyu.render.report import Report
from siyu.routes import ROUTES

_FEES = {"fee": "platform", "payment": "payment"}


@dataclass(frozen=True)
class Input:
    """A symbol with its row: low, mode, high as the ledger has them."""

    symbol: str
    ref: str
    low: float
    mode: float
    high: float
    unit: str

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """What a case of one's own may hold: shares from 0 to 1, else a tenth to ten times of what is assumed."""
        if self.unit.startswith("ratio") and self.high <= 1:
            return 0.0, 1.0
        ends = (self.low / 10, self.low * 10, self.high / 10, self.high * 10)
        return min(ends), max(ends)


def bound(report: Report, symbols: list[str]) -> tuple[dict[str, Input], list[str]]:
    """(symbol -> input, symbols without exactly one row) for the category and day of the economics."""
    refs = {ref for finding in report.findings if "economics" in finding.feeds for ref in finding.sources}
    entries = [report.sources[ref] for ref in sorted(refs) if ref in report.sources]
    found, missing = {}, []
    for symbol in symbols:
        rows = _rows(symbol, [entry for entry in entries if isinstance(entry, AssumptionEntry | FeeEntry)])
        if len(rows) == 1:
            found[symbol] = Input(symbol, rows[0].ref, *rows[0].ends, rows[0].unit)
        else:
            missing.append(symbol)
    return found, missing


def _rows(symbol: str, entries: list[AssumptionEntry | FeeEntry]) -> list[AssumptionEntry | FeeEntry]:
    prefix, _, route = symbol.partition("_")
    rows = [one for one in entries if isinstance(one, AssumptionEntry) and _symbol(one) == symbol]
    if rows or prefix not in _FEES:
        return [*rows]
    rules = [one for one in entries if isinstance(one, FeeEntry) and _covers(one, route, _FEES[prefix])]
    most = max((_detail(one) for one in rules), default=0)
    return [one for one in rules if _detail(one) == most]


def _detail(rule: FeeEntry) -> int:
    """The rule that names the route goes first, then the one that names the form of its traffic."""
    return 2 * (rule.route != "all") + (rule.traffic_form != "all")


def _symbol(entry: AssumptionEntry) -> str:
    return entry.ref.partition(":")[2].partition(".")[0]


def _covers(rule: FeeEntry, route: str, kind: str) -> bool:
    about = ROUTES.get(route)
    if about is None or (rule.kind, rule.platform) != (kind, about.platform):
        return False
    return rule.route in (route, "all") and rule.traffic_form in (about.traffic_form, "all")

"""A client's own figures as inputs: what was measured replaces an assumption, or moves it while it is little.

From FEW events on, the sampling distribution stands for the input. Below, the assumption is updated: both are
taken as normal and weighed by their precision (Gelman et al. 2013, eq. 2.12).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from scipy.special import ndtri

from siyu.definitions import definition, registry
from siyu.economy import labels
from siyu.evidence.assumptions import Assumption, Assumptions
from siyu.evidence.fee_rule import OWN, FeeRule
from siyu.figure import Figure
from siyu.language import Language
from siyu.routes import ROUTES

FEW = 30
_TAIL, _SAMPLING = float(ndtri(0.95)), float(ndtri(0.975))
# Inputs that no assumption stands for: only a client has them.
VOLUMES = {"orders_year": "count", "people_year": "users", "fan_share": "ratio"}  # with their units
# And those that its own small tables measure, as the registry names them.
KEPT = ("leak_seen", "leak_added", "hop_loss", "contact_value", "import_value", "benefit_cost", "new_orders",
        "mover_orders", "new_contribution", "old_contribution", "value_at_risk")  # fmt: skip
# Routes whose orders a settlement tells apart.
CHARGED = ("douyin_shop", "douyin_card", "wechat_shop")


@dataclass(frozen=True)
class Own:
    """An input measured on the client's record. figure: as measured; prior: what was assumed, None for what nobody
    assumes; row: what the economics use."""

    symbol: str
    figure: Figure
    prior: Assumption | None
    row: Assumption

    @property
    def updated(self) -> bool:
        """Whether the assumption still has a say."""
        return self.prior is not None and few(self.figure)


@dataclass(frozen=True)
class OwnInputs:
    """What a subject brings into its economics. measured: symbol -> input. stated: symbol -> row of subject.yml.
    charged: route -> fee of its own settlement. platforms: of its orders. What was measured goes
    before what was stated."""

    measured: Mapping[str, Own] = field(default_factory=dict)
    stated: Mapping[str, Assumption] = field(default_factory=dict)
    charged: Mapping[str, Figure] = field(default_factory=dict)
    category: str = "all"
    platforms: Collection[str] = ()

    @property
    def rows(self) -> dict[str, Assumption]:
        """symbol -> the row that goes before the assumption."""
        return {**self.stated, **{symbol: one.row for symbol, one in self.measured.items()}}

    @cached_property
    def rules(self) -> list[FeeRule]:
        """The fees as rules, which go before all others."""
        return [_rule(route, figure, self.category) for route, figure in self.charged.items()]

    @property
    def fee_refs(self) -> tuple[str, ...]:
        """Source refs of the fees."""
        return tuple(f"fee:{rule.rule_id}" for rule in self.rules)

    @property
    def by_id(self) -> dict[str, Assumption]:
        """assumption_id -> row."""
        return {row.assumption_id: row for row in self.rows.values()}


def few(figure: Figure) -> bool:
    """Whether too few events stand behind a figure to replace an assumption."""
    return (figure.n or 0) < FEW


def measured(assumptions: Assumptions, category: str, figures: Mapping[str, Figure], as_of: date) -> dict[str, Own]:
    """symbol -> the input as measured; a row that the client put into its own assumptions.csv stays as it is."""
    return {
        symbol: _own(assumptions, category, symbol, figure, as_of)
        for symbol, figure in figures.items()
        if not assumptions.own & {symbol, f"{symbol}.{category}"}
    }


def stated(assumptions: Assumptions, facts: Mapping[str, float], as_of: date) -> dict[str, Assumption]:
    """symbol -> a row for what subject.yml says of the subject: 1 or 0 for yes or no, or a number."""
    return {
        symbol: _row(assumptions.get(symbol), symbol, (value, value, value), labels.MEASURED["stated"], as_of)
        for symbol, value in facts.items()
    }


def charged(rates: Iterable[tuple[str, str, Figure]]) -> dict[str, Figure]:
    """route -> fee of a client's settlement, from (platform, form of traffic, rate); of few orders, none."""
    routes = {(one.platform, one.traffic_form or "all"): key for key, one in ROUTES.items() if key in CHARGED}
    known = {routes[platform, form]: figure for platform, form, figure in rates if (platform, form) in routes}
    return {route: figure for route, figure in known.items() if not few(figure)}


def _rule(route: str, figure: Figure, category: str) -> FeeRule:
    low, high = _ends(figure.value, _error(figure))
    text = {code: _measured_text(figure, None, code) for code in ("en", "zh")}
    return FeeRule(
        line=0, rule_id=f"own_{route}", platform=ROUTES[route].platform, route=route, category=category,
        kind="platform", rate_low=low, rate_mode=figure.value, rate_high=high, valid_from=date.min, source=OWN,
        confidence="high", note=text["en"], note_zh=text["zh"],
    )  # fmt: skip


def _own(assumptions: Assumptions, category: str, symbol: str, figure: Figure, as_of: date) -> Own:
    prior = None if symbol in VOLUMES or symbol in KEPT else assumptions.get_for(symbol, category)
    centre, error = figure.value, _error(figure)
    if prior is not None and few(figure):
        centre, error = _weighed((prior.mode, (prior.high - prior.low) / 2 / _TAIL), (centre, error))
    low, high = _ends(centre, error)
    text = {code: _measured_text(figure, prior, code) for code in ("en", "zh")}
    return Own(symbol, figure, prior, _row(prior, symbol, (low, centre, high), text, as_of))


def _error(figure: Figure) -> float:
    """Standard error by the longer side of the interval: the other may end where the quantity does, as at 0."""
    return max(figure.high - figure.value, figure.value - figure.low) / _SAMPLING


def _weighed(prior: tuple[float, float], seen: tuple[float, float]) -> tuple[float, float]:
    """Mean and standard error of two normals for the same thing, by precision; one without error is certain."""
    for certain in (seen, prior):
        if not certain[1]:
            return certain
    weights = [1 / error**2 for _, error in (prior, seen)]
    centre = (prior[0] * weights[0] + seen[0] * weights[1]) / sum(weights)
    return centre, sum(weights) ** -0.5


def _ends(centre: float, error: float) -> tuple[float, float]:
    """5th and 95th percentiles of a normal, neither below 0."""
    return max(centre - _TAIL * error, 0.0), centre + _TAIL * error


def _row(
    prior: Assumption | None, symbol: str, ends: tuple[float, float, float], text: Mapping[str, str], as_of: date
) -> Assumption:
    low, mode, high = ends
    about = {"low": low, "mode": mode, "high": high, "family": "fixed" if low == high else "sampling", "group": None}
    about |= {"assumption_id": f"{symbol}.own", "source": OWN, "confidence": "high", "vintage": as_of.isoformat()}
    about |= {"rationale": text["en"], "rationale_zh": text["zh"]}
    if prior is not None:
        return prior.model_copy(update=about)
    named = registry().names[symbol] if symbol in KEPT else labels.VOLUMES[symbol]
    unit = definition(symbol).unit if symbol in KEPT else VOLUMES[symbol]
    return Assumption(line=0, name=named["en"], name_zh=named["zh"], platform="all", unit=unit, **about)


def _measured_text(figure: Figure, prior: Assumption | None, code: str) -> str:
    said: Mapping[str, Mapping[str, str]] = labels.MEASURED
    language, unit = Language(code), figure.unit
    seen = language.number(figure.value, unit)
    if figure.low < figure.high:
        seen = said["range"][code].format(value=seen, range=language.span(figure.low, figure.high, unit))
    text = said["seen"][code].format(value=seen, n=language.number(figure.n or 0))
    if prior is None:
        return text
    before = said["before"][code].format(prior=language.span(prior.low, prior.high, unit))
    return text + before + (said["little"][code] if few(figure) else "")

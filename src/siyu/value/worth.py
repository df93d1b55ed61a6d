"""What is known of a shop's customers in money, each part computed once: read by metrics and by the notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from siyu.figure import Absent, Figure, or_absent, refs_of
from siyu.orders.frames import Frames
from siyu.value import acquisition, actions, forecast, gate, observed
from siyu.value.acquisition import Cost, over, times
from siyu.value.labels import REFUSED
from siyu.value.observed import ENTRY_DAYS, Figures
from siyu.value.patrons import Earned, earned, mean_paid, patrons

# what a subject may say itself, by the field of `Assumed`: an id of its assumptions.csv
ROWS = {"share": "contribution_share", "cac": "cac", "conversion": "follower_conversion"}


@dataclass(frozen=True)
class Assumed:
    """What orders do not tell. share: contribution of a net yuan; cac: cost of a buyer; conversion: followers who
    become buyers; discount: price of money a year; each Absent where nobody can say."""

    share: Figure | Absent = Absent(("contribution_share",))  # noqa: RUF009 - nothing of it can change
    cac: Figure | Absent = Absent(("cac",))  # noqa: RUF009
    conversion: Figure | Absent = Absent(("follower_conversion",))  # noqa: RUF009
    discount: Figure = Figure(0, 0, 0, "ratio_per_year")  # noqa: RUF009


@dataclass(frozen=True)
class Worth:
    """Of one identity scope. k: smallest number of buyers shown; currency: of all money; ads: table of spend by day;
    beside: whether that is spent for another platform, whose buyers nothing links to these; given: cuts of classes, 0
    for the usual ones."""

    frames: Frames
    k: int = 0
    currency: str = "CNY"
    assumed: Assumed = field(default_factory=Assumed)
    ads: pd.DataFrame | None = None
    beside: bool = False
    given: actions.Cuts = actions.NOWHERE

    @cached_property
    def buyers(self) -> pd.DataFrame:
        """See `patrons`."""
        return patrons(self.frames)

    @cached_property
    def earned(self) -> Earned:
        """What first-time buyers have paid by days since."""
        return earned(self.frames)

    @cached_property
    def paid(self) -> observed.Paid:
        """The same within the windows."""
        return self.earned.within()

    @cached_property
    def observed(self) -> Figures:
        """See `observed.values`."""
        return observed.values(self.paid, self.frames, self.currency, self.k) if self.frames.buyers else {}

    @cached_property
    def horizon(self) -> int:
        """Days that enough first-time buyers have been followed for, 0 for none."""
        return observed.horizon(self.paid, self.k) if self.frames.buyers else 0

    @cached_property
    def curve(self) -> list[tuple[float, Figure]]:
        """Net sales a buyer by days, of those followed for the horizon."""
        return observed.curve(self.earned, self.horizon, self.frames, self.currency, self.k) if self.horizon else []

    @cached_property
    def entries(self) -> Mapping[str, Figures]:
        """See `observed.entries`."""
        return observed.entries(self.frames, self.currency, self.k)

    @cached_property
    def gate(self) -> gate.Gate:
        """The gate."""
        return gate.gate(self.frames, rows=self.buyers)

    @cached_property
    def forecasts(self) -> Figures:
        """expected_purchases_365d, p_alive, spend_per_purchase, new_buyer_365d; empty while the gate is closed."""
        discount = self.assumed.discount
        if (held := self.gate.believed) is None:
            return {}
        again, each = forecast.repeats(held.purchasing, discount.value), forecast.spend(held.spend)
        first = mean_paid(self.earned.within((0,))[1].sum(1)[:, 1:])
        estimates = {
            **forecast.outlook(held.purchasing, held.rows),
            "spend_per_purchase": each,
            "new_buyer_365d": forecast.new_buyer(first, again, each),
        }
        about = self.frames.buyers, self.frames, self.currency, self.k
        priced = {key: observed.priced(one, key, *about) for key, one in estimates.items()}
        if (new := priced["new_buyer_365d"]) is not None:
            priced["new_buyer_365d"] = replace(new, sources=refs_of(new, discount))
        return priced

    @property
    def days(self) -> Figure:
        """The horizon."""
        return Figure.exact(self.horizon, "days_followed", self.frames.sources)

    @property
    def value(self) -> Figure | Absent:
        """observed_value over the horizon."""
        return self.observed.get(f"observed_value_{self.horizon}d") or Absent(("observed_value",))

    @property
    def ltv(self) -> Figure | Absent:
        """ltv_365d: contribution of a new buyer in a year, by the models."""
        value = self.forecasts.get("new_buyer_365d")
        return Absent(("ltv_365d",)) if value is None else times(value, self.assumed.share, "ltv_365d", self.currency)

    @property
    def contribution(self) -> Figure | Absent:
        """customer_contribution: of a first-time buyer over the horizon, observed."""
        if not self.curve:
            return Absent(("observed_value",))
        value = self.value if isinstance(self.value, Figure) else self.curve[-1][1]
        return times(value, self.assumed.share, "customer_contribution", self.currency)

    @cached_property
    def cost(self) -> Cost:
        """What new buyers cost by the table of spend."""
        if not self.frames.buyers:
            return Cost(reason=REFUSED["nobody_new"])
        if self.beside and self.ads is not None:
            return Cost(reason=REFUSED["beside"])
        return acquisition.cost(self.ads, self.frames, self.currency, self.k)

    @property
    def cac(self) -> Figure | Absent:
        """As measured, else as assumed; refused spend gives neither."""
        if self.ads is not None or isinstance(self.assumed.cac, Absent):
            return self.cost.figures.get("cac", Absent(("cac",)))
        return replace(self.assumed.cac, unit=self.currency, definition="cac")

    @property
    def payback(self) -> tuple[Figure | None, bool]:
        """See `acquisition.payback`."""
        return acquisition.payback(self.curve, self.assumed.share, self.cac)

    @property
    def returns(self) -> dict[str, Figure | Absent]:
        """sales_roi and profit_roi over the horizon."""
        brought = {"sales_roi": self.value, "profit_roi": self.contribution}
        return {key: over(one, self.cac, key) for key, one in brought.items()}

    @property
    def limits(self) -> dict[str, Figure | Absent]:
        """Most that a buyer may cost: `all`, over the horizon; `half`, over half a year as by way in; a `follower`."""
        half = self.observed.get(f"observed_value_{ENTRY_DAYS}d") if self.horizon > ENTRY_DAYS else None
        ways = {way: figure for way, figure in self.entries.get("way", {}).items() if figure is not None}
        pairs: dict[str, tuple[Figure | Absent, Figure | Absent, str]] = {
            "all": (self.contribution, Figure(1, 1, 1, "ratio"), "cac_limit"),
            "follower": (self.contribution, self.assumed.conversion, "follower_limit"),
            "half": (or_absent(half, "observed_value"), self.assumed.share, "cac_limit"),
            **{way: (figure, self.assumed.share, "cac_limit") for way, figure in ways.items()},
        }
        return {name: acquisition.limit(*pair, self.currency) for name, pair in pairs.items()}

    @cached_property
    def standings(self) -> pd.DataFrame:
        """See `actions.standings`."""
        return actions.standings(self.buyers)

    @property
    def cuts(self) -> actions.Cuts:
        """Where classes part."""
        return actions.mean_cuts(self.standings).at(self.given)

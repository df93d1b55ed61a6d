"""Published and independently computed results, computed anew from the bundled data.

What was published stands in `data/reference/published.csv`. A row is ok when it agrees within the rounding of its
source; the null world within three standard deviations of one run, because its figures are those of one run.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from siyu.engines.tables import run
from siyu.estimates.survival import at_risk, log_hazard_ratio, survivors
from siyu.orders.counts import cohorts, first_gaps, histories, month_of
from siyu.orders.frames import Frames, opened
from siyu.orders.repurchase import Figures, between, in_window, retention, survival
from siyu.paths import data_dir
from siyu.scorecard import growth, reach, value

START, CUT, END = date(1997, 1, 1), date(1997, 9, 30), date(1998, 6, 30)
FIRST_HALF, SECOND_HALF = (START, date(1997, 6, 30)), (date(1997, 7, 1), date(1997, 12, 31))
_REFERENCE = data_dir() / "reference"
_COIN, _RUNS = 0.15, 200
_WORLD = (
    "ever-repeat of members", "ever-repeat of others", "90 days after the join purchase, members",
    "90 days after the same purchase, others", "GMV share of ever-members",
    "GMV share of members from the join order on",
)  # fmt: skip
Results = dict[str, float]


@dataclass(frozen=True)
class Score:
    """One published result and what is computed here."""

    name: str
    published: float
    computed: float
    tolerance: float
    source: str

    @property
    def ok(self) -> bool:
        """Whether they agree within the tolerance."""
        return abs(self.published - self.computed) <= self.tolerance

    def as_json(self) -> dict[str, Any]:
        """The record of `siyu scorecard --json`."""
        return asdict(self) | {"ok": self.ok}


def scorecard(master: Frames) -> list[Score]:
    """All rows, as they stand in the file. master: the bundled CDNOW subject as of its end, END."""
    days, published = _sample(), pd.read_csv(_REFERENCE / "published.csv")
    runs = np.array([_coins(days, np.random.default_rng([1_997, number])) for number in range(_RUNS)])
    worlds = {f"Null world: {name}": runs[:, at] for at, name in enumerate(_WORLD)}
    computed = {**_master(master), **_cohorts(master), **_repurchase(master), **_sample_counts(days)}
    computed |= {**_censoring(days), **_six_mp(), **_heart()}
    computed |= growth.results() | reach.results()
    computed |= value.results(_frames(days, CUT), days[days["day"] <= pd.Timestamp(CUT)])
    computed |= {name: float(runs.mean()) for name, runs in worlds.items()}
    spreads = {name: 3 * float(runs.std()) for name, runs in worlds.items()}
    names = published["result"]
    tolerances = names.map(spreads).fillna(published["tolerance"])
    rows = zip(names, published["published"], names.map(computed), tolerances, published["source"], strict=True)
    return [Score(*row) for row in rows]


def _master(master: Frames) -> Results:
    if master.orders is None:
        raise ValueError("the CDNOW subject has no orders")
    lines = master.orders
    same = lines.group_by(["buyer_id", "paid_at", "quantity", "paid_fen"]).aggregate(n=lines.count())
    sums = run(lines.aggregate(n=lines.count(), fen=lines.paid_fen.sum(), zero=(lines.paid_fen == 0).sum())).iloc[0]
    repeated = run(same.aggregate(n=(same.n - 1).sum())).iloc[0]
    found = {"orders": sums["n"], "customers": master.buyers, "zero-value rows": sums["zero"]}
    found |= {"exact duplicates": repeated["n"], "spend, USD": int(sums["fen"]) / 100}
    return _named("CDNOW master", found)


def _named(what: str, found: dict[str, Any]) -> Results:
    return {f"{what}: {name}": float(number) for name, number in found.items()}


def _cohorts(master: Frames) -> Results:
    buyers = cohorts(master).set_index(["cohort", "month"])["buyers"]
    found: Results = {}
    for month in (1, 2, 3):
        cohort = month_of(date(1997, month, 1))
        sizes = {"buyers": buyers[cohort, cohort], "back a month later": buyers[cohort, cohort + 1]}
        found |= _named(f"CDNOW cohort 1997-{month:02d}", sizes)
    march = [cell for cell in retention(master) if cell.cohort == date(1997, 3, 1)]
    blank = [cell.months for cell in march if cell.again is None]
    return found | _named("CDNOW cohort 1997-03", {"first blank month": min(blank), "blank months": len(blank)})


def _repurchase(master: Frames) -> Results:
    half = in_window(master, *FIRST_HALF) | {"return_purchase_rate": between(master, FIRST_HALF, SECOND_HALF)}
    return {**_shares("CDNOW 1997 first half", half), **_shares("CDNOW ever", in_window(master, START, END))}


def _shares(what: str, figures: Figures) -> Results:
    return _named(what, {key: figure.value for key, figure in figures.items() if figure is not None})


def _sample() -> pd.DataFrame:
    """Purchase days of the sample: buyer_id, day, paid_fen, purchase_no, days_to_next, days_from_previous, first_day,
    orders, net_fen."""
    rows = pd.read_csv(_REFERENCE / "cdnow_sample.csv", dtype=str)
    day = pd.to_datetime(rows["date"])
    fen = (rows["amount_usd"].astype(float) * 100).round().astype("int64")
    orders = pd.DataFrame({"buyer_id": rows["customer"].astype("int64") - 1, "day": day, "paid_fen": fen})
    by_day = orders.groupby(["buyer_id", "day"], as_index=False)
    days = by_day.agg(orders=("paid_fen", "size"), paid_fen=("paid_fen", "sum"))
    mine = days.groupby("buyer_id")["day"]
    number, first = mine.cumcount() + 1, mine.transform("min")
    to_next = (mine.shift(-1) - days["day"]).dt.days.astype("Int64")
    previous = mine.diff().dt.days.astype("Int64")
    return days.assign(
        net_fen=days["paid_fen"], purchase_no=number, days_to_next=to_next, days_from_previous=previous, first_day=first
    )


def _sample_counts(days: pd.DataFrame) -> Results:
    early, late = histories(_frames(days, CUT)), histories(_frames(days, END))
    repeats, all_repeats = ((table["frequency"] * table["buyers"]).sum() for table in (early, late))
    once = early.loc[early["frequency"] == 0, "buyers"].sum()
    found = {"customers": early["buyers"].sum(), "customers without a repeat": once, "repeat purchases": repeats}
    found |= {"repeat purchases in the holdout": all_repeats - repeats}
    found |= {"least T, weeks": early["T"].min() / 7, "greatest T, weeks": early["T"].max() / 7}
    return _named("CDNOW sample", found)


def _censoring(days: pd.DataFrame) -> Results:
    gaps = first_gaps(_frames(days, CUT), 270)
    corrected = {f"{window} days": survival(gaps, window).value for window in (30, 90, 180, 240, 270)}
    total = gaps.sum(0)
    naive = {f"{window} days": total[: window + 1, 1].sum() / total[:, 0].sum() for window in (240, 270)}
    return {**_named("CDNOW Kaplan-Meier", corrected), **_named("CDNOW without correction", naive)}


def _six_mp() -> Results:
    rows = pd.read_csv(_REFERENCE / "six_mp.csv")
    weeks = np.unique(rows["weeks"])
    arms = [rows[rows["arm"] == arm] for arm in ("placebo", "6-MP")]
    left = np.array([[(arm["weeks"] == week).sum() for week in weeks] for arm in arms])
    events = np.array([[((arm["weeks"] == week) & (arm["relapse"] == 1)).sum() for week in weeks] for arm in arms])
    curve = survivors(events, at_risk(left))[1]
    found = {f"week {week}": share for week, share in zip(weeks, curve, strict=True)}
    found["median, weeks"] = weeks[np.argmax(curve <= 0.5)]
    censored = [stats.CensoredData.right_censored(arm["weeks"], arm["relapse"] == 0) for arm in arms]
    log_rank = float(stats.logrank(*censored).statistic ** 2)  # Mantel 1966, as a chi-square
    return {**_named("6-MP Kaplan-Meier", found), "6-MP against placebo: log-rank": log_rank}


def _heart() -> Results:
    spells = pd.read_csv(_REFERENCE / "stanford_heart.csv")
    patients = spells.groupby("patient", as_index=False)[["stop", "event", "transplant"]].max()
    found = {"patients": len(patients), "deaths": spells["event"].sum(), "transplants": patients["transplant"].sum()}
    found["hazard ratio, ever transplanted"] = _hazard(patients.assign(start=0))
    return _named("Stanford heart", found | {"hazard ratio, time-varying": _hazard(spells)})


def _hazard(spells: pd.DataFrame) -> float:
    events, risk = [], []
    for day in np.unique(spells.loc[spells["event"] == 1, "stop"]):
        inside = spells[(spells["start"] < day) & (spells["stop"] >= day)]
        died = inside[(inside["stop"] == day) & (inside["event"] == 1)]
        events.append(np.bincount(died["transplant"], minlength=2))
        risk.append(np.bincount(inside["transplant"], minlength=2))
    return float(np.exp(log_hazard_ratio(np.array([events]), np.array([risk]))[0]))


def _coins(days: pd.DataFrame, random: np.random.Generator) -> list[float]:
    """Results of _WORLD where at each purchase day a buyer joins by a coin; nothing follows from it."""
    buyer, number = days["buyer_id"].to_numpy(), days["purchase_no"].to_numpy()
    heads = random.random(len(days)) < _COIN
    never = 10**6
    joined = pd.Series(np.where(heads, number, never)).groupby(buyer).transform("min").to_numpy()
    size = days.groupby("buyer_id")["day"].transform("size").to_numpy()
    first, member = number == 1, joined < never
    mature = (days["day"] + pd.Timedelta(days=90) <= pd.Timestamp(END)).to_numpy()
    again = (days["days_to_next"] <= 90).fillna(value=False).to_numpy(bool)
    here, apart = mature & (joined == number), mature & (joined > number)
    joiners = np.bincount(number[here], minlength=number.max() + 1)
    others = np.bincount(number[apart], minlength=len(joiners))
    of_others = np.bincount(number[apart], again[apart], len(joiners)) / np.maximum(others, 1)
    paid = days["paid_fen"].to_numpy() / days["paid_fen"].sum()
    return [
        float((size[first & member] > 1).mean()),
        float((size[first & ~member] > 1).mean()),
        float(again[here].mean()),
        float((joiners * of_others).sum() / joiners.sum()),
        float(paid[member].sum()),
        float(paid[joined <= number].sum()),
    ]


def _frames(days: pd.DataFrame, as_of: date) -> Frames:
    return opened(as_of, days.assign(**{name: days[name].dt.date for name in ("day", "first_day")}))

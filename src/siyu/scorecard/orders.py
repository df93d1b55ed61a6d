"""Published and independently computed results, computed anew from the bundled data.

A row is ok when it agrees within the rounding of its source; the null world within three standard deviations
of one run, because its figures are those of one run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from siyu.orders.counts import cohorts, first_gaps, histories, month_of
from siyu.orders.frames import Frames, opened, run
from siyu.orders.repurchase import between, in_window, retention, survival
from siyu.orders.survival import at_risk, log_hazard_ratio, log_rank, median_time, survivors
from siyu.paths import data_dir

START, CUT, END = date(1997, 1, 1), date(1997, 9, 30), date(1998, 6, 30)
FIRST_HALF, SECOND_HALF = (START, date(1997, 6, 30)), (date(1997, 7, 1), date(1997, 12, 31))
FADER_HARDIE = "Fader, Hardie, Lee 2005: CDNOW"
COUNTED = "CDNOW master file, independent count"
ONE_RUN = "null experiment on the CDNOW sample, one published run; tolerance: three standard deviations of a run"
_COIN, _RUNS = 0.15, 200


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
    """All rows. master: the bundled CDNOW subject as of its end, END."""
    days = _sample()
    return [
        *_master(master), *_cohorts(master), *_repurchase(master), *_sample_counts(days), *_censoring(days),
        *_six_mp(), *_heart(), *_null_world(days),
    ]  # fmt: skip


def _master(master: Frames) -> Iterator[Score]:
    if master.orders is None:
        raise ValueError("the CDNOW subject has no orders")
    lines = master.orders
    same = lines.group_by(["buyer_id", "paid_at", "quantity", "paid_fen"]).aggregate(n=lines.count())
    sums = run(lines.aggregate(n=lines.count(), fen=lines.paid_fen.sum(), zero=(lines.paid_fen == 0).sum())).iloc[0]
    repeated = run(same.aggregate(n=(same.n - 1).sum())).iloc[0]
    for name, published, computed in (
        ("orders", 69_659, sums["n"]), ("customers", 23_570, master.buyers), ("zero-value rows", 80, sums["zero"]),
        ("exact duplicates", 255, repeated["n"]),
    ):  # fmt: skip
        yield Score(f"CDNOW master: {name}", published, int(computed), 0, COUNTED)
    yield Score("CDNOW master: spend, USD", 2_500_315.63, int(sums["fen"]) / 100, 0.005, COUNTED)


def _cohorts(master: Frames) -> Iterator[Score]:
    buyers = cohorts(master).set_index(["cohort", "month"])["buyers"]
    for month, size, back in ((1, 7_846, 1_157), (2, 8_476, 1_312), (3, 7_248, 1_032)):
        cohort = month_of(date(1997, month, 1))
        yield Score(f"CDNOW cohort 1997-{month:02d}: buyers", size, int(buyers[cohort, cohort]), 0, COUNTED)
        yield Score(
            f"CDNOW cohort 1997-{month:02d}: back a month later", back, int(buyers[cohort, cohort + 1]), 0, COUNTED
        )
    march = [cell for cell in retention(master) if cell.cohort == date(1997, 3, 1)]
    blank = [cell.months for cell in march if cell.again is None]
    yield Score("CDNOW cohort 1997-03: first blank month", 16, min(blank), 0, COUNTED)
    yield Score("CDNOW cohort 1997-03: blank months", 2, len(blank), 0, COUNTED)


def _repurchase(master: Frames) -> Iterator[Score]:
    published = {"repurchase_rate": 0.3403, "repurchase_rate_orders": 0.3480, "repeat_order_share": 0.4324,
                 "repeat_buyer_gmv_share": 0.6690}  # fmt: skip
    found = in_window(master, *FIRST_HALF)
    found["return_purchase_rate"] = between(master, FIRST_HALF, SECOND_HALF)
    ever = in_window(master, START, END)
    for key, value in (published | {"return_purchase_rate": 0.2724}).items():
        yield _rate(f"CDNOW 1997 first half: {key}", value, found[key])
    yield _rate("CDNOW ever: repurchase_rate", 0.4886, ever["repurchase_rate"])
    yield _rate("CDNOW ever: repurchase_rate_orders", 0.4948, ever["repurchase_rate_orders"])


def _rate(name: str, published: float, figure: Any) -> Score:
    return Score(name, published, figure.value, 5e-5, COUNTED)


def _sample() -> pd.DataFrame:
    """Purchase days of the sample: buyer_id, day, paid_fen, purchase_no, days_to_next, first_day, orders, net_fen."""
    rows = pd.read_csv(data_dir() / "reference" / "cdnow_sample.csv", dtype=str)
    day = pd.to_datetime(rows["date"])
    fen = (rows["amount_usd"].astype(float) * 100).round().astype("int64")
    orders = pd.DataFrame({"buyer_id": rows["customer"].astype("int64") - 1, "day": day, "paid_fen": fen})
    by_day = orders.groupby(["buyer_id", "day"], as_index=False)
    days = by_day.agg(orders=("paid_fen", "size"), paid_fen=("paid_fen", "sum"))
    mine = days.groupby("buyer_id")["day"]
    to_next = (mine.shift(-1) - days["day"]).dt.days.astype("Int64")
    return days.assign(
        net_fen=days["paid_fen"], purchase_no=mine.cumcount() + 1, days_to_next=to_next, first_day=mine.transform("min")
    )


def _sample_counts(days: pd.DataFrame) -> Iterator[Score]:
    early = histories(_frames(days, CUT))
    late = histories(_frames(days, END))
    repeats, all_repeats = ((table["frequency"] * table["buyers"]).sum() for table in (early, late))
    for name, published, computed in (
        ("customers", 2_357, early["buyers"].sum()),
        ("customers without a repeat", 1_411, early.loc[early["frequency"] == 0, "buyers"].sum()),
        ("repeat purchases", 2_457, repeats), ("repeat purchases in the holdout", 1_882, all_repeats - repeats),
    ):  # fmt: skip
        yield Score(f"CDNOW sample: {name}", published, int(computed), 0, FADER_HARDIE)
    for name, weeks, age in (("least", 27.0, early["T"].min()), ("greatest", 38.86, early["T"].max())):
        yield Score(f"CDNOW sample: {name} T, weeks", weeks, float(age) / 7, 0.005, FADER_HARDIE)


def _censoring(days: pd.DataFrame) -> Iterator[Score]:
    source = "CDNOW sample cut at 1997-09-30, independent computation"
    gaps = first_gaps(_frames(days, CUT), 270)
    for window, published in ((30, 0.1739), (90, 0.2915), (180, 0.3763), (240, 0.4060), (270, 0.4318)):
        yield Score(f"CDNOW Kaplan-Meier: {window} days", published, survival(gaps, window).value, 5e-5, source)
    total = gaps.sum(0)
    for window, published in ((240, 0.3984), (270, 0.4014)):
        naive = total[: window + 1, 1].sum() / total[:, 0].sum()
        yield Score(f"CDNOW without correction: {window} days", published, float(naive), 5e-5, source)


def _six_mp() -> Iterator[Score]:
    source = "Freireich 1963; Kaplan-Meier as in Kleinbaum and Klein"
    rows = pd.read_csv(data_dir() / "reference" / "six_mp.csv")
    weeks = np.unique(rows["weeks"])
    arms = [rows[rows["arm"] == arm] for arm in ("placebo", "6-MP")]
    left = np.array([[(arm["weeks"] == week).sum() for week in weeks] for arm in arms])
    events = np.array([[((arm["weeks"] == week) & (arm["relapse"] == 1)).sum() for week in weeks] for arm in arms])
    risk = at_risk(left)
    curve = survivors(events, risk)[1]
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for week, share in published.items():
        yield Score(f"6-MP Kaplan-Meier: week {week}", share, float(curve[weeks == week][0]), 5e-4, source)
    yield Score("6-MP Kaplan-Meier: median, weeks", 23, median_time(weeks, curve), 0, source)
    yield Score("6-MP against placebo: log-rank", 16.793, log_rank(events, risk), 5e-4, source)


def _heart() -> Iterator[Score]:
    source = "Crowley and Hu 1977; Cox model, ties after Efron"
    spells = pd.read_csv(data_dir() / "reference" / "stanford_heart.csv")
    patients = spells.groupby("patient", as_index=False).agg(
        stop=("stop", "max"), event=("event", "max"), transplant=("transplant", "max")
    )
    for name, published, computed in (
        ("patients", 103, len(patients)), ("deaths", 75, spells["event"].sum()),
        ("transplants", 69, patients["transplant"].sum()),
    ):  # fmt: skip
        yield Score(f"Stanford heart: {name}", published, int(computed), 0, source)
    yield Score(
        "Stanford heart: hazard ratio, ever transplanted", 0.266, _hazard(patients.assign(start=0)), 5e-4, source
    )
    yield Score("Stanford heart: hazard ratio, time-varying", 1.136, _hazard(spells), 5e-4, source)


def _hazard(spells: pd.DataFrame) -> float:
    events, risk = [], []
    for day in np.unique(spells.loc[spells["event"] == 1, "stop"]):
        inside = spells[(spells["start"] < day) & (spells["stop"] >= day)]
        died = inside[(inside["stop"] == day) & (inside["event"] == 1)]
        events.append(np.bincount(died["transplant"], minlength=2))
        risk.append(np.bincount(inside["transplant"], minlength=2))
    return float(np.exp(log_hazard_ratio(np.array([events]), np.array([risk]))[0]))


def _null_world(days: pd.DataFrame) -> Iterator[Score]:
    """At each purchase day a buyer joins by a coin; nothing follows from it. Means over many such worlds."""
    published = {
        "ever-repeat of members": 0.733,
        "ever-repeat of others": 0.379,
        "90 days after the join purchase, members": 0.402,
        "90 days after the same purchase, others": 0.411,
        "GMV share of ever-members": 0.557,
        "GMV share of members from the join order on": 0.397,
    }
    runs = np.array([_coins(days, np.random.default_rng([1_997, number])) for number in range(_RUNS)])
    for (name, value), mean, spread in zip(published.items(), runs.mean(0), runs.std(0), strict=True):
        yield Score(f"Null world: {name}", value, float(mean), 3 * float(spread), ONE_RUN)


def _coins(days: pd.DataFrame, random: np.random.Generator) -> list[float]:
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
    columns = {name: days[name].dt.date for name in ("day", "first_day")}
    return opened(as_of, days.assign(**columns))

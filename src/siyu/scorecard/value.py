"""Published results on what customers are worth, computed anew: purchase and spend models, retention, batches."""

import numpy as np
import pandas as pd
from scipy.special import betaln, digamma

from siyu.estimates.likelihood import Derived, Fitted, fitted, trigamma
from siyu.estimates.sampling import Floats
from siyu.models import chain
from siyu.orders.counts import histories
from siyu.orders.frames import Frames
from siyu.value.bg_nbd import BG, MBG, BetaGeometric
from siyu.value.fitting import Histories, of_rows
from siyu.value.pareto_nbd import PARETO, ParetoNbd
from siyu.value.spend import GAMMA_GAMMA, GammaGamma, Spending
from siyu.value.trials import Posterior, better, newsvendor

Results = dict[str, float]
WEEK, CALIBRATION = 7, 272 / 7  # days; weeks from the first day of the sample to its cut
# of a thousand customers who stay in years 0 to 7 (Fader and Hardie 2007)
STAYED = {"Regular": (1000, 631, 468, 382, 326, 289, 262, 241), "High End": (1000, 869, 743, 653, 593, 551, 517, 491)}
# customers 1 to 4 years after an order: chance of one, and what that year brings (Pfeifer and Carraway 2000)
RECENCY, MARGIN, CONTACT, INTEREST = (0.3, 0.2, 0.15, 0.05), 40.0, 4.0, 0.2


def results(early: Frames, days: pd.DataFrame) -> Results:
    """name -> number. early: the CDNOW sample until its cut; days: its purchase days until then."""
    rows = histories(early)
    weeks = Histories(*(rows[name].to_numpy(float) for name in ("frequency", "recency", "T", "buyers"))).in_units(WEEK)
    bg, pareto = BG.fit(weeks), PARETO.fit(weeks)
    spend = _spending(days)
    money = GAMMA_GAMMA.fit(spend)
    found = {**_estimates("CDNOW Gamma-Gamma", money), "CDNOW Gamma-Gamma: buyers": float(spend.w.sum())}
    found |= _estimates("CDNOW BG/NBD", bg) | _estimates("CDNOW MBG/NBD", MBG.fit(weeks))
    found |= _estimates("CDNOW Pareto/NBD", pareto) | _forecasts(bg, pareto, weeks)
    return found | _lifetime(bg, money, days) | _retention() | _chain() | _trials()


def _spending(days: pd.DataFrame) -> Spending:
    repeats = days[days["purchase_no"] > 1].groupby("buyer_id")["paid_fen"].agg(["size", "mean"])
    return Spending(repeats["size"].to_numpy(float), repeats["mean"].to_numpy(float) / 100, np.ones(len(repeats)))


def _estimates(name: str, found: Fitted[BetaGeometric] | Fitted[ParetoNbd] | Fitted[GammaGamma]) -> Results:
    values = {f"{name}: {key}": value for key, value in zip(found.model.names, found.values, strict=True)}
    errors = {f"{name}: error of {key}": error for key, error in zip(found.model.names, found.errors, strict=True)}
    return {**values, **errors, f"{name}: log-likelihood": found.log_likelihood}


def _forecasts(bg: Fitted[BetaGeometric], pareto: Fitted[ParetoNbd], weeks: Histories) -> Results:
    new = of_rows([0], [0], [0])
    known, often = of_rows([2], [30.43], [38.86]), of_rows([26], [30.86], [31])
    first = {f"CDNOW BG/NBD: purchases in {t} weeks": bg.model.expected(bg.values, t, new) for t in (1, 3, 32)} | {
        "CDNOW BG/NBD: 39-week expectation, x 2, t_x 30.43": bg.model.expected(bg.values, 39, known),
        "CDNOW Pareto/NBD: P(alive), x 26, t_x 30.86": pareto.model.alive(pareto.values, often),
        "CDNOW Pareto/NBD: 52-week expectation, x 26, t_x 30.86": pareto.model.expected(pareto.values, 52, often),
    }
    found = {name: float(one[0]) for name, one in first.items()}
    zero = np.zeros(len(weeks.x))
    for week in (20, 25):  # of all who had come by then
        left = np.maximum(weeks.T - (CALIBRATION - week), 0)
        per_buyer = pareto.model.expected(pareto.values, left, Histories(zero, zero, zero, weeks.w))
        found[f"CDNOW Pareto/NBD: repeats by week {week}"] = float(weeks.w @ per_buyer)
    return found


def _lifetime(bg: Fitted[BetaGeometric], money: Fitted[GammaGamma], days: pd.DataFrame) -> Results:
    """The value that a README prints: T is in weeks, but its months are thirty of them; and twelve real months."""
    by = days.groupby("buyer_id")["day"]
    first, last, x = by.min(), by.max(), np.asarray(by.size() - 1, float)
    cut = days["day"].max()
    ones = np.ones(len(x))
    each = Histories(x, (last - first).dt.days.to_numpy() / WEEK, (cut - first).dt.days.to_numpy() / WEEK, ones)
    mean = days[days["purchase_no"] > 1].groupby("buyer_id")["paid_fen"].mean().reindex(first.index).fillna(0) / 100
    spend = money.model.expected(money.values, x, mean.to_numpy(float))
    found = {"CDNOW Gamma-Gamma: first customer": spend[0], "CDNOW Gamma-Gamma: sixth customer": spend[5],
             "CDNOW Gamma-Gamma: mean conditional value": spend.mean()}  # fmt: skip
    for name, month in (("months of 30 weeks", 30.0), ("real months", 4.345)):
        ahead = np.array([bg.model.expected(bg.values, month * at, each) for at in range(13)])
        worth = np.diff(ahead, axis=0) * spend / 1.01 ** np.arange(1, 13)[:, None]
        found[f"CDNOW value of 12 months, thousand USD, {name}"] = worth.sum() / 1000
    return {name: float(number) for name, number in found.items()}


class ShiftedBetaGeometric:
    """sBG: each year a customer leaves with a beta chance of their own (Fader and Hardie 2007)."""

    names = ("alpha", "beta")

    def fit(self, stayed: tuple[int, ...]) -> Fitted["ShiftedBetaGeometric"]:
        """By maximum likelihood, of customers who stayed year by year."""
        years, n = np.arange(1, len(stayed)), float(stayed[0])
        counts = np.array([*-np.diff(stayed), stayed[-1], -n])  # who left in each year, who did not, all

        def objective(values: Floats) -> Derived:
            a, b = values[0] + [*np.ones(len(years)), 0, 0], values[1] + [*years - 1, years[-1], 0]
            first, second = ([counts @ of(one) for one in (a, b, a + b)] for of in (digamma, trigamma))
            slope = np.array(first[:2]) - first[2]
            return float(counts @ betaln(a, b)), slope, np.diag(second[:2]) - second[2]

        return fitted(self, objective, np.zeros(2), n, 0.0, np.ones(2))


def _retention() -> Results:
    found: Results = {}
    for name, stayed in STAYED.items():
        one = ShiftedBetaGeometric().fit(stayed)
        found |= {f"sBG {name}: {key}": value for key, value in zip(one.model.names, one.values, strict=True)}
        found[f"sBG {name}: log-likelihood"] = one.log_likelihood
    return found


def _chain() -> Results:
    """Value by years since the last order, when everybody is written to who is not lost."""
    states = len(RECENCY) + 1
    chances = np.zeros((states, states))
    for at, p in enumerate(RECENCY):
        chances[at, 0], chances[at, at + 1] = p, 1 - p
    chances[-1, -1] = 1
    brought = np.array([MARGIN - CONTACT, *[-CONTACT] * (states - 2), 0.0])
    worth = chain.worth(chances, brought, INTEREST)
    return {f"Markov chain of recency: value in state {at + 1}": float(value) for at, value in enumerate(worth[:-1])}


def _trials() -> Results:
    hammer = newsvendor(3_192, 1_181, 180, 110, 90)
    return {
        "Newsvendor, Hammer 3/2: critical ratio": hammer.ratio, "Newsvendor, Hammer 3/2: batch": round(hammer.quantity),
        "Testers, 120 of 200 against 100 of 200: P(A > B)": better(Posterior(120, 200), Posterior(100, 200)),
    }  # fmt: skip

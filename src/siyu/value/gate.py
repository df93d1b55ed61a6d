"""The gate: whether a model of purchases may be believed of this shop before any prediction is printed.

It is fitted on the first two thirds of the record and held against the rest. The log score of a model there is
log L(whole history) - log L(history until the cut), a buyer: the density of what then happened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite, nan
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from siyu.engines.tables import Ints
from siyu.estimates.likelihood import Fitted
from siyu.orders.counts import histories
from siyu.orders.frames import Frames
from siyu.value import patrons
from siyu.value.bg_nbd import BG, MBG, BetaGeometric
from siyu.value.fitting import Histories
from siyu.value.pareto_nbd import PARETO, ParetoNbd
from siyu.value.spend import GAMMA_GAMMA, GammaGamma
from siyu.verdict import Check

Purchasing = Fitted[BetaGeometric] | Fitted[ParetoNbd]
Given = TypeVar("Given")
Made = TypeVar("Made")
MODELS: tuple[BetaGeometric | ParetoNbd, ...] = (BG, MBG, PARETO)  # the first wins a tie
REPEAT_BUYERS, GAPS, HOLDOUT, ERROR, CORRELATION, LEVEL = 100, 2.0, 0.5, 0.10, 0.25, 0.01
TIE = 1e-4  # log score a buyer below which two models are alike
COHORTS = (365, 180, 90)  # days that cohorts are compared after, where two are old enough


@dataclass(frozen=True)
class Candidate:
    """A model fitted on the calibration. score: log score a buyer in the holdout; error: predicted over actual repeat
    purchases there, minus one; both nan where it cannot be fitted."""

    key: str
    score: float
    error: float
    fitted: Purchasing | None


@dataclass(frozen=True)
class Believed:
    """The chosen model and Gamma-Gamma, and the `patrons` of the whole record that both are fitted on."""

    purchasing: Purchasing
    spend: Fitted[GammaGamma]
    rows: pd.DataFrame


@dataclass(frozen=True)
class Gate:
    """checks: of `labels.CHECKS`, in their order. candidates: in the order of MODELS. cut: last day of the calibration.

    whole: None where a model cannot be fitted on the whole record."""

    checks: tuple[Check, ...]
    candidates: tuple[Candidate, ...]
    cut: date
    whole: Believed | None = None

    @property
    def believed(self) -> Believed | None:
        """What predictions may be printed of; None while the gate is closed."""
        return None if self.failed else self.whole

    @property
    def failed(self) -> tuple[str, ...]:
        """Keys of the checks that keep it closed."""
        return tuple(check.key for check in self.checks if not check.passed)

    @property
    def chosen(self) -> Candidate | None:
        """The candidate with the best log score, BG/NBD where others are no better."""
        return _best(self.candidates)


def gate(frames: Frames, cut: date | None = None, rows: pd.DataFrame | None = None) -> Gate:
    """The gate of one identity scope. cut: last day of the calibration, default two thirds into the record; rows: its
    `patrons`, where they are counted already."""
    days = (frames.as_of - frames.first_day).days
    cut = cut or frames.as_of - timedelta(days=-(-days // 3))
    held, seen = (frames.as_of - cut).days, (cut - frames.first_day).days
    rows = (patrons.patrons(frames) if rows is None else rows) if frames.buyers and not frames.missing else None
    candidates = _candidates(frames, rows, cut, held) if rows is not None else ()
    best = _best(candidates)
    fit: Callable[[Histories], Purchasing] | None = best.fitted.model.fit if best and best.fitted else None
    spending = _possible(patrons.spending, rows)
    spend = _possible(GAMMA_GAMMA.fit, spending)
    fitted = _possible(fit, patrons.histories_of(rows)) if fit and rows is not None else None
    believed = Believed(fitted, spend, rows) if fitted and spend and rows is not None else None
    repeat = float(rows.loc[rows["frequency"] > 0, "buyers"].sum()) if rows is not None else nan
    gap = patrons.median_gap(frames) if frames.buyers else nan
    error = abs(best.error) if best and fitted else nan
    related, least = abs(spending.correlation()) if spending else nan, spend.parameter("q").low if spend else nan
    alike = _alike(patrons.cohort_rates(frames, COHORTS)) if frames.buyers else nan
    found = {
        "whole_record": (float(len(frames.missing)), 0.0, not frames.missing),
        "repeat_buyers": (repeat, REPEAT_BUYERS, repeat >= REPEAT_BUYERS),
        "calibration": (seen / gap if gap > 0 else nan, GAPS, gap > 0 and seen >= GAPS * gap),
        "holdout": (held / seen if seen > 0 else nan, HOLDOUT, seen > 0 and held >= HOLDOUT * seen),
        "error": (error, ERROR, error <= ERROR),
        "correlation": (related, CORRELATION, related < CORRELATION),
        # at 1 and below, spend has no mean
        "spend": (least, 1.0, least > 1),
        "cohorts": (alike, LEVEL, alike > LEVEL),
    }
    return Gate(tuple(Check(key, *one) for key, one in found.items()), candidates, cut, believed)


def _possible(make: Callable[[Given], Made], given: Given | None) -> Made | None:
    """None where it cannot be made: the page lists a model without a score, the checks on spend say so."""
    try:
        return None if given is None else make(given)
    except ValueError:  # nobody came back, an amount below zero, all spend equal, no maximum
        return None


def _best(candidates: tuple[Candidate, ...]) -> Candidate | None:
    top = max((one.score for one in candidates if isfinite(one.score)), default=nan)
    return next((one for one in candidates if isfinite(one.score) and one.score >= top - TIE), None)


def _candidates(frames: Frames, rows: pd.DataFrame, cut: date, held: int) -> tuple[Candidate, ...]:
    before = histories(frames.until(cut))
    if before.empty or held < 1:
        return ()
    early, late = (patrons.histories_of(one) for one in (before, rows[rows["T"] >= held]))
    return tuple(_candidate(model, early, late, held) for model in MODELS)


def _candidate(model: BetaGeometric | ParetoNbd, early: Histories, late: Histories, held: int) -> Candidate:
    fit: Callable[[Histories], Purchasing] = model.fit
    fitted = _possible(fit, early)
    predicted = float(early.w @ model.expected(fitted.values, held, early)) if fitted else nan
    if fitted is None or not isfinite(predicted):  # a pace that all share: parameters without end foretell no number
        return Candidate(model.key, nan, nan, None)
    score = (model.log_likelihood(fitted.values, late) - fitted.log_likelihood) / early.buyers
    actual = late.repeats - early.repeats
    return Candidate(model.key, score, predicted / actual - 1 if actual else nan, fitted)


def _alike(cohorts: dict[int, Ints]) -> float:
    """p that monthly cohorts buy again alike: the smallest of the windows with two cohorts, times their number."""
    found = [_homogeneous(n, again) for n, again in cohorts.values() if len(n) > 1]
    return min(min(found) * len(found), 1.0) if found else nan


def _homogeneous(n: Ints, again: Ints) -> float:
    """p of Pearson's chi-square of equal shares."""
    share = again.sum() / n.sum()
    if share in (0, 1):
        return 1.0
    square = float(((again - n * share) ** 2 / (n * share * (1 - share))).sum())
    return float(chdtrc(len(n) - 1, square))


def track(frames: Frames, found: Gate, points: int = 26) -> pd.DataFrame | None:
    """Cumulative repeat purchases of buyers known at the cut, `actual` and `expected` by the model fitted until then,
    by days since the first day, that of the cut included; None without a model."""
    if found.chosen is None or found.chosen.fitted is None:
        return None
    at_cut = (found.cut - frames.first_day).days
    firsts, repeats = patrons.repeats_by_day(frames, at_cut)
    days = np.unique(np.append(np.linspace(0, len(firsts) - 1, points).round().astype(np.int64), at_cut))
    fitted, zero = found.chosen.fitted, np.zeros(len(firsts))
    new = Histories(zero, zero, zero, np.ones(len(firsts)))
    per_buyer = fitted.model.expected(fitted.values, np.arange(len(firsts), dtype=float), new)
    expected = np.array([firsts[: day + 1] @ per_buyer[day - np.arange(day + 1)] for day in days])
    return pd.DataFrame({"actual": repeats.cumsum()[days].astype(float), "expected": expected}, index=days)

"""The gate opens where the past tells of the future, and closes where it does not."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from siyu.observed import Span
from siyu.own_data import Holdings
from siyu.subjects import load_subject
from siyu.value import gate
from siyu.value.bg_nbd import BG, BetaGeometric
from siyu.value.labels import CHECKS, CLOSED

DAYS = 540


def failed(shops, rows, spend=None, **more):
    return gate.gate(shops.frames(rows, DAYS, spend, **more)).failed


@pytest.fixture(scope="module")
def steady(shops):
    random = np.random.default_rng([15, 3])
    rows = shops.lives(random, 4_000, DAYS).sort_values(["buyer", "day"], ignore_index=True)
    return rows, shops.gamma_spend(random, rows)


def test_a_shop_of_the_model_opens_it(shops, steady):
    rows, spend = steady
    found = gate.gate(shops.frames(rows, DAYS, spend))
    assert found.believed
    assert [check.key for check in found.checks] == [*CHECKS] == [*CLOSED]
    assert found.chosen.key in ("bg_nbd", "mbg_nbd")
    assert abs(found.chosen.error) < 0.1
    assert found.believed.spend.parameter("q").low < 4 < found.believed.spend.parameter("q").high


def test_cdnow_opens_it():
    about = load_subject("cdnow")
    found = gate.gate(Holdings.of(about, about.as_of).every())
    assert found.failed == ()
    assert found.chosen.key == "pareto_nbd"
    assert abs(found.chosen.error) == pytest.approx(0.019, abs=1e-3)
    # as a search without derivatives (scipy's Nelder-Mead) finds them
    assert found.believed.spend.parameter("gamma").value == pytest.approx(2125.223, rel=1e-6)


def test_a_growing_shop_closes_it(shops):
    rows = shops.lives(np.random.default_rng([15, 4]), 4_000, DAYS, pace=lambda day: 0.6 + 2.4 * day / DAYS)
    assert {"error", "cohorts"} & set(failed(shops, rows))


def test_a_seasonal_shop_closes_it(shops):
    rows = shops.lives(np.random.default_rng([15, 5]), 4_000, DAYS, pace=lambda day: 4.0 if day >= 460 else 0.7)
    assert "error" in failed(shops, rows)


def test_spend_that_goes_with_frequency_closes_it(shops, steady):
    rows, _ = steady
    often = rows.groupby("buyer")["day"].transform("size").to_numpy()
    noise = np.random.default_rng([15, 6]).gamma(9, 1 / 9, len(rows))
    assert "correlation" in failed(shops, rows, (3_000 * often * noise).astype(np.int64) + 1)


def test_equal_zero_and_negative_spend_close_it(shops, steady):
    rows, _ = steady
    for fen in (10_000, 0, -500):
        assert "spend" in failed(shops, rows, np.full(len(rows), fen))


def test_few_repeat_buyers_one_cohort_and_a_short_record_close_it(shops, steady):
    rows, _ = steady
    assert "repeat_buyers" in failed(shops, rows[rows["buyer"] < 60])
    assert "cohorts" in failed(shops, rows[rows.groupby("buyer")["day"].transform("min") < 30])
    assert set(failed(shops, rows.groupby("buyer", as_index=False)["day"].min())) >= {"repeat_buyers", "error", "spend"}
    short = gate.gate(shops.frames(rows, DAYS), cut=shops.START + timedelta(days=420))
    assert "holdout" in short.failed


def test_a_record_with_gaps_closes_it(shops, steady):
    rows, spend = steady
    end = shops.START + timedelta(days=DAYS - 1)
    spans = {"douyin": Span(shops.START, end, (shops.START.replace(month=4),))}
    found = gate.gate(shops.frames(rows, DAYS, spend, spans=spans))
    assert found.failed[0] == "whole_record"
    assert found.whole is None


def test_a_model_that_fits_no_more_than_the_calibration_closes_it(shops, steady, monkeypatch):
    rows, spend = steady
    fit = BetaGeometric.fit

    def early(self, held):
        if held.T.max() > 0.8 * DAYS:
            raise ValueError("no maximum")
        return fit(self, held)

    monkeypatch.setattr(gate, "MODELS", (BG,))
    assert failed(shops, rows, spend) == ()
    monkeypatch.setattr(BetaGeometric, "fit", early)
    assert failed(shops, rows, spend) == ("error",)


def test_nobody_at_all_closes_it(shops):
    nobody = shops.frames(pd.DataFrame({"buyer": [0], "day": [3]}), DAYS)
    found = gate.gate(nobody)
    assert found.believed is None
    assert not found.candidates or found.chosen is None


def test_a_faulty_model_is_found_out(shops, steady, monkeypatch):
    """A planted fault: expectations that are a quarter too high."""
    rows, spend = steady
    real = type(gate.BG).expected
    monkeypatch.setattr(type(gate.BG), "expected", lambda self, *given: 1.25 * real(self, *given))
    monkeypatch.setattr(gate, "MODELS", (gate.BG, gate.MBG))
    assert "error" in failed(shops, rows, spend)


def test_the_track_ends_where_the_record_does(shops, steady):
    frames = shops.frames(steady[0], DAYS, steady[1])
    found = gate.gate(frames)
    line = gate.track(frames, found)
    known = steady[0].groupby("buyer")["day"].transform("min") <= (found.cut - frames.first_day).days
    actual, expected = line.iloc[-1]
    assert actual == known.sum() - steady[0]["buyer"][known].nunique()
    assert expected == pytest.approx(actual, rel=0.1)
    assert (np.diff(line.expected) >= 0).all()


def test_a_model_that_foretells_no_number_is_none(shops, monkeypatch):
    """One month of buyers of one pace has parameters without end, of which BG/NBD expects nan."""
    random = np.random.default_rng([15, 8])
    rows = shops.lives(random, 300, 60, r=30.0, alpha=300.0, a=0.02, b=50.0)
    monkeypatch.setattr(BetaGeometric, "expected", lambda self, values, t, h, p=None: np.full(len(h.x), np.nan))
    frames = shops.frames(rows, 60)
    found = gate.gate(frames)
    assert [one.key for one in found.candidates if one.fitted] == ["pareto_nbd"]
    assert np.isfinite(gate.track(frames, found).to_numpy()).all()

"""A few cells of the table of `make calibrate`: claims where nothing happens, and where something does."""

import pytest
from scipy import stats

LEVEL = 0.001  # of a failure by chance, a cell


def cell(verdicts, name, buyers, runs):
    row = next(row for row in verdicts.WORLDS if row.name == name)
    return verdicts.claimed(row, buyers, runs)


@pytest.mark.parametrize(
    ("name", "buyers", "runs"),
    [
        ("coin", 1_126, 100),
        ("selection, tilt 1", 1_126, 200),
        ("selection, tilt 2", 2_000, 100),
        ("season", 1_126, 100),
    ],
)
def test_steady_habits_are_seldom_called_more(verdicts, name, buyers, runs):
    claims = cell(verdicts, name, buyers, runs)
    assert stats.binomtest(claims, runs, verdicts.POOLED, alternative="greater").pvalue > LEVEL


@pytest.mark.parametrize(
    ("name", "buyers", "power"), [("+6 points (× 1.38)", 5_000, 0.86), ("+12 points (× 1.95)", 1_126, 0.87)]
)
def test_planted_effects_are_found_as_often_as_first_measured(verdicts, name, buyers, power):
    assert stats.binomtest(cell(verdicts, name, buyers, 40), 40, power).pvalue > LEVEL


def test_a_rule_that_only_asked_for_a_difference_would_fail(verdicts, monkeypatch):
    monkeypatch.setattr(verdicts, "beyond", lambda difference, *_: difference.low > 0)
    claims = cell(verdicts, "selection, tilt 1", 1_126, 40)
    assert stats.binomtest(claims, 40, verdicts.POOLED, alternative="greater").pvalue < LEVEL


def test_intent_that_moves_fools_it_and_the_table_says_so(verdicts):
    assert cell(verdicts, "intent moves with joining", 5_000, 20) >= 4
    assert "intent moves with joining" in {row.name for row in verdicts.ERRING}

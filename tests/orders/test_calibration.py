"""Intervals over 25 seeds: z is centred and of unit spread. `make calibrate` does 2,000 for every target."""

import pytest

SEEDS = 25
# three standard errors over 25 seeds: 3 / sqrt(25) of the mean, 3 / sqrt(50) of the sd, rounded outwards
MEAN, SD = 0.6, (0.57, 1.43)


@pytest.fixture(scope="module")
def results(calibration):
    chosen = [t for t in calibration.TARGETS if t.estimates in (calibration.differences, calibration.kaplan_meier)]
    found = calibration.results(SEEDS, tuple(target for target in chosen if target.kind != "null"))
    return {(one.name.split()[0], one.kind): one for one in found}


@pytest.mark.parametrize("target", [("difference", "coin"), ("difference", "planted"), ("Kaplan-Meier,", "coin")])
def test_estimates_scatter_around_the_truth_as_their_errors_say(results, target):
    one = results[target]
    assert one.seeds == SEEDS
    assert abs(one.mean) <= MEAN
    assert SD[0] <= one.sd <= SD[1]


def test_errors_half_as_large_would_be_noticed(results):
    assert not SD[0] <= 2 * results["difference", "coin"].sd <= SD[1]


def test_holm_by_hand(calibration):
    rows = [calibration.Result("a", "coin", 2_000, covered, 0, 1) for covered in (1_900, 1_850, 1_880)]
    p = [row.p for row in rows]
    assert p[1] < p[2] < p[0]
    assert calibration.holm(rows) == [pytest.approx(x) for x in (p[0], 3 * p[1], max(3 * p[1], 2 * p[2]))]

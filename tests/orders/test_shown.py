"""What findings show: labels in both languages, blanks for what is not known yet, nothing where nothing is known."""

from dataclasses import replace
from datetime import date

import pytest

from siyu.definitions import registry
from siyu.figure import Absent, Figure
from siyu.language import Language
from siyu.orders import exhibits
from siyu.orders.frames import opened
from siyu.orders.metrics import figure_of
from siyu.simulator.worlds import World, lived


@pytest.fixture(scope="module")
def frames(brand):
    return brand.frames(lived(World("coin", buyers=300), 2))


@pytest.fixture(scope="module")
def sample(purchases):
    """CDNOW cut at the end of September 1997: buyers followed from 183 to 272 days."""
    return opened(date(1997, 9, 30), purchases)


def test_every_rate_is_named_in_both_languages(sample):
    rates = exhibits.rates(sample)
    assert tuple(rates) == exhibits.RATES
    for key, figure in rates.items():
        assert isinstance(figure, Figure)
        assert registry().names[key]["zh"] != registry().names[key]["en"]
    least, most = exhibits.ends(rates)
    assert least.value == min(figure.value for figure in rates.values())
    assert most.value == max(figure.value for figure in rates.values())


def test_cohort_cells_are_blank_until_followed(purchases):
    table = exhibits.cohort_table(opened(date(1997, 6, 15), purchases))
    assert [month["en"] for month in table["month"]] == ["1997-01", "1997-02", "1997-03"]
    assert table["within_30"].notna().all()
    assert table["within_90"].isna().tolist() == [False, False, True]
    assert table["within_180"].isna().all()
    assert table["early"].all()


def test_missing_follow_up_lowers_the_plain_curve_alone(sample):
    curves = exhibits.curves(sample)
    plain = dict(curves["plain"])
    for day, figure in curves["corrected"]:
        assert plain[day].value <= figure.value + 1e-12
    # published for the sample: at 240 days .4060 corrected, .3984 without
    assert round(exhibits.at_day(curves["corrected"], 240).value, 4) == 0.4060
    assert round(plain[240].value, 4) == 0.3984
    assert 300 not in plain


def test_the_rate_of_the_group_is_that_of_its_members(frames):
    own, found = figure_of("group_repurchase_rate", frames, 0), exhibits.compared(frames)
    assert (own.value, own.n) == (found.members.value, found.members.n)
    assert own.definition == "group_repurchase_rate"


def test_parts_that_cannot_be_had_are_absent(frames):
    found = exhibits.compared(frames)
    parts = exhibits.parts(replace(found, placebo=None))
    assert parts["placebo"] == Absent(("group_placebo",))
    assert parts["difference"] == found.difference
    assert "placebo" not in exhibits.known(parts)


def test_without_members_nothing_is_compared(frames):
    alone = replace(frames, members=None)
    assert exhibits.compared(alone) is None
    assert isinstance(figure_of("group_repurchase_rate", alone, 0), Absent)
    assert not exhibits.known(exhibits.parts(None))
    assert exhibits.verdict(None).message.startswith("Too few")
    assert not exhibits.known(exhibits.member_shares(alone))


def test_every_verdict_is_worded_in_chinese(frames):
    chinese, found = Language("zh"), exhibits.compared(frames)
    near, far = (replace(found.difference, value=0.1, low=low, high=0.2) for low in (-0.1, 0.05))
    less = replace(found.difference, value=-0.1, low=-0.2, high=-0.05)
    multiple = Figure(1.4, 1.1, 1.7, "multiple", "sampling95", "selection_multiple", (), 90)
    sooner = Figure(0.2, 0.1, 0.3, "ratio", "sampling95", "group_pace", (), 90)
    cases = [(None, None, None), (near, multiple, None), (far, multiple, None), (less, multiple, None),
             (far, None, None), (far, multiple, sooner)]  # fmt: skip
    verdicts = {
        exhibits.verdict(replace(found, difference=d, selection=s, pace=p, pace_by_quarter=p, dip=None)).message
        for d, s, p in cases
    }
    assert len(verdicts) == len(cases)
    assert all(chinese.message(verdict) != verdict for verdict in verdicts)

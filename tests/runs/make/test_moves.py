"""What moved: headline values only, with the changed inputs that their finding read, and nothing of few buyers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import binomtest

from siyu.estimates.sampling import HELD, folded, ratio
from siyu.findings import _value
from siyu.record import FindingRecord
from siyu.runs.files.made import Made
from siyu.runs.make import moves

ORDERS = "orders:exports/shop-aaaaaaaa"


def finding(key="answer", *, value=0.86, n=500, sources=("claim:S0-09", ORDERS), role="answer"):
    held = {"name": "share", "value": value, "low": value, "high": value, "interval_kind": "none", "unit": "ratio",
            "n": n, "definition": "fan_gmv_share", "sources": list(sources)}  # fmt: skip
    aside = {**held, "name": "aside"}
    chart = {"kind": "none", "unit": "", "scale": "linear", "rows": []}
    return FindingRecord.model_validate(
        {"schema": 2, "key": key, "section": "07_repurchase", "role": role, "message_id": "Fans bring {share}",
         "subtitle": "", "values": [held, aside], "cards": {}, "chart": chart, "sources": list(sources),
         "caveats": [], "needs": [], "feeds": []}
    )  # fmt: skip


@pytest.fixture
def told(tmp_path):
    """Moves from one finding to another. changed: addresses; few: smallest number of buyers shown."""

    def moved(old, new, changed=(), few=0):
        titled = {**old.as_json(), "title": {"zh": "数", "en": "n"}}
        (tmp_path / "findings.json").write_text(json.dumps({"schema": 2, "findings": [titled]}))
        before = {"previous": {"seal": "0" * 64, "as_of": "2025-11-30"}, "folder": str(tmp_path), "few": few}
        return moves.moves({**before, "changed": {"07_repurchase": list(changed)}}, [new])

    return moved


def test_only_values_that_the_title_or_the_cards_tell_are_headlines(told):
    [one] = told(finding(value=0.86), finding(value=0.78), ["data/evidence/claims.csv#S0-09"])
    assert (one.name, one.from_, one.to) == ("share", 0.86, 0.78)
    assert told(finding(role="appendix"), finding(value=0.5, role="appendix")) == ()


def test_nothing_moved_is_no_move(told):
    assert told(finding(), finding(), ["src/siyu/figure.py"]) == ()


def test_numbers_of_another_task_are_not_compared(told):
    """CNY 3,000 of a trial and 0 of a list that finance keeps are two costs, and no cost that fell."""

    def of(task, value):
        said = {"id": "First: {task}; it brings {share}", "args": {"task": {"en": task, "zh": task}}}
        return FindingRecord.model_validate({**finding(value=value).as_json(), "message_id": said})

    assert told(of("trial", 0.86), of("list", 0.5)) == ()
    assert len(told(of("trial", 0.86), of("trial", 0.5))) == 1


def test_a_move_names_the_changed_inputs_that_the_finding_read(told):
    changed = ["data/evidence/claims.csv#S0-09", "data/evidence/claims.csv#S9-99", "parameters#as_of", "src/siyu/figure.py",
               "data/definitions.yml#fan_gmv_share", "data/definitions.yml#aov"]  # fmt: skip
    [one] = told(finding(), finding(value=0.5), changed)
    assert one.because == ("as_of", "claim:S0-09", "code", "definition:fan_gmv_share")


def test_a_new_export_is_named(told):
    newer = finding(value=0.5, sources=("claim:S0-09", "orders:exports/shop-bbbbbbbb"))
    [one] = told(finding(), newer, ["data/subjects/demo/exports/shop-bbbbbbbb"])
    assert one.because == ("orders", "orders:exports/shop-bbbbbbbb")


@pytest.mark.parametrize(("n", "hidden"), [(505, True), (None, True), (600, False)])
def test_a_move_of_few_buyers_shows_no_numbers(told, n, hidden):
    [one] = told(finding(), finding(value=0.5, n=n), few=10)
    assert ((one.from_, one.to) == (None, None)) is hidden


def test_a_move_after_an_erasure_shows_no_numbers(told):
    [one] = told(finding(), finding(value=0.5, n=9000), ["data/subjects/.store/demo/erased.json#keys"])
    assert (one.from_, one.to) == (None, None)


def test_the_first_report_moves_nothing():
    assert moves.moves({"previous": None}, [finding()]) == ()
    assert moves.previous({"previous": None}) is None


def test_an_input_that_came_or_went_has_changed():
    then, now = Made({"notebook": "1"}, {"a": "1", "b": "1"}), Made({"notebook": "1"}, {"a": "2", "c": "1"})
    assert moves._changed(then, now) == {"a", "b", "c"}


def reported(share, *, buyers=8_000, later=800, seed=1):
    """The figure of a report, and of the next one with new buyers, all of whom come back with this chance."""
    random = np.random.default_rng(seed)
    again = random.random(buyers + later) < np.where(np.arange(buyers + later) < buyers, 0.3, share)
    told = []
    for count in (buyers, buyers + later):
        pairs = folded(np.stack([again[:count], np.ones(count)], -1).astype(np.int64))
        figure = ratio(pairs).figure("repurchase_rate", count, (ORDERS,), k=10)
        told.append({**finding().as_json(), "values": [_value("share", figure)]})
    return map(FindingRecord.model_validate, told)


@pytest.mark.parametrize(("share", "beyond"), [(0.45, True), (0.31, False)])
def test_a_real_change_is_beyond_chance_and_none_is_not(told, share, beyond):
    """A planted change: new buyers come back half as often again; and none but chance."""
    [one] = told(*reported(share))
    assert one.beyond_chance is beyond


def test_without_a_change_one_in_twenty_is_beyond_chance():
    runs = [[one.values[0] for one in reported(0.3, seed=seed)] for seed in range(400)]
    beyond = sum(bool(moves._beyond_chance(*pair)) for pair in runs)
    assert binomtest(beyond, len(runs), 0.05).pvalue > 0.001


@pytest.mark.parametrize("few", [{"k": 300}, {"k": None}, {"k": 10, "fewest": 30}])
def test_what_would_tell_of_few_buyers_is_not_kept(few):
    pairs = folded(np.ones((5_000, 2), np.int64))
    assert ratio(pairs).figure("repurchase_rate", 5_000, (ORDERS,), **few).left == ()
    assert len(ratio(pairs).figure("repurchase_rate", 5_000, (ORDERS,), k=10).left) == HELD


def test_the_ones_that_are_no_estimate_are_not_known(told):
    [one] = told(finding(), finding(value=0.5))
    assert one.beyond_chance is None

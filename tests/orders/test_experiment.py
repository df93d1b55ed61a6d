"""Invitations at random: how many it takes, who is drawn, what the draw shows, and that nobody can choose again."""

import json
import stat

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy import stats

from siyu.commands.main import main
from siyu.errors import UsageError
from siyu.intake.store import assignments
from siyu.orders.experiment.draws import INVITED, drawn
from siyu.orders.experiment.effects import joining
from siyu.orders.experiment.sizes import detectable, needed
from siyu.paths import subject_dirs

ASKED = ("--share", "0.5", "--difference", "0.06", "--seed", "7")


def siyu(*words, status=0):
    result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


@pytest.fixture(scope="module")
def clients(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_DATA", str(folder / "data"))
        patch.setenv("SIYU_KEY", str(folder / "key"))
        (folder / "data").mkdir()
        siyu("simulate", "coin", "--out", folder / "data" / "shop", "--buyers", 300)
        siyu("simulate", "coin", "--out", folder / "data" / "nameless", "--buyers", 60, "--keys", 0)
        siyu(
            "simulate", "experiment", "--out", folder / "data" / "lot", "--buyers", 1_500, "--effect", 2.5, "--seed", 3
        )
        yield folder


@pytest.mark.parametrize(
    ("points", "joins", "others_join", "an_arm"),
    [
        (3, 1.0, 0.0, 4_039), (6, 1.0, 0.0, 1_023), (12, 1.0, 0.0, 260),
        (3, 0.5, 0.0, 16_021), (6, 0.5, 0.0, 4_039), (12, 0.5, 0.0, 1_023),
        (3, 0.5, 0.1, 24_989), (6, 0.5, 0.1, 6_290), (12, 0.5, 0.1, 1_591),
    ],
)  # fmt: skip
def test_sizes_are_those_of_the_table(points, joins, others_join, an_arm):
    """35% come back anyway, 80% power, two-sided five percent; effect on joiners in points, counted as invited."""
    assert needed(0.35, points / 100 * (joins - others_join)) == (an_arm, an_arm)


def test_what_so_many_buyers_show_is_the_difference_that_needs_so_many():
    invited, control = needed(0.2, 0.05, share=0.3, power=0.9)
    assert invited / (invited + control) == pytest.approx(0.3, abs=1e-3)
    assert detectable(0.2, invited + control, 0.3, 0.9) == pytest.approx(0.05, abs=1e-4)
    assert detectable(0.99, 10) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        needed(0.98, 0.06)


def test_a_draw_takes_its_share_of_every_stratum_and_of_all_to_the_last_buyer():
    rows = pd.DataFrame({"order_id": [f"{n:03}" for n in range(101)], "stratum": ["a"] * 11 + ["b"] * 57 + ["c"] * 33})
    found = drawn(rows, 0.3, seed=1)
    assert (found["arm"] == INVITED).sum() == round(101 * 0.3)
    shares = found.assign(invited=found["arm"] == INVITED).groupby("stratum")["invited"].sum()
    assert (abs(shares - rows.groupby("stratum").size() * 0.3) < 1).all()
    assert found.equals(drawn(rows, 0.3, seed=1))
    assert not found.equals(drawn(rows, 0.3, seed=2))


def test_the_interval_of_joining_holds_every_effect_that_the_draw_does_not_refuse():
    """Against the definition: effects b for which bought - b * joined differs between the arms by less than 1.96 of
    its standard error."""
    sums = np.array([[1_000, 300, 50, 20], [1_000, 350, 450, 200]])
    n, bought, joined, both = sums.T / np.array([1, 1_000, 1_000, 1_000])[:, None]
    b = np.linspace(-0.5, 0.5, 100_001)[:, None]
    variance = bought * (1 - bought) - 2 * b * (both - bought * joined) + b**2 * joined * (1 - joined)
    apart = np.diff(bought - b * joined)[:, 0]
    kept = b[np.abs(apart) <= stats.norm.ppf(0.975) * np.sqrt((variance / n).sum(1)), 0]
    found = joining(sums)
    assert found.value == pytest.approx(0.05 / 0.4)
    assert (found.low, found.high) == (pytest.approx(kept[0], abs=2e-5), pytest.approx(kept[-1], abs=2e-5))


@pytest.mark.parametrize("bought", [0, 100])
def test_where_nobody_or_everybody_bought_the_effect_of_joining_is_not_known_to_be_nothing(bought):
    """One more of 102 and one less: variance 2 * p (1 - p) / 102 with p = 1 / 102 (Agresti and Caffo 2000); half join."""
    found = joining(np.array([[100, bought, 10, 10 * bought // 100], [100, bought, 60, 60 * bought // 100]]))
    half = 1.96 * (2 * (1 / 102) * (101 / 102) / 102) ** 0.5 / 0.5
    assert found.value == 0
    assert -found.low == pytest.approx(found.high)
    assert half < found.high < 1.1 * half


def test_where_the_invitation_moves_nobody_the_effect_of_joining_has_no_interval():
    assert np.isnan(joining(np.array([[1_000, 300, 50, 20], [1_000, 330, 52, 20]])).low)


def test_a_draw_is_made_once(clients, tmp_path):
    folder = subject_dirs()["shop"]
    said = siyu("assign", "shop", *ASKED, "--out", tmp_path / "one.csv").stderr
    siyu("assign", "shop", *ASKED, "--out", tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    kept, terms = assignments.stored(folder).rows, json.loads((folder / "draw.json").read_text())
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("draw.csv", "draw.json")} == {0o600}
    listed = pd.read_csv(tmp_path / "one.csv", dtype=str)
    assert {*listed["order_id"].str.strip()} == {*kept.loc[kept["arm"] == "invited", "order_id"]}
    assert terms["reading_day"] in said
    assert f"{terms['invited']:,}" in said
    for other in (("--share", "0.4"), ("--difference", "0.05"), ("--power", "0.9"), ("--seed", "8")):
        again = dict(zip(ASKED[::2], ASKED[1::2], strict=True)) | dict([other])
        words = [word for pair in again.items() for word in pair]
        assert "draw that is kept" in siyu("assign", "shop", *words, "--out", tmp_path / "x.csv", status=2).stderr
    assert not (tmp_path / "x.csv").exists()


def test_nobody_is_drawn_anew_beside_invitations_that_came_back(clients, tmp_path):
    said = siyu("assign", "lot", *ASKED, "--out", tmp_path / "x.csv", status=2).stderr
    assert "expected no draw among the exports" in said
    assert assignments.stored(subject_dirs()["lot"]) is None


def test_the_draw_has_each_buyer_once_who_is_in_no_group(clients, tmp_path):
    siyu("assign", "shop", *ASKED, "--out", tmp_path / "one.csv")
    exports = subject_dirs()["shop"] / "exports"
    keys = pd.read_csv(exports / "buyer_keys.csv", dtype=str, encoding="utf-8-sig")
    keys["order"] = keys["主订单编号"].str.strip()
    members = pd.read_csv(exports / "members.csv", dtype=str, encoding="utf-8-sig")["成员标识"].str.strip()
    free = keys[~keys["doudian_open_id"].isin(members)]
    kept = assignments.stored(subject_dirs()["shop"]).rows
    drawn_keys = keys.set_index("order").loc[kept["order_id"], "doudian_open_id"]
    assert drawn_keys.is_unique
    assert {*drawn_keys} == {*free["doudian_open_id"]}


def test_without_buyer_keys_there_is_no_draw(clients, tmp_path):
    said = siyu("assign", "nameless", *ASKED, "--out", tmp_path / "x.csv", status=1).stderr
    assert "not computable" in said
    assert "doudian_open_id" in said
    assert not (subject_dirs()["nameless"] / "draw.csv").exists()


def test_erasing_reaches_the_draw(clients, tmp_path):
    siyu("assign", "shop", *ASKED, "--out", tmp_path / "one.csv")
    folder = subject_dirs()["shop"]
    before = assignments.stored(folder).rows
    keys = pd.read_csv(folder / "exports" / "buyer_keys.csv", dtype=str, encoding="utf-8-sig")
    order = before["order_id"].iloc[0]
    key = keys.loc[keys["主订单编号"].str.strip() == order, "doudian_open_id"].iloc[0]
    siyu("erase", "shop", "--buyer", key)
    assert {*before["order_id"]} - {*assignments.stored(folder).rows["order_id"]} == {order}
    siyu("erase", "shop")
    assert assignments.stored(folder) is None


def test_a_client_that_sent_the_invitations_back_gets_the_comparison_by_lot(clients):
    found = json.loads(siyu("metrics", "lot", "--json").stdout)
    metrics = {one["key"]: one for one in found["metrics"]}
    truth = json.loads((subject_dirs()["lot"] / "truth.json").read_text())["shops"][0]["invited_by_lot"]
    uplift = metrics["group_uplift"]
    assert (uplift["verdict"], uplift["definition"]) == ("randomised", "invited_uplift")
    assert uplift["value"] == metrics["invited_uplift"]["value"]
    assert metrics["group_uplift.compared"]["verdict"] != "randomised"
    for key, name in (("invited_uplift", "as_invited"), ("joined_effect", "of_those_who_joined")):
        assert metrics[key]["low"] <= truth[name] <= metrics[key]["high"]
    early = {
        one["key"] for one in json.loads(siyu("metrics", "lot", "--json", "--as-of", "2025-10-01").stdout)["metrics"]
    }
    assert "buyers" in early
    assert "invited_uplift" not in early  # its quarter is not over


def test_invitations_that_contradict_the_draw_are_refused(tmp_path):
    rows = pd.DataFrame({"order_id": ["1", "2", "3"], "arm": ["invited", "control", "control"], "stratum": ["a"] * 3})
    (tmp_path / "draw.csv").write_text(rows.to_csv(index=False), encoding="utf-8")
    told = pd.DataFrame(
        {"order_id": ["1", "9"], "arm": ["invited"] * 2, "invited_at": [pd.Timestamp("2025-09-01")] * 2}
    )
    found = assignments.assigned(tmp_path, told)
    assert found[["order_id", "arm"]].to_numpy().tolist() == [["1", "invited"], ["2", "control"], ["3", "control"]]
    assert found["invited_at"].notna().tolist() == [True, False, False]
    with pytest.raises(UsageError, match="1 order returned in another arm"):
        assignments.assigned(tmp_path, told.assign(order_id=["1", "2"]))


@pytest.mark.parametrize("place", [0, 3])
def test_intervals_by_lot_hold(lots, place):
    as_invited, effect, _ = lots.cell(place, 200)
    assert not lots.faulty(as_invited, 200)
    assert not lots.faulty(effect, 200)


def test_to_compare_who_joined_with_who_did_not_would_fail(lots, monkeypatch):
    """What the lot is for: keen buyers join, so joined against not joined shows what no group has made."""
    plain = lots.arms

    def as_joined(world, seed, worlds):
        n, bought, joined, both = np.moveaxis(plain(world, seed, worlds).sum(1), -1, 0)
        apart = np.stack([n - joined, bought - both, 0 * n, 0 * n], -1)
        return np.stack([apart, np.stack([joined, both, joined, both], -1)], 1)

    monkeypatch.setattr(lots, "arms", as_joined)
    assert lots.faulty(lots.cell(0, 60)[0], 60)

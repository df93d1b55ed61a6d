"""What customers are worth, by the verbs: metrics of each scope, and the list of whom to win back."""

import stat

import pandas as pd
import pytest
from click.testing import CliRunner

from siyu.commands import tally
from siyu.commands.main import main
from siyu.figure import Absent
from siyu.language import Language
from siyu.own_data import Holdings
from siyu.subjects import load_subject
from siyu.value.metrics import values
from siyu.value.worth import Assumed
from siyu.workbook import open_workbook
from siyu.workbook.grounds import Grounds

VALUES = {"observed_value_30d", "observed_value_365d", "expected_purchases_365d", "p_alive", "ltv_365d", "cac",
          "cost_per_follower", "cac_marginal", "payback_months"}  # fmt: skip
OWN = """assumption_id,group,name,name_zh,platform,route,low,mode,high,family,unit,source,rationale,rationale_zh,confidence,vintage
contribution_share,,What is left,留存,all,,0.2,0.3,0.4,pert,ratio,PRIOR,As finance has it for this year,财务口径,high,2026
"""


@pytest.fixture(scope="module")
def demo():
    about = load_subject("demo")
    held = Holdings.of(about, about.as_of)
    assumed = open_workbook("08_customer_value", "demo").assumed
    return values(held.every("members", "follows"), about.suppress_below, "CNY", assumed, held.reported("ad_days"))


def test_every_value_has_a_figure_or_a_reason_in_every_scope(demo):
    told = [(one.key, one.scope.partition(";")[0]) for one in (*demo[0], *demo[1]) if one.key in VALUES]
    scopes = {scope for _, scope in told}
    assert len(scopes) == 2
    assert sorted(told) == sorted((key, scope) for key in VALUES for scope in scopes)
    zh = Language("zh")
    assert all(zh.message(one.reason) not in ("", one.reason) for one in demo[1])


def test_spend_counts_once_for_the_platform_with_most_orders(demo):
    assert [one.scope.partition(";")[0] for one in demo[0] if one.key == "cac"] == ["douyin"]
    assert [one.scope.partition(";")[0] for one in demo[1] if one.key == "cac"] == ["wechat"]


def test_they_are_the_same_beside_metrics_of_orders(demo):
    alone = [(one.key, one.figure.value, one.scope) for one in demo[0]]
    keys = {key for key, _, _ in alone}
    assert alone == [(one.key, one.figure.value, one.scope) for one in tally.tally("demo").found if one.key in keys]


def test_what_is_wrong_with_what_is_assumed_is_said_though_nothing_asked_for_it(monkeypatch):
    def wrong(book):
        raise KeyError("no such row")

    monkeypatch.setattr(Grounds, "assumed", property(wrong))
    monkeypatch.setattr(tally, "values", lambda *given: ([], []))
    monkeypatch.setattr(tally, "metrics", lambda *given: ([], []))
    with pytest.raises(KeyError, match="no such row"):
        tally.tally("demo")


def winback(out):
    return CliRunner().invoke(main, ["winback", "demo", "--out", str(out)])


def test_the_list_of_whom_to_win_back_is_for_one_reader_alone(tmp_path):
    out = tmp_path / "winback.csv"
    out.write_text("older, and open to all")
    out.chmod(0o644)
    done = winback(out)
    assert done.exit_code == 0, done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    listed = pd.read_csv(out, dtype=str)
    assert list(listed) == ["platform", "order_id"]
    assert listed["order_id"].str.startswith("\t").all()
    known = open_workbook("08_customer_value", "demo").orders
    newest = (
        known.dropna(subset=["buyer_id", "paid_at"])
        .sort_values("paid_at")
        .groupby(["platform", "buyer_id"], observed=True)["order_id"]
        .last()
    )
    assert set(listed["order_id"].str.strip()) <= set(newest.astype(str))
    assert f"{len(listed):,} buyers" in done.stderr


def test_no_list_goes_into_a_report(tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "run.json").write_text("{}")
    done = winback(tmp_path / "acme" / "notebooks" / "winback.csv")
    assert done.exit_code == 2
    assert "a file outside of reports" in done.stderr
    assert not (tmp_path / "acme" / "notebooks").exists()


@pytest.fixture
def assumed(tmp_path, monkeypatch):
    """What a client in dollars takes as given, with these rows of its own."""

    def of(rows: str) -> Assumed:
        folder = tmp_path / "acme"
        folder.mkdir()
        about = "name: {zh: 甲, en: Acme}\nkind: client\ncase: luzhou_laojiao\ncurrency: USD\nas_of: 2025-01-31\n"
        (folder / "subject.yml").write_text(about, encoding="utf-8")
        (folder / "assumptions.csv").write_text(rows, encoding="utf-8")
        monkeypatch.setenv("SIYU_DATA", str(tmp_path))
        return open_workbook("08_customer_value", "acme").assumed

    return of


def test_in_another_currency_nothing_is_assumed_but_what_the_client_says(assumed):
    found = assumed(OWN)
    assert (found.share.value, found.share.sources) == (0.3, ("assumption:contribution_share",))
    assert isinstance(found.cac, Absent)
    assert isinstance(found.conversion, Absent)


def test_without_a_word_of_the_client_nothing_is_known_of_its_margin(assumed):
    assert isinstance(assumed(OWN.splitlines(keepends=True)[0]).share, Absent)

"""Two reports of one subject: what moved has the causes that its findings read, and no others."""

from __future__ import annotations

import json
import shutil
from functools import partial

import pytest

from siyu import reads, workbook
from siyu.paths import data_dir
from siyu.runs.files.made import Made
from siyu.runs.make import moves
from siyu.workbook import open_workbook

SLIP = "2024-0{month}-{day:02d} 10:00:00,{fen},VIP{buyer:04d}\n"
FORMAT = """name: {en: Till slips, zh: 收银小票}
kind: orders
platform: store
source: invented
duplicates: keep
control: [paid_fen]
columns:
  order_id: {read: row}
  paid_at: {header: 打印日期, read: time, required: true}
  paid_fen: {header: 应收, read: money, required: true}
  buyer_id: {header: 会员卡号, read: buyer}
"""


@pytest.fixture
def bar(tmp_path, tmp_path_factory, monkeypatch):
    """A wine bar with orders of two months, and a copy of the published figures."""
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    monkeypatch.setenv("SIYU_KEY", str(tmp_path_factory.mktemp("elsewhere") / "key"))
    folder = tmp_path / "wine_bar"
    (folder / "exports").mkdir(parents=True)
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "till_slips.yml").write_text(FORMAT, encoding="utf-8")
    about = "name: {en: A, zh: A}\nkind: client\ncase: luzhou_laojiao\nas_of: 2024-06-30\nsuppress_below: 0\n"
    (folder / "subject.yml").write_text(about, encoding="utf-8")
    for month in (3, 4):
        export(folder, month)
    bundled = tmp_path / "bundled"
    shutil.copytree(data_dir(), bundled, ignore=shutil.ignore_patterns("subjects"))
    monkeypatch.setattr(workbook, "data_dir", lambda: bundled)
    yield folder, bundled
    workbook.bundled_ledger.cache_clear()


def export(folder, month):
    """Orders of a month, half of whose buyers were there the month before."""
    slips = [SLIP.format(month=month, day=day, fen=10 + day, buyer=20 * month + day) for day in range(1, 29)]
    (folder / "exports" / f"slips_{month}.csv").write_text(
        "打印日期,应收,会员卡号\n" + "".join(slips), encoding="utf-8"
    )


def own(wb):
    return wb.finding("own", "{rate} buy again", {"rate": wb.own_figure("repurchase_rate")})


def published(wb):
    return wb.finding("published", "Fans bring {share}", {"share": wb.figure("fan_gmv_share")})


def report(folder):
    """Section -> what it was made from, and all findings, as the next report finds them in `folder`."""
    made, found = {}, []
    workbook.bundled_ledger.cache_clear()
    for section, take in (("02_case_study", published), ("06_orders", own)):
        reads.begin()
        finding = take(open_workbook(section, "wine_bar"))
        made[section] = Made({"notebook": "1"}, reads.noted())
        found.append(finding.record)
    titled = [{**one.as_json(), "title": {"zh": "数", "en": "n"}} for one in found]
    folder.mkdir(exist_ok=True)
    (folder / "findings.json").write_text(json.dumps({"schema": 2, "findings": titled}), encoding="utf-8")
    return made, found


def moved(then, folder, now, found):
    changed = {name: sorted(moves._changed(then[name], now[name])) for name in now}
    before = {"previous": {"seal": "0" * 64, "as_of": "2024-06-30"}, "folder": str(folder), "few": 0}
    return moves.moves({**before, "changed": changed}, found)


def new_month(folder, _bundled):
    export(folder, 5)


def other_claim(_folder, bundled):
    claims = bundled / "evidence" / "claims.csv"
    text = claims.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("S0-09,"))
    assert "0.83" in row
    claims.write_text(text.replace(row, row.replace("83%", "78%").replace("0.83", "0.78")), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "key", "kinds"),
    [(new_month, "own", {"orders"}), (other_claim, "published", {"claim"})],
    ids=["a new month of orders", "another claim"],
)
def test_what_moved_has_its_causes_and_no_others(bar, tmp_path, change, key, kinds):
    then, _ = report(tmp_path / "report")
    change(*bar)
    again = partial(moved, then, tmp_path / "report")
    [one] = again(*report(tmp_path / "next"))
    assert one.key == key
    assert {cause.partition(":")[0] for cause in one.because} == kinds
    if key == "published":
        assert (one.from_, one.to, one.because) == (0.83, 0.78, ("claim:S0-09",))


def test_nothing_moves_where_nothing_has_changed(bar, tmp_path):
    then, _ = report(tmp_path / "report")
    assert moved(then, tmp_path / "report", *report(tmp_path / "next")) == ()

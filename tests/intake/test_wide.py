"""Tables whose headers are values: a column a day, a shop or both, read as a record each."""

import io

import pytest

from siyu.intake.reading.export import read
from siyu.intake.reading.sources import TableSource

FORMAT = """name: {en: Days, zh: 每天}
kind: account_days
platform: other
source: x
identify: [日期]
line_key: [account_id, day]
wide: WIDE
columns:
  day: {header: 日期, read: time, required: true}
  account_id: {header: 账号, read: text}
  new_fans: {header: 新增粉丝, read: count}
  plays: {header: 播放量, read: count}
"""
CASES = {
    "a row a metric": ("{headers: '(?P<日期>[0-9-]+)', metric: 指标}", "指标,账号,2025-09-01,2025-09-02\n"
                       "播放量,甲,5,6\n新增粉丝,甲,1,2\n播放量,乙,7,8\n新增粉丝,乙,3,4\n"),
    "metrics among the headers": ("{headers: '(?P<指标>[^_]+)_(?P<日期>[0-9-]+)', metric: 指标}", "序号,账号,播放量_2025-09-01,"
                                  "新增粉丝_2025-09-01,播放量_2025-09-02,新增粉丝_2025-09-02\n1,甲,5,1,6,2\n2,乙,7,3,8,4\n"),
    "accounts among the headers": ("{headers: '(?P<账号>.)的粉丝', value: 新增粉丝}", "日期,甲的粉丝,乙的粉丝\n"
                                   "2025-09-01,1,3\n2025-09-02,2,4\n"),
}  # fmt: skip


def wide(tmp_path, monkeypatch, rule, text):
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "days.yml").write_text(FORMAT.replace("WIDE", rule), encoding="utf-8")
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    raw, rows = text.encode(), []
    source = TableSource("a.csv", lambda: io.BytesIO(raw), len(raw))
    account = read(source, sink=lambda table, lines, _: rows.extend(table.to_pylist())).account
    return account, rows


@pytest.mark.parametrize("case", CASES)
def test_headers_that_are_values_become_records(tmp_path, monkeypatch, case):
    account, rows = wide(tmp_path, monkeypatch, *CASES[case])
    assert account.clean, account.problems
    fans = sorted((row["account_id"], f"{row['day']:%d}", row["new_fans"]) for row in rows)
    assert fans == [("乙", "01", 3), ("乙", "02", 4), ("甲", "01", 1), ("甲", "02", 2)]
    plays = sorted(row.get("plays") or 0 for row in rows)
    assert plays == ([5, 6, 7, 8] if case != "accounts among the headers" else [0] * 4)


def test_a_cell_that_cannot_be_read_is_named_by_its_line(tmp_path, monkeypatch):
    rule, text = CASES["a row a metric"]
    account, _ = wide(tmp_path, monkeypatch, rule, text.replace("新增粉丝,乙,3,4", "新增粉丝,乙,3,四"))
    assert [(one.line, one.column, one.code) for one in account.problems] == [(4, "新增粉丝", "not_count")]


@pytest.mark.parametrize(
    ("odd", "code"),
    [("播放量,丙,1,200,300\n", "field_count"), ("合计,12\n", "field_count"), ('播放量,"丙,1,2\n', "stray_quote")],
)
def test_a_line_of_another_width_is_not_left_out(tmp_path, monkeypatch, odd, code):
    rule, text = CASES["a row a metric"]
    account, rows = wide(tmp_path, monkeypatch, rule, text + odd)
    assert [(one.line, one.code) for one in account.problems] == [(6, code)]
    assert rows == []


def test_a_note_below_is_none_of_its_lines(tmp_path, monkeypatch):
    rule, text = CASES["a row a metric"]
    assert wide(tmp_path, monkeypatch, rule, text + "\n导出时间：2025-09-04\n")[0].clean


def test_a_metric_told_twice_is_not_told_once(tmp_path, monkeypatch):
    rule, text = CASES["a row a metric"]
    account, _ = wide(tmp_path, monkeypatch, rule, text + "新增粉丝,乙,3,9\n")
    assert {one.code for one in account.problems} <= {"conflicting_duplicate", "lines_unclear"}
    assert account.problems

"""`siyu request`: what a merchant's assistant is asked for, a sheet a file, without anything of the client's own."""

from __future__ import annotations

import pytest
import python_calamine
from click.testing import CliRunner

from siyu.commands.main import main


def request(*words):
    return CliRunner().invoke(main, ["request", *map(str, words)])


def test_a_client_with_orders_is_asked_for_what_it_lacks(tmp_path):
    out = tmp_path / "request.xlsx"
    done = request("demo", "--lang", "zh", "--out", out)
    assert done.exit_code == 0, done.output
    book = python_calamine.CalamineWorkbook.from_path(out)
    first = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    asked = [row[1] for row in first[3:]]
    assert "抖店订单" not in asked  # is there
    assert len(book.sheet_names) >= len(asked) + 1
    for name in book.sheet_names[1 : len(asked) + 1]:
        cells = {str(cell) for row in book.get_sheet_by_name(name).to_python() for cell in row}
        assert {"在哪里找", "回答什么问题", "请勿包含", "示例行"} <= cells


@pytest.mark.parametrize(("subject", "file", "said"), [
    ("luzhou_laojiao", "r.xlsx", "a client"), ("demo", "r.csv", "ends in .xlsx"), ("nobody", "r.xlsx", "a known subject"),
])  # fmt: skip
def test_what_cannot_be_asked_is_named(tmp_path, subject, file, said):
    done = request(subject, "--out", tmp_path / file)
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / file).exists()


def test_an_empty_client_gets_the_whole_list(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "empty"
    folder.mkdir(parents=True)
    text = "name: {zh: 空, en: empty}\nkind: client\ncase: luzhou_laojiao\nas_of: 2025-12-31\n"
    (folder / "subject.yml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    out = tmp_path / "request.xlsx"
    done = request("empty", "--lang", "en", "--out", out)
    assert done.exit_code == 0, done.output
    rows = python_calamine.CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert {"Douyin shop orders", "Group members", "Follows"} & {row[1] for row in rows}
    assert len(rows) > 20


def test_the_owner_is_not_asked_again_what_he_answered_with_no(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "empty"
    folder.mkdir(parents=True)
    text = "name: {zh: 空, en: empty}\nkind: client\ncase: luzhou_laojiao\nas_of: 2025-12-31\n"
    (folder / "subject.yml").write_text(text, encoding="utf-8")
    (folder / "form.yml").write_text("groups: false\n", encoding="utf-8")
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    out = tmp_path / "request.xlsx"
    done = request("empty", "--lang", "zh", "--out", out)
    assert done.exit_code == 0, done.output
    book = python_calamine.CalamineWorkbook.from_path(out)
    asked = {row[0] for row in book.get_sheet_by_name("访谈表").to_python()}
    assert "谁牵头" in asked
    assert "有没有群" not in asked
    margins = next(name for name in book.sheet_names if "渠道毛利" in name)
    cells = [str(cell) for row in book.get_sheet_by_name(margins).to_python() for cell in row]
    assert any("公域 / " in cell for cell in cells)  # the words that are known there

"""A section is made from what its readers opened: what changes there, and nothing else, makes it anew."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from siyu import reads
from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.evidence.ledger import load_ledger
from siyu.intake.store import inventory, recognition
from siyu.intake.store.erasure import erase_buyer
from siyu.paths import address, data_dir, located, project_root
from siyu.reads.digests import ABSENT, Digests, sha256_of
from siyu.runs.ask.present import Present
from siyu.workbook import open_workbook

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
ignored: [实付]
"""
SLIPS = "打印日期,应收,实付,会员卡号\n" + "".join(
    f"2024-03-{day:02d} 10:00:00,{10 + day}.00,{9 + day}.00,VIP{day % 4:04d}\n" for day in range(1, 29)
)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder of two clients with one export each, read by a format of their own."""
    folder = tmp_path / "data"
    monkeypatch.setenv("SIYU_DATA", str(folder))
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "key"))
    monkeypatch.setenv("SIYU_STORE", str(tmp_path / "store"))  # also where SIYU_HOME is set: each test reads anew
    for name in ("wine_bar", "tea_house"):
        (folder / name / "exports").mkdir(parents=True)
        (folder / name / "exports" / "slips.csv").write_text(SLIPS, encoding="utf-8")
        about = "name: {en: A, zh: A}\nkind: client\ncase: luzhou_laojiao\nas_of: 2024-06-30\ncategory: liquor\n"
        (folder / name / "subject.yml").write_text(about, encoding="utf-8")
    (folder / "formats").mkdir()
    (folder / "formats" / "till_slips.yml").write_text(FORMAT, encoding="utf-8")
    return folder


def read(take):
    """What a section that does this has read."""
    reads.begin()
    take()
    return reads.noted()


def changed(record):
    """Addresses of a record that are different now."""
    now = Present()
    return [name for name, found in record.items() if now.of(name) != found]


def export(record, more=""):
    """What the record calls the one export: not by its name, which may be a person's."""
    (name,) = (name for name in record if re.fullmatch(r"wine_bar/exports/[a-z_]+-[0-9a-f]{8}", name))
    return name + more


def own_orders():
    return open_workbook("06_orders", "wine_bar").own.orders


def test_nothing_has_changed_where_nothing_has(data):
    record = read(own_orders)
    assert changed(record) == []
    assert record[export(record)] != ABSENT
    assert record[".store/wine_bar/erased.json#keys"] == ABSENT


def test_a_format_that_is_edited_is_a_change(data):
    record = read(own_orders)
    assert open_workbook("06_orders", "wine_bar").own.orders["paid_fen"].sum() == 68_600
    path = data / "formats" / "till_slips.yml"
    path.write_text(FORMAT.replace("header: 应收", "header: 实付").replace("[实付]", "[应收]"), encoding="utf-8")
    assert changed(record) == ["formats/till_slips.yml", export(record, "#format")]
    assert open_workbook("06_orders", "wine_bar").own.orders["paid_fen"].sum() == 65_800


def test_a_buyer_who_is_erased_is_a_change_for_that_client_alone(data):
    record, other = read(own_orders), read(lambda: open_workbook("06_orders", "tea_house").own.orders)
    erase_buyer("wine_bar", "VIP0003", data.parent / "reports")
    assert changed(record) == [".store/wine_bar/erased.json#keys"]
    assert changed(other) == []


def test_a_format_that_wins_nothing_is_no_change(data):
    record = read(own_orders)
    draft = FORMAT.replace("会员卡号", "会员卡号ZZ").replace("打印日期", "打印日期ZZ")
    (data / "formats" / "zz_draft.yml").write_text(draft, encoding="utf-8")
    assert changed(record) == []


def test_a_format_that_would_win_is_a_change(data):
    record = read(own_orders)
    (data / "formats" / "aa_better.yml").write_text(FORMAT.replace("[实付]", "[实付]  # one more"), encoding="utf-8")
    assert changed(record) == [export(record), export(record, "#format")]
    (data / "formats" / "aa_better.yml").unlink()
    assert changed(record) == []


def test_an_export_that_no_format_knew_is_looked_at_again(data):
    shutil.move(data / "formats" / "till_slips.yml", data / "till_slips.yml")
    record = read(own_orders)
    assert changed(record) == []
    shutil.move(data / "till_slips.yml", data / "formats" / "till_slips.yml")
    assert changed(record) == [export(record), export(record, "#format")]


def test_a_broken_draft_is_a_change_only_where_it_asks_for_such_headers(data):
    record = read(own_orders)
    (data / "formats" / "zz_draft.yml").write_text("columns: [", encoding="utf-8")
    assert changed(record) == []
    broken = "identify: [打印日期, 应收]\n" + FORMAT.replace("read: money", "read: gold")
    (data / "formats" / "zz_draft.yml").write_text(broken, encoding="utf-8")
    assert changed(record) == [export(record), export(record, "#format")]


def test_exports_count_by_content_and_by_name(data):
    record = read(own_orders)
    path = data / "wine_bar" / "exports" / "slips.csv"
    path.write_text(SLIPS.replace("11.00", "12.00"), encoding="utf-8")
    assert changed(record) == [export(record), export(record, "#format")]
    path.write_text(SLIPS, encoding="utf-8")
    (data / "wine_bar" / "exports" / "more.csv").write_text(SLIPS, encoding="utf-8")
    assert changed(record) == ["wine_bar/exports/"]


def test_a_new_export_is_a_change_before_anybody_has_opened_it(data, monkeypatch):
    record = read(own_orders)
    opened = []
    recognised = recognition._recognised
    monkeypatch.setattr(recognition, "_recognised", lambda path: opened.append(path.name) or recognised(path))
    new = data / "wine_bar" / "exports" / "more.csv"
    new.write_text(SLIPS.replace("11.00", "12.00"), encoding="utf-8")
    assert changed(record) == ["wine_bar/exports/"]
    assert opened == []
    present = Present()
    assert present.of(f"wine_bar/exports/till_slips-{sha256_of(new)[:8]}") == sha256_of(new)
    assert opened == ["more.csv"]


def test_an_export_that_cannot_be_read_is_a_change_for_its_client_alone(data, monkeypatch):
    record, other = read(own_orders), read(lambda: open_workbook("06_orders", "tea_house").own.orders)
    (data / "wine_bar" / "exports" / "wang wu.csv").write_text(SLIPS, encoding="utf-8")

    def digest(path):
        if path.name == "wang wu.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return sha256_of(path)

    monkeypatch.setattr(inventory, "sha256_of", digest)
    found = changed(record)
    assert set(found) == {"wine_bar/exports/", export(record), export(record, "#format")}
    assert changed(other) == []


def test_every_reader_notes_what_it_opens(data):
    """In a process of its own, which has read nothing before; exports that nobody has read before."""
    script = """if True:
        import json
        from siyu.runs.make.watching import Watch
        watch = Watch()
        watch.begin()
        from siyu.workbook import open_workbook
        book = open_workbook("03_platform_economics", "wine_bar")
        book.own.orders, book.own.purchases, book.own.files, book.own.problems, book.own_figure("gmv")
        book.economy().inputs, book.claims, book.conflicts, book.channels, book.plausibility, book.references()
        print(json.dumps(watch.outside()))
    """
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == []


def test_labels_and_rules_of_the_package_are_inputs_of_the_trail(tmp_path):
    """Else a section with texts or levels of before is taken over, and its report lacks their Chinese."""
    script = """if True:
        import os, sys
        from pathlib import Path
        from unittest.mock import MagicMock
        os.environ["SIYU_TRAIL"] = sys.argv[1]
        from siyu.runs.make import kernel_hooks
        shell = MagicMock()
        kernel_hooks.load_ipython_extension(shell)
        from siyu.growth import labels, ladder
        shell.siyu_finish()
    """
    trail = tmp_path / "trail.jsonl"
    subprocess.run([sys.executable, "-c", script, str(trail)], check=True)
    told = [json.loads(line) for line in trail.read_text(encoding="utf-8").splitlines()]
    inputs = next(one["inputs"] for one in told if "inputs" in one)
    assert {"src/siyu/growth/labels.yml", "src/siyu/growth/ladder.yml"} <= inputs.keys()


def test_what_one_thread_opens_as_a_reader_another_may_open_beside_the_readers():
    with ThreadPoolExecutor(1) as another, reads.reader():
        assert reads.in_reader()
        assert not another.submit(reads.in_reader).result()


def test_what_no_reader_looks_at_is_no_export(data):
    record = read(own_orders)
    for name in (".DS_Store", "~$slips.xlsx"):
        (data / "wine_bar" / "exports" / name).write_text("x", encoding="utf-8")
    assert changed(record) == []


def test_what_all_exports_are_read_by_is_noted_though_they_were_read_before(data):
    read(own_orders)
    record = read(own_orders)
    assert {"data/nobody.csv", "data/tables.yml"} <= record.keys()


def test_what_another_client_does_is_no_change(data):
    record = read(own_orders)
    (data / "tea_house" / "exports" / "slips.csv").write_text(SLIPS.replace("11.00", "12.00"), encoding="utf-8")
    (data / "tea_house" / "fees.csv").write_text("x", encoding="utf-8")
    shutil.copytree(data / "tea_house", data / "noodle_bar")
    assert changed(record) == []


def test_an_override_that_appears_is_a_change_where_its_rows_are_asked_for(data):
    fee = read(lambda: open_workbook("02_case_study", "wine_bar").fee("douyin", "douyin_shop", day=10))
    value = read(lambda: open_workbook("02_case_study", "wine_bar").assumption("order_value"))
    header, *rows = (data_dir() / "fees.csv").read_text(encoding="utf-8").splitlines()
    mine = next(row for row in rows if row.startswith("douyin_newcomer,"))
    (data / "wine_bar" / "fees.csv").write_text(f"{header}\n{mine}\n", encoding="utf-8")
    assert changed(value) == []
    assert changed(fee) == ["wine_bar/fees.csv#douyin.*", "wine_bar/fees.csv#douyin_newcomer"]
    (data / "wine_bar" / "fees.csv").write_text("torn", encoding="utf-8")
    assert changed(fee) == [name for name in fee if name.startswith("wine_bar/fees.csv")], "all of it, where it is torn"


@pytest.fixture
def tables(tmp_path):
    """Copies of the bundled tables, to be edited."""
    shutil.copytree(data_dir() / "evidence", tmp_path / "evidence")
    for name in ("assumptions.csv", "fees.csv"):
        shutil.copy(data_dir() / name, tmp_path / name)
    return tmp_path


def edit(path, start, old, new):
    """Change one row of a table; rows end with their line here."""
    text = path.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(start))
    assert old in row
    path.write_text(text.replace(row, row.replace(old, new, 1)), encoding="utf-8")


def names(record):
    """Addresses without the folder of the test."""
    return {Path(name.partition("#")[0]).name + "#" + name.partition("#")[2] for name in record}


def test_assumptions_are_read_row_by_row(tables):
    path = tables / "assumptions.csv"
    rows = load_assumptions(path)
    record = read(lambda: rows.get_for("order_value", "liquor"))
    assert names(record) == {"assumptions.csv#order_value.liquor"}
    edit(path, "months,", "24,24,24", "12,12,12")
    assert changed(record) == []
    row = rows.rows["order_value.liquor"]
    edit(path, "order_value.liquor,", f"{row.mode:g}", f"{row.mode + 1:g}")
    assert names(changed(record)) == {"assumptions.csv#order_value.liquor"}


def test_a_row_that_was_looked_for_in_vain_counts(tables):
    path = tables / "assumptions.csv"
    rows = load_assumptions(path)
    record = read(lambda: rows.get_for("months", "liquor"))
    text = path.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("months,"))
    path.write_text(text + row.replace("months,", "months.liquor,", 1) + "\n", encoding="utf-8")
    assert names(changed(record)) == {"assumptions.csv#months.liquor"}


def test_fee_rules_are_asked_again_when_another_could_answer(tables):
    path = tables / "fees.csv"
    rules = fee_rules(path)
    record = read(lambda: rules.lookup("douyin", "douyin_shop", "liquor", 10, date(2021, 8, 31)))
    assert names(record) == {"fees.csv#douyin.*", "fees.csv#douyin_newcomer"}
    edit(path, "douyin_standard,", "0.02,", "0.03,")
    assert changed(record) == []
    edit(path, "douyin_standard,", ",30,,", ",5,,")
    assert names(changed(record)) == {"fees.csv#douyin.*"}


def test_claims_are_read_by_case_and_metric_with_their_conflicts(tables):
    ledger = load_ledger(tables / "evidence")

    def take():
        for claim in ledger.stated("luzhou_laojiao", "fan_gmv_share"):
            ledger.grade(claim)

    record = read(take)
    assert "claims.csv#luzhou_laojiao.*" in names(record)
    claims = {name for name in names(record) if name.startswith("claims.csv#S")}
    assert claims == {f"claims.csv#{one.claim_id}" for one in ledger.stated("luzhou_laojiao", "fan_gmv_share")}
    other = next(one for one in ledger.claims.rows.values() if one.metric == "dau")
    edit(tables / "evidence" / "claims.csv", f"{other.claim_id},", other.locator, "elsewhere")
    assert changed(record) == []
    claim = next(iter(claims)).removeprefix("claims.csv#")
    edit(tables / "evidence" / "claims.csv", f"{claim},", "luzhou_laojiao", "other_case")
    assert names(changed(record)) == {f"claims.csv#{claim}", "claims.csv#luzhou_laojiao.*"}


def test_definitions_are_read_entry_by_entry():
    record = read(lambda: open_workbook("x", "luzhou_laojiao").figure("fan_gmv_share").named("fan_gmv_share"))
    assert {"data/definitions.yml#fan_gmv_share", "data/definitions.yml#units.ratio"} <= record.keys()
    assert "data/definitions.yml#aov" not in record


def test_exports_that_appear_are_a_change_of_the_economics(data):
    shutil.rmtree(data / "wine_bar" / "exports")
    record = read(lambda: open_workbook("03_platform_economics", "wine_bar").own_inputs)
    assert changed(record) == []
    (data / "wine_bar" / "exports").mkdir()
    (data / "wine_bar" / "exports" / "slips.csv").write_text(SLIPS, encoding="utf-8")
    assert changed(record) == ["wine_bar/exports/"]


def test_which_rows_there_are_says_what_is_not_among_them(tables):
    path, own = tables / "assumptions.csv", tables / "client" / "assumptions.csv"
    rows = load_assumptions(path, own)
    record = read(lambda: [rows.get_for("months", category) for category in rows.categories])
    assert names(record) == {"assumptions.csv#*", "assumptions.csv#months"}
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("months,"))
    own.parent.mkdir()
    own.write_text(f"{header}\n{row}\n", encoding="utf-8")
    assert changed(record) == [f"{address(own)}#*"]


def test_rows_are_handed_out_by_whoever_notes_them():
    """`Shelf.rows` is for checks: a row taken out of it would be read and not noted."""
    package = project_root() / "src" / "siyu"
    readers = {package / "reads.py"}
    taken = [
        f"{path.relative_to(package)}: {line.strip()}"
        for path in sorted(package.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if path not in readers
        and re.search(r"(rows|assumptions|fees|rules|claims|conflicts|sources|metrics|units)\.rows(\[|\.get\()", line)
    ]
    assert taken == []


@pytest.mark.parametrize("name", ["data", "src"])
def test_a_client_may_be_called_like_a_folder_of_the_project(data, name):
    path = data / name / "subject.yml"
    assert located(address(path)) == path
    assert located(address(data_dir() / "fees.csv")) == data_dir() / "fees.csv"


def test_a_file_that_is_read_twice_counts_as_first_seen(tmp_path):
    path = tmp_path / "x.txt"

    def take():
        for text in ("a", "b"):
            path.write_text(text)
            reads.content(path)

    assert changed(read(take)) == [address(path)]


def test_a_file_that_was_not_there_counts(tmp_path):
    path = tmp_path / "x.txt"

    def take():
        with pytest.raises(FileNotFoundError):
            reads.content(path)

    record = read(take)
    assert record == {address(path): ABSENT}
    path.write_text("")
    assert changed(record) == [address(path)]


def test_json_lists_are_sets(tmp_path):
    path = tmp_path / "erased.json"
    path.write_text(json.dumps({"keys": ["b", "a"], "secret": "x"}))
    before = Digests().of(f"{address(path)}#keys")
    path.write_text(json.dumps({"keys": ["a", "b"], "secret": "x"}, indent=2))
    assert Digests().of(f"{address(path)}#keys") == before

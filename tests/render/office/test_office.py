"""LibreOffice opens what we write, recalculates it to the same values, and shows as many slides."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import nbformat
import pytest
from pptx import Presentation
from python_calamine import CalamineWorkbook
from results_sheet import library, results, said

from siyu.economy.measures import order_gain
from siyu.figure import Figure
from siyu.formulas.compiled import javascript
from siyu.paths import data_dir
from siyu.playbook.tasks import load_steps
from siyu.record import Both
from siyu.render.report import About, Report, SectionReport
from siyu.render.tables import tables_bytes
from siyu.render.tables.economics import formulas
from siyu.render.tables.inputs import bound
from siyu.runs.files.executed import findings
from siyu.value.acquisition import payback

pytestmark = pytest.mark.office

# Excel files are recalculated when opened, whatever values they carry.
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


@pytest.fixture
def converted(soffice, tmp_path):
    """Convert bytes of an Office file to another kind."""
    profile = tmp_path / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")

    def convert(content: bytes, name: str, kind: str) -> bytes:
        (tmp_path / name).write_bytes(content)
        out = tmp_path / "out"
        command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
        command += ["--outdir", str(out), str(tmp_path / name)]
        subprocess.run(command, check=True, capture_output=True, timeout=1_200)
        return (out / name).with_suffix(f".{kind}").read_bytes()

    return convert


def changed(book: bytes, values: dict[str, float]) -> bytes:
    """The workbook with these values typed into the yellow cells."""
    names = CalamineWorkbook.from_filelike(io.BytesIO(book)).sheet_names
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Inputs").to_python(skip_empty_area=False)
    places = {row[15]: at for at, row in enumerate(rows, start=1)}
    part = f"xl/worksheets/sheet{names.index('Inputs') + 1}.xml"
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            for symbol, number in values.items() if name == part else ():
                cell = rf'(<c r="B{places[f"{symbol}_case"]}" s="\d+")/>'.encode()
                text, found = re.subn(cell, rf"\1><v>{number!r}</v></c>".encode(), text)
                assert found == 1, symbol
            target.writestr(name, text)
    return buffer.getvalue()


def result_rows(book: bytes) -> list[list[object]]:
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Results").to_python(skip_empty_area=False)
    )


CASE = {
    "order_value": 260.0, "gross_margin": 0.62, "refund_rate": 0.21, "fee_douyin_shop": 0.045, "move_friction_store": 0.12,
    "wage": 9_500.0, "repurchase": 0.2, "friend_acceptance": 0.35, "acquisition_cost": 18.0, "pushes_wecom": 3.0,
}  # fmt: skip


def test_libreoffice_recalculates_ten_changed_inputs_to_what_python_and_the_page_compute(converted, report, books):
    inputs, _ = bound(report, formulas()["inputs"])
    assert all(inputs[name].bounds[0] <= number <= inputs[name].bounds[1] for name, number in CASE.items())
    recalculated = result_rows(converted(changed(books["en"], CASE), "tables.xlsx", "xlsx"))
    values = {name: entry.mode for name, entry in inputs.items()} | CASE
    mine, published = (results(recalculated, report, column) for column in (2, 3))
    for key, number in library(values).items():
        assert mine[key] == said(key, number), key
    assert sum(mine[key] != pytest.approx(published[key]) for key in mine if isinstance(mine[key], float)) > 100
    for route in ("wechat_shop", "wechat_miniprogram"):
        names, source = javascript(order_gain(route))
        page = float(moved_by_slider(source, [values[name] for name in names]))
        here = (1 - CASE["move_friction_store"]) * mine[f"{route}.single"] - mine["douyin_shop.single"]
        assert here == pytest.approx(page, rel=1e-9)


def moved_by_slider(source: str, values: list[float]) -> str:
    """What the page's own formula gives for these inputs."""
    node = shutil.which("node")
    assert node, "the page's formulas are compared in Node"
    return subprocess.run([node, "-p", f"({source})(...{values})"], check=True, capture_output=True, text=True).stdout


def test_an_untouched_case_is_the_published_one(converted, report, books):
    rows = result_rows(converted(books["en"], "tables.xlsx", "xlsx"))
    mine, published, difference = (results(rows, report, column) for column in (2, 3, 4))
    assert len(mine) > 200
    for key, number in mine.items():
        assert number == (pytest.approx(published[key], rel=1e-9) if isinstance(number, float) else published[key]), key
        assert difference[key] in ("the same", pytest.approx(0, abs=1e-9))


def test_what_is_outside_its_bounds_does_not_count_and_the_results_say_so(converted, report, books):
    rows = result_rows(
        converted(changed(books["en"], {"order_value": 1e9, "fee_douyin_shop": 4.0}), "tables.xlsx", "xlsx")
    )
    for number, published in zip(*(results(rows, report, column).values() for column in (2, 3)), strict=True):
        assert number == (published if isinstance(published, str) else pytest.approx(published, rel=1e-9))
    assert any(str(row[0]).endswith("published: 2") for row in rows)


def test_impossible_results_stand_in_words(converted, report, books):
    given = {"gross_margin": 0.02, "move_friction_store": 0.9}
    rows = result_rows(converted(changed(books["en"], given), "tables.xlsx", "xlsx"))
    mine = results(rows, report, 2)
    words = {cell for key, cell in mine.items() if "bearable" in key or "fee_star" in key if isinstance(cell, str)}
    assert words
    assert not [cell for cell in mine.values() if str(cell).startswith("#")]


@pytest.fixture(scope="module")
def customers():
    """Findings of section 08 of the demo, as its notebook holds them."""
    path = Path(__file__).parents[3] / "notebooks" / "08_customer_value.ipynb"
    return findings(nbformat.read(path, as_version=4))


def typed(book: bytes, values: dict[str, float]) -> bytes:
    """The workbook with these values typed into the yellow cells of a customer's cost, by label."""
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(book))
        .get_sheet_by_name("Cost of a customer")
        .to_python(skip_empty_area=False)
    )
    names = CalamineWorkbook.from_filelike(io.BytesIO(book)).sheet_names
    places = {row[0]: at for at, row in enumerate(rows, start=1)}
    part = f"xl/worksheets/sheet{names.index('Cost of a customer') + 1}.xml"
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            for label, number in values.items() if name == part else ():
                cell = rf'(<c r="B{places[label]}" s="\d+")/>'.encode()
                text, found = re.subn(cell, rf"\1><v>{number!r}</v></c>".encode(), text)
                assert found == 1, label
            target.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("margin", "spend", "buyers"),
    [(0.3, 52_000.0, 900.0), (-0.1, 100.0, 9.0)],
)
def test_cost_and_payback_follow_the_clients_own_margin(converted, customers, margin, spend, buyers):
    about = About("demo", Both(en="Demo", zh="示例"), "client")
    steps = load_steps(data_dir() / "playbook" / "tasks.csv")
    report = Report(about, "2025-12-31", [SectionReport("08_customer_value", findings=customers)], steps=steps)
    held = {f"{one.key}.{value.name}": value for one in customers for value in one.values}
    given = {
        "What is left of net sales": margin,
        "Spent to win buyers": spend,
        "First-time buyers of the same days": buyers,
    }
    book = typed(tables_bytes("en", report), given)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(converted(book, "tables.xlsx", "xlsx"))).get_sheet_by_name(
        "Cost of a customer"
    )
    live = {row[0]: row[3] for row in rows.to_python() if len(row) > 3}
    cac, value, conversion = [
        spend / buyers,
        *(held[name].value for name in ("value_observed.value", "value_answer.conversion")),
    ]
    curve = next(one for one in customers if one.key == "value_observed").chart.rows
    points = [(one.x, Figure(one.value, one.value, one.value, "CNY")) for one in curve]
    months = payback(points, Figure(margin, margin, margin, "ratio"), Figure(cac, cac, cac, "CNY"))[0]
    assert live["Cost of a new buyer"] == pytest.approx(cac)
    assert live["Most that a new buyer may cost"] == pytest.approx(max(margin * value, 0))
    assert live["Most that a follower may cost"] == pytest.approx(conversion * max(margin * value, 0))
    assert live["Contribution over the cost"] == pytest.approx(margin * value / cac)
    told = live["Months until the cost is paid back"]
    assert told == (pytest.approx(months.value, rel=1e-6) if months else "not within the days observed")


@pytest.mark.parametrize("code", ["zh", "en"])
def test_libreoffice_shows_every_slide(code, converted, decks):
    shown = converted(decks[code], f"deck.{code}.pptx", "pdf")
    pages = len(re.findall(rb"/Type\s*/Page[^s]", shown))
    assert pages == len(Presentation(io.BytesIO(decks[code])).slides)


def test_libreoffice_opens_hostile_text(converted, content, build, hostile):
    names = iter(hostile)
    for record in content["sources"].values():
        if record["kind"] == "claim":
            record |= {"as_printed": next(names), "name": {"zh": next(names), "en": next(names)}}
    book = converted(tables_bytes("en", build(content)), "hostile.xlsx", "xlsx")
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Sources").to_python()
    assert any(str(cell).startswith("=cmd") for row in cells for cell in row)

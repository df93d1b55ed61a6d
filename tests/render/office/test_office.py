"""LibreOffice opens what we write, recalculates it to the same values, and shows as many slides."""

from __future__ import annotations

import io
import re
import subprocess

import pytest
from pptx import Presentation
from python_calamine import CalamineWorkbook

from siyu.render.tables import economics, tables_bytes

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
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        return (out / name).with_suffix(f".{kind}").read_bytes()

    return convert


def test_libreoffice_recalculates_to_the_values_we_wrote(converted, report, books, monkeypatch):
    monkeypatch.setattr(economics, "evaluated", lambda *_: 0.0)  # so that no value can be the cached one
    empty = tables_bytes("en", report)
    ours, theirs = (
        CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Economics").to_python()
        for book in (books["en"], converted(empty, "tables.xlsx", "xlsx"))
    )
    compared = 0
    for mine, other in zip(ours, theirs, strict=True):
        for at in (2, 3, 4):
            if isinstance(mine[at], float):
                assert other[at] == pytest.approx(mine[at], rel=1e-9, abs=1e-12), mine[0]
                compared += 1
    assert compared > 3 * 100


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

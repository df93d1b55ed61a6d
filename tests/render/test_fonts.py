"""The vendored fonts hold what figures, pages and decks print."""

import hashlib
import re
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

FONTS = Path(__file__).parents[2] / "src" / "siyu" / "fonts"
WEIGHTS = {"Regular": 400, "Bold": 700}
SIGNS = "\u2212\u00a5\uffe5–—·%‰…+×÷±≈≠≥≤→←↑↓「」『』《》【】()“”‘’、。,;:?!①②③■□▲△▼▽●○✓€°²½\u00a0"


def gb2312() -> str:
    """All 7,445 characters of GB 2312: levels 1 and 2 are its 6,763 hanzi."""
    cells = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return "".join(cell.decode("gb2312", "ignore") for cell in cells)


@pytest.fixture(scope="module", params=WEIGHTS)
def weight(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def font(weight: str) -> TTFont:
    return TTFont(FONTS / f"NotoSansSC-{weight}.ttf")


@pytest.mark.parametrize(
    "characters",
    [
        pytest.param("".join(map(chr, range(0x20, 0x7F))), id="ascii"),
        pytest.param(SIGNS, id="signs"),
        pytest.param("万亿元私域复购率粉丝占比", id="units and metrics"),
        pytest.param(gb2312(), id="gb2312"),
        pytest.param((FONTS / "characters.txt").read_text(encoding="utf-8").strip(), id="names"),
    ],
)
def test_every_character_has_a_glyph(font: TTFont, characters: str) -> None:
    missing = {f"U+{ord(c):04X} {c}" for c in characters if ord(c) not in font.getBestCmap()}
    assert not missing


def test_gb2312_is_complete() -> None:
    characters = gb2312()
    assert len(characters) == 7445
    assert sum("\u4e00" <= c <= "\u9fff" for c in characters) == 6763


def test_names_are_those_that_programs_look_for(font: TTFont, weight: str) -> None:
    names = {record.nameID: record.toUnicode() for record in font["name"].names}
    assert (names[1], names[2]) == ("Noto Sans SC", weight)
    assert (names[4], names[6]) == (f"Noto Sans SC {weight}", f"NotoSansSC-{weight}")
    assert not {16, 17, 21, 22} & names.keys()
    assert font["OS/2"].usWeightClass == WEIGHTS[weight]


def test_readme_gives_the_checksum(weight: str) -> None:
    readme = (FONTS / "README.md").read_text(encoding="utf-8")
    stated = re.search(rf"`NotoSansSC-{weight}\.ttf` \| `(\w+)`", readme)
    assert stated
    assert stated[1] == hashlib.sha256((FONTS / f"NotoSansSC-{weight}.ttf").read_bytes()).hexdigest()


def test_matplotlib_draws_it_without_another_font(weight: str) -> None:
    # a glyph that is missing would raise: warnings are errors here
    figure = Figure()
    figure.text(0, 0, "粉丝 GMV ¥1,000万 − 83%", font=FontProperties(fname=FONTS / f"NotoSansSC-{weight}.ttf"))
    figure.savefig(BytesIO(), format="png")

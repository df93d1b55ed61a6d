"""Pictures of charts: inside their canvas in both languages and widths, the same bytes on every run."""

import json

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from siyu import charts, theme
from siyu.charts.drawing import draw
from siyu.charts.kinds import KINDS
from siyu.charts.printing import png
from siyu.charts.shapes import Stroke, width_of
from siyu.charts.wrapping import wrapped
from siyu.figure import Absent, Figure
from siyu.language import Language
from siyu.record import Chart, Mark
from siyu.render.deck.plots import PLOTS
from siyu.render.deck.plots.frame import Frame
from siyu.render.speech import Speech

ZH, EN = Language("zh"), Language("en")


def money(value, low=None, high=None):
    return Figure(value, value if low is None else low, value if high is None else high, "CNY", "claim_range")


def made(kind, unit, *rows):
    marks = [{"low": row["value"], "high": row["value"], "unit": unit, **row} for row in rows]
    return charts.Chart(kind=kind, unit=unit, scale="linear", rows=marks)


GRID = [{"label": a, "series": b, "value": v} for a in "xy" for b, v in (("p", -1), ("q", 2))]
RECORDS = {
    "range": charts.ranges({"Fans": money(5, 2, 9), "Others": money(3)}, lines={"Level": money(4)}),
    "log range": charts.ranges({"Fans": money(5e6, 2e6, 9e6), "Others": money(3e3)}, scale="log"),
    "bar": charts.bars({"Fans": money(5, 2, 9), "Others": money(-3)}),
    "pairs": charts.pairs({"Usual": {"In": money(5), "Out": money(2)}, "Aligned": {"In": money(3), "Out": money(3)}}),
    "line": charts.series(
        {"Chance": [(2, money(1, 1, 2)), (3, money(2, 1, 3))]},
        x={"label": "Months"},
        lines={"Printed": money(2)},
    ),
    "waterfall": made(
        "waterfall", "CNY", {"label": "Paid", "value": 100, "tone": "muted"}, {"label": "Fee", "value": -5}
    ),
    "tornado": made("tornado", "CNY", {"label": "Fee", "value": 5.0, "low": 3.0, "high": 9.0}),
    "heat": made("heat", "ratio", *GRID),
    "ladder": charts.ladder(
        {name: Figure(9, 9, 9, "users") for name in "abcd"},
        {name: Figure(0.1, 0.05, 0.2, "ratio", "sampling95") for name in "abc"},
        {
            "a": "Waiting: potential fans",
            "b": "Economy: passer-by fans",
            "c": "Business: favourable fans",
            "d": "First",
        },
    ),
    "cycle": charts.cycle(
        {"plays": Figure(158_000, 158_000, 158_000, "count"), "fans": Figure(9, 9, 9, "count")},
        {"won": Figure(0.1, 0.05, 0.2, "ratio", "sampling95"), "k": Figure(9, 2, 16, "count", "sampling95")},
        {"plays": "Public domain: views a week", "fans": "Fans", "won": "A view becomes a fan", "k": "Views brought"},
    ),
}


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("language", [ZH, EN], ids=["zh", "en"])
def test_every_kind_draws_within_its_canvas(name, width, language):
    drawing = draw(RECORDS[name], language, width)
    assert drawing.captions
    for caption in drawing.captions:
        left, top, right, bottom = caption.box
        assert left >= -2, caption.text
        assert right <= drawing.width + 2, caption.text
        assert top >= -2, caption.text
        assert bottom <= drawing.height + 2, caption.text


def test_marks_stand_where_their_values_are():
    drawing = draw(charts.ranges({"a": money(2), "b": money(4), "c": money(8)}, scale="log"), EN)
    dots = [shape.points[0] for shape in drawing.shapes if isinstance(shape, Stroke) and shape.dot]
    assert dots[1].x - dots[0].x == pytest.approx(dots[2].x - dots[1].x)
    assert dots[0].y < dots[1].y < dots[2].y
    beside = {caption.text: caption.at for caption in drawing.captions}
    assert beside["CNY\u00a02"].x == pytest.approx(dots[0].x + 9)


@pytest.mark.parametrize(
    "many",
    [
        charts.pairs,
        lambda said, **more: charts.series(
            {name: enumerate(said["{0} {"].values()) for name in said["{0} {"]}, x={"label": "{}"}, **more
        ),
    ],
    ids=["pairs", "line"],
)
def test_more_series_than_colours_and_labels_with_braces_are_all_drawn(many):
    said = {f"Series {at} {{x}}": money(at + 1) for at in range(25)}
    told = {caption.text.partition(" CNY")[0] for caption in draw(many({"{0} {": said}), EN).captions}
    assert {*said} <= told


@pytest.mark.parametrize("text", ["Fans won", "粉丝复购率 ¥3"])
def test_widths_are_those_of_the_typeface(text):
    font = TTFont(theme.FONTS / "NotoSansSC-Regular.ttf")
    glyphs, units = font.getBestCmap(), font["head"].unitsPerEm
    wide = sum(font["hmtx"][glyphs[ord(character)]][0] for character in text) / units * 10
    assert width_of(text, 10) == pytest.approx(wide, rel=0.03)  # kerning


def test_picture_is_the_same_on_every_run():
    assert png(RECORDS["range"], ZH) == png(RECORDS["range"], ZH)


def test_every_glyph_comes_from_the_vendored_font():
    theme.apply()
    cmap = TTFont(theme.FONTS / "NotoSansSC-Regular.ttf").getBestCmap()
    assert all(ord(character) in cmap for character in "¥−–万亿元倍%粉丝复购率×·「」")


def test_colours_are_told_apart_by_the_colour_blind():
    """Simulated deuteranopia and protanopia (Machado 2009): main, rival and weak stay distinct."""
    simulated = {
        "deutan": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
        "protan": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    }
    colours = [np.array([int(theme.TONES[t][i : i + 2], 16) for i in (1, 3, 5)]) / 255 for t in ("main", "rival")]
    for matrix in simulated.values():
        seen = [matrix @ colour for colour in colours]
        assert np.linalg.norm(seen[0] - seen[1]) > 0.2


def test_each_kind_has_a_native_chart_or_is_a_table_of_documents():
    assert {name for name, kind in KINDS.items() if not kind.grid} == set(PLOTS)


def test_unknown_kind_has_no_picture():
    with pytest.raises(KeyError):
        draw(charts.NOTHING, EN)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "微信小程序，2021-01，距今7个月",
            ["微信小程序，", "2021-01，距今7个月"],
        ),  # numbers and measures stay whole
        (
            "抖音玩转“私域”，你准备好了吗？",
            ["抖音玩转“私", "域”，你准备好了", "吗？"],
        ),  # no mark opens a line
        ("分母与窗口均未交代", ["分母与窗口均未交代"]),  # no line for one last character
        ("Orders lost in moving", ["Orders lost in", "moving"]),
        ("", [""]),
    ],
)
def test_chinese_labels_break_where_a_reader_would(text, lines):
    assert wrapped(text, 8, ZH).split("\n") == lines


def test_english_labels_break_at_spaces():
    assert wrapped("Orders lost in moving", 12, EN) == "Orders lost\nin moving"


def test_tidy_frame_becomes_marks_with_defaults():
    frame = pd.DataFrame(
        {"label": ["Fans", "Others"], "value": [0.8, 0.2], "note": ["x", "y"], "tone": ["main", "rival"]}
    )
    chart = charts.of("bar", frame, unit="ratio")
    assert chart.rows[0].as_json() == {
        "label": "Fans",
        "value": 0.8,
        "low": 0.8,
        "high": 0.8,
        "interval_kind": "none",
        "unit": "ratio",
        "tone": "main",
    }
    assert chart.rows[1].tone == "rival"


def test_frame_without_label_or_kind_without_picture_is_refused():
    with pytest.raises(ValueError, match="lacks label"):
        charts.of("bar", pd.DataFrame({"value": [1]}))
    with pytest.raises(ValueError, match="heat"):
        charts.of("heatmap", pd.DataFrame({"label": ["a"], "value": [1]}))


WORDS = {"fans": "Fans", "others": "Others"}


@pytest.mark.parametrize("wording", ["Fans", "Followers, as they say"])
def test_rewording_a_label_changes_that_label_alone(wording):
    labels = WORDS | {"fans": wording}
    figures = {"fans": money(5, 2, 9), "others": money(3)}
    made = [
        charts.ranges(figures, labels),
        charts.bars(figures, labels),
        charts.series({"fans": [(1, money(5))], "others": [(1, money(3))]}, labels, x={"label": "Months"}),
        charts.pairs({"fans": {"others": money(3)}}, labels),
        charts.of("bar", pd.DataFrame({"label": ["fans", "others"], "value": [5, 3]}), {"label": labels}),
        charts.table(pd.DataFrame({"who": ["fans", None]}), {"who": "Who"}, labels={"who": labels}),
    ]
    plain = [
        charts.ranges(figures, WORDS),
        charts.bars(figures, WORDS),
        charts.series({"fans": [(1, money(5))], "others": [(1, money(3))]}, WORDS, x={"label": "Months"}),
        charts.pairs({"fans": {"others": money(3)}}, WORDS),
        charts.of("bar", pd.DataFrame({"label": ["fans", "others"], "value": [5, 3]}), {"label": WORDS}),
        charts.table(pd.DataFrame({"who": ["fans", None]}), {"who": "Who"}, labels={"who": WORDS}),
    ]
    reworded = [json.loads(json.dumps(chart.as_json()).replace('"Fans"', json.dumps(wording))) for chart in plain]
    assert [chart.as_json() for chart in made] == reworded
    assert json.dumps(wording) in json.dumps(made[0].as_json())


def test_a_code_without_a_label_is_no_label():
    with pytest.raises(KeyError):
        charts.ranges({"members": money(1)}, WORDS)


def test_figures_can_be_looked_at_before_they_are_shown():
    seen = charts.frame({"fans": money(5, 2, 9), "others": Absent(("gmv",))})
    assert seen.loc["fans", ["low", "value", "high", "unit"]].tolist() == [2, 5, 9, "CNY"]
    assert seen.loc["others", "missing"] == "gmv"
    curve = charts.frame({"fans": [(30, money(1)), (60, money(2))]})
    assert curve["x"].tolist() == [30, 60]
    assert charts.frame({}).empty


def test_wide_log_axis_keeps_its_ticks():
    frame = pd.DataFrame({"label": ["a", "b"], "value": [1e-4, 1e2]})
    drawing = draw(charts.of("range", frame, unit="multiple", scale="log"), EN)
    rules = [shape for shape in drawing.shapes if isinstance(shape, Stroke) and shape.colour == theme.LINE]
    assert len(rules) >= 3
    assert all(0 < rule.points[0].x < drawing.width for rule in rules)


def test_a_range_whose_ends_read_alike_is_a_number_on_page_and_deck():
    row = Mark(label="x", value=123.0, low=122.81, high=123.19, unit="CNY", interval_kind="sampling95")
    chart = Chart(kind="range", unit="CNY", scale="linear", rows=(row,), lines=(), columns=())
    assert "CNY\u00a0123" in [one.text for one in draw(chart, Language("en")).captions]
    assert Frame(chart, Speech(Language("en")), 12, 500, 300).said(row) == "CNY\u00a0123"

"""Drawings of charts: nothing of their own style, everything that was painted, few bytes."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from siyu.charts import drawing
from siyu.language import Language
from siyu.record import Both
from siyu.render.page.pictures import picture

EN = Language("en")

POLICED = re.compile(r"<style|style=|<script|href|url\((?!#)")


def finding(report, key="fan_gmv"):
    return next(finding for finding in report.findings if finding.key == key)


@pytest.fixture
def svg(report):
    return str(picture(finding(report).chart, EN, "phone", "a"))


def test_a_drawing_says_what_the_chart_says_in_live_text(report, svg):
    chart = finding(report).chart
    canvas = drawing.draw(chart, EN, "phone")
    canvas.draw_without_rendering()
    written = [text.get_text() for axes in canvas.axes for text in axes.texts]
    shown = ["".join(one.itertext()) for one in etree.fromstring(svg).iter("text")]
    assert {line for text in written for line in text.split("\n") if line} <= set(shown)
    assert len(written) >= len(chart.rows)


def test_a_drawing_is_small_needs_no_style_and_is_the_same_each_time(report, svg):
    assert POLICED.findall(svg) == []
    assert POLICED.findall(svg.replace("<path", '<path style="fill: red"', 1))
    assert svg == str(picture(finding(report).chart, EN, "phone", "a"))
    assert len(svg) < 4_000
    assert 'width="390"' in svg


def test_two_drawings_of_one_chart_share_no_id(report, svg):
    other = str(picture(finding(report).chart, EN, "phone", "b"))
    ids = [set(re.findall(r'id="([^"]*)"', one)) for one in (svg, other)]
    assert all(ids)
    assert not ids[0] & ids[1]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("text", ["<b>&amp;", "a\x00b\x1b[31m", "$a$ to $b_c$"])
def test_names_from_files_are_text_whatever_they_hold(text, report):
    chart = finding(report).chart
    rows = tuple(row.model_copy(update={"label": Both(zh=text, en=text)}) for row in chart.rows)
    shown = picture(chart.model_copy(update={"rows": rows}), EN, "phone", "a")
    etree.fromstring(str(shown))
    assert "<b>" not in shown


def test_a_chart_is_drawn_again_only_when_what_it_shows_or_what_draws_it_is_another(report, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    chart, taken, draw = finding(report).chart, [], drawing.draw
    monkeypatch.setattr(drawing, "draw", lambda *what: taken.append(what) or draw(*what))
    first = picture(chart, EN, "phone", "a")
    assert picture(chart, EN, "phone", "a") == first
    assert len(taken) == 1
    for other in ((chart, EN, "desktop"), (chart, Language("zh"), "phone")):
        assert picture(*other, "a") != first
    picture(chart.model_copy(update={"rows": chart.rows[:1]}), EN, "phone", "a")
    assert len(taken) == 4
    monkeypatch.setattr(drawing, "drawn_by", lambda _language: "another")
    assert picture(chart, EN, "phone", "a") == first
    assert len(taken) == 5

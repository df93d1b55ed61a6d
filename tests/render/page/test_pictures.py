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
    return str(picture(finding(report).chart, EN, "phone"))


def test_a_drawing_says_what_the_chart_says_in_live_text(report, svg):
    chart = finding(report).chart
    written = [caption.text for caption in drawing.draw(chart, EN, "phone").captions]
    shown = ["".join(one.itertext()) for one in etree.fromstring(svg).iter("text")]
    assert sorted(shown) == sorted(written)
    assert len(written) >= len(chart.rows)


def test_a_drawing_is_small_needs_no_style_and_is_the_same_each_time(report, svg):
    assert POLICED.findall(svg) == []
    assert POLICED.findall(svg.replace("<path", '<path style="fill: red"', 1))
    assert svg == str(picture(finding(report).chart, EN, "phone"))
    assert len(svg) < 4_000
    assert 'width="390"' in svg


@pytest.mark.parametrize("text", ["<b>&amp;", "a\x00b\x1b[31m", "$a$ to $b_c$"])
def test_names_from_files_are_text_whatever_they_hold(text, report):
    chart = finding(report).chart
    rows = tuple(row.model_copy(update={"label": Both(zh=text, en=text)}) for row in chart.rows)
    shown = picture(chart.model_copy(update={"rows": rows}), EN, "phone")
    etree.fromstring(str(shown))
    assert "<b>" not in shown

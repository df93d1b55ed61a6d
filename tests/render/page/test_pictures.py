"""Pictures stay small and lose none of their fills."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from siyu import charts
from siyu.language import Language
from siyu.render.page.palette import reduced
from siyu.render.page.pictures import SCALE, painted, picture


def drawn(report, key="fan_gmv") -> bytes:
    finding = next(finding for finding in report.findings if finding.key == key)
    return charts.png(finding.chart, Language("en"), width="phone")


def test_every_fill_keeps_its_colour(report):
    original = Image.open(io.BytesIO(drawn(report))).convert("RGB")
    fills = [np.array(rgb) for count, rgb in original.getcolors(1 << 16) or [] if count > 400]
    kept = np.array([rgb for _, rgb in reduced(original, 24).getcolors() or []])
    assert len(fills) > 4
    assert [255, 255, 255] in kept.tolist()
    assert all(np.abs(kept - fill).max(axis=1).min() <= 6 for fill in fills)


def test_a_picture_is_small_sharp_and_the_same_each_time(report):
    png = drawn(report)
    shown = picture(Image.open(io.BytesIO(png)))
    assert shown == picture(Image.open(io.BytesIO(png)))
    data = base64.b64decode(shown.uri.partition(",")[2])
    assert len(data) < 0.7 * len(png)
    image = Image.open(io.BytesIO(data))
    assert image.size[0] == pytest.approx(SCALE * shown.width, abs=1)
    off = np.abs(np.asarray(image.convert("RGB"), int) - np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), int))
    assert off.mean() < 1


def test_a_chart_drawn_anew_is_the_one_of_the_notebook(report):
    finding = next(finding for finding in report.findings if finding.key == "fan_gmv")
    anew = np.asarray(painted(finding.chart, Language("en"), "phone").convert("RGB"), int)
    assert np.abs(anew - np.asarray(Image.open(io.BytesIO(drawn(report))).convert("RGB"), int)).max() == 0


def test_few_colours_are_left_as_they_are():
    plain = Image.new("RGB", (40, 40), (18, 111, 120))
    assert reduced(plain, 24).getcolors() == [(1600, (18, 111, 120))]

"""Pictures stay small and lose none of their fills."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from siyu import charts
from siyu.charts import drawing
from siyu.charts.palette import reduced
from siyu.language import Language
from siyu.render.page import pictures
from siyu.render.page.pictures import SCALE, painted, picture

EN = Language("en")


def chart_of(report, key="fan_gmv"):
    return next(finding.chart for finding in report.findings if finding.key == key)


def drawn(report) -> bytes:
    return charts.png(chart_of(report), EN, width="phone")


@pytest.fixture
def full(report, monkeypatch) -> Image.Image:
    """The picture with all its shades."""
    monkeypatch.setattr(drawing, "reduced", lambda image: image)
    return drawing.picture(chart_of(report), EN, "phone")


def test_every_fill_keeps_its_colour(full):
    fills = [np.array(rgb) for count, rgb in full.getcolors(1 << 16) or [] if count > 400]
    kept = np.array([rgb for _, rgb in reduced(full, 24).convert("RGB").getcolors() or []])
    assert len(fills) > 4
    assert [255, 255, 255] in kept.tolist()
    assert all(np.abs(kept - fill).max(axis=1).min() <= 6 for fill in fills)


def test_a_picture_is_small_sharp_and_the_same_each_time(full):
    buffer = io.BytesIO()
    full.save(buffer, "PNG")
    shown = picture(png := buffer.getvalue())
    assert shown == picture(png)
    data = base64.b64decode(shown.uri.partition(",")[2])
    assert len(data) < 0.7 * len(png)
    image = Image.open(io.BytesIO(data))
    assert image.size[0] == pytest.approx(SCALE * shown.width, abs=1)
    off = np.abs(np.asarray(image.convert("RGB"), int) - np.asarray(full, int))
    assert off.mean() < 1


def test_a_chart_drawn_anew_is_the_one_of_the_notebook(report):
    assert painted(chart_of(report), EN, "phone") == picture(drawn(report))


def test_a_picture_is_drawn_again_only_when_what_it_shows_or_what_draws_it_is_another(report, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    chart, taken = chart_of(report), []
    draw = drawing.picture
    monkeypatch.setattr(drawing, "picture", lambda *what: taken.append(what) or draw(*what))
    first = painted(chart, EN, "phone")
    assert painted(chart, EN, "phone") == first
    assert len(taken) == 1
    for other in ((chart, EN, "desktop"), (chart, Language("zh"), "phone")):
        assert painted(*other) != first
    painted(chart.model_copy(update={"rows": chart.rows[:1]}), EN, "phone")
    assert len(taken) == 4
    monkeypatch.setattr(pictures, "_drawing", lambda: "another")
    assert painted(chart, EN, "phone") == first
    assert len(taken) == 5


def test_few_colours_are_left_as_they_are():
    plain = Image.new("RGB", (40, 40), (18, 111, 120))
    assert reduced(plain, 24).convert("RGB").getcolors() == [(1600, (18, 111, 120))]

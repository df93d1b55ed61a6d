"""Pictures of few colours lose none of their fills."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from siyu.charts.palette import reduced


def test_every_fill_keeps_its_colour_beside_many_shades():
    fills = [(255, 255, 255), (213, 227, 229), (31, 111, 120), (179, 38, 30), (223, 227, 231)]
    picture = Image.new("RGB", (500, 100), fills[0])
    for at, fill in enumerate(fills):
        ImageDraw.Draw(picture).rectangle((100 * at, 0, 100 * at + 60, 90), fill=fill)
    for at in range(200):
        picture.putpixel((at, 95), (at, 200 - at, 40))
    kept = np.array([rgb for _, rgb in reduced(picture).convert("RGB").getcolors() or []])
    assert len(kept) == 12
    assert all(np.abs(kept - np.array(fill)).max(axis=1).min() <= 6 for fill in fills)


def test_few_colours_are_left_as_they_are():
    plain = Image.new("RGB", (40, 40), (18, 111, 120))
    assert reduced(plain, 24).convert("RGB").getcolors() == [(1600, (18, 111, 120))]

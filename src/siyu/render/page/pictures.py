"""Charts of the page: one picture per width, reduced to a palette so that a page stays small."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from siyu import charts
from siyu.charts import drawing
from siyu.language import Language
from siyu.render.page.palette import reduced
from siyu.render.report import SectionReport
from siyu.theme import DPI

COLOURS = 16  # flat fills and antialiased text need no more; told from the original by no eye
SCALE = DPI / 100  # device pixels drawn per CSS pixel


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, with its size in CSS pixels."""

    uri: str
    width: int
    height: int


def drawn(finding: Mapping[str, Any]) -> bool:
    """Whether a finding's chart is a picture on the page; a heat chart is a table there."""
    return finding["chart"]["kind"] in charts.DRAWN and finding["chart"]["kind"] != "heat"


def pictures(
    section: SectionReport, finding: Mapping[str, Any], language: Language, widths: Sequence[str]
) -> dict[str, Picture]:
    """Width name (`desktop`, `phone`) -> picture of a finding's chart; empty for kinds without one.

    The picture drawn by the notebook is used where it is in this language.
    """
    if not drawn(finding):
        return {}
    drawn_in, own = section.pngs.get(finding["key"], ("", b""))
    found = {}
    for width in widths:
        reused = width == "desktop" and drawn_in == language.code
        found[width] = picture(Image.open(io.BytesIO(own)) if reused else painted(finding, language, width))
    return found


def painted(finding: Mapping[str, Any], language: Language, width: str) -> Image.Image:
    """A finding's chart drawn anew, without the detour of a PNG."""
    agg = drawing.painted(finding, language, width)
    agg.draw()  # type: ignore[no-untyped-call]
    return Image.fromarray(np.asarray(agg.buffer_rgba()))  # type: ignore[no-untyped-call]


def picture(image: Image.Image) -> Picture:
    """An image with a palette, as lossless WebP: a third of the PNG. The same pixels give the same bytes."""
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    buffer = io.BytesIO()
    reduced(flat, COLOURS).save(buffer, format="WEBP", lossless=True, quality=80, method=2)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    width, height = image.size
    return Picture(f"data:image/webp;base64,{encoded}", round(width / SCALE), round(height / SCALE))

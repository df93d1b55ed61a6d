"""Charts of the page: one picture per width, reduced to a palette so that a page stays small."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from siyu import charts
from siyu.language import Language
from siyu.render.report import SectionReport
from siyu.theme import DPI

COLOURS = 32  # flat fills and antialiased text need no more; told from the original by no eye
SCALE = DPI / 100  # device pixels drawn per CSS pixel


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, with its size in CSS pixels."""

    uri: str
    width: int
    height: int


def pictures(section: SectionReport, finding: Mapping[str, Any], language: Language) -> dict[str, Picture]:
    """Width name (`desktop`, `phone`) -> picture of a finding's chart; empty for kinds without one.

    The picture drawn by the notebook is used where it is in this language.
    """
    if finding["chart"]["kind"] not in charts.DRAWN:
        return {}
    drawn_in, drawn = section.pngs.get(finding["key"], ("", b""))
    desktop = drawn if drawn_in == language.code else charts.png(finding, language, width="desktop")
    return {"desktop": picture(desktop), "phone": picture(charts.png(finding, language, width="phone"))}


def picture(png: bytes) -> Picture:
    """The PNG with a palette, as lossless WebP: a third of the size. The same pixels give the same bytes."""
    with Image.open(io.BytesIO(png)) as image:
        width, height = image.size
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    reduced = flat.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    buffer = io.BytesIO()
    reduced.save(buffer, format="WEBP", lossless=True, quality=80, method=2)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return Picture(f"data:image/webp;base64,{encoded}", round(width / SCALE), round(height / SCALE))

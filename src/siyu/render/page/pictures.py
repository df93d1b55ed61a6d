"""Charts of the page: one picture per width, reduced to a palette so that a page stays small."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from siyu.charts import drawing
from siyu.charts.kinds import KINDS
from siyu.language import Language
from siyu.record import Chart, FindingRecord, Table
from siyu.render.page.palette import reduced
from siyu.render.report import SectionReport
from siyu.theme import DPI

COLOURS = 12  # flat fills and antialiased text need no more; told from the original by no eye
SCALE = DPI / 100  # device pixels drawn per CSS pixel


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, with its size in CSS pixels."""

    uri: str
    width: int
    height: int


def drawn(chart: Chart | Table) -> Chart | None:
    """The chart as far as it is a picture on the page; most grids are tables there."""
    if not isinstance(chart, Chart) or chart.kind not in KINDS:
        return None
    kind = KINDS[chart.kind]
    return chart if kind.pictured or not kind.grid else None


def pictures(
    section: SectionReport, finding: FindingRecord, language: Language, widths: Sequence[str]
) -> dict[str, Picture]:
    """Width name (`desktop`, `phone`) -> picture of a finding's chart; empty for kinds without one.

    The picture drawn by the notebook is used where it is in this language.
    """
    if (chart := drawn(finding.chart)) is None:
        return {}
    drawn_in, own = section.pngs.get(finding.key, ("", b""))
    found = {}
    for width in widths:
        reused = width == "desktop" and drawn_in == language.code
        found[width] = picture(Image.open(io.BytesIO(own)) if reused else painted(chart, language, width))
    return found


def painted(chart: Chart, language: Language, width: str) -> Image.Image:
    """A chart drawn anew, without the detour of a PNG."""
    agg = drawing.painted(chart, language, width)
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

"""Charts of the page: one picture per width, reduced to a palette so that a page stays small."""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import PIL
from PIL import Image

from siyu.charts import drawing
from siyu.charts.kinds import KINDS
from siyu.charts.palette import reduced
from siyu.language import Language
from siyu.paths import data_dir, kept
from siyu.reads.digests import sha256_of
from siyu.record import Chart, FindingRecord, Table
from siyu.render.report import SectionReport
from siyu.theme import DPI

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
    return {width: picture(own) if width == "desktop" and drawn_in == language.code else painted(chart, language, width)
            for width in widths}  # fmt: skip


def painted(chart: Chart, language: Language, width: str) -> Picture:
    """A chart drawn anew, or as it was drawn before from the same."""
    what = f"{language.code} {width} {json.dumps(chart.as_json())}"
    return _kept(what, lambda: drawing.picture(chart, language, width))


def picture(png: bytes) -> Picture:
    """A picture that a notebook has drawn. The same pixels give the same bytes."""
    return _kept(hashlib.sha256(png).hexdigest(), lambda: Image.open(io.BytesIO(png)))


def _kept(what: str, draw: Callable[[], Image.Image]) -> Picture:
    webp = kept("pictures", f"{_drawing()} {what}", lambda: _webp(draw()))
    width, height = Image.open(io.BytesIO(webp)).size
    encoded = base64.b64encode(webp).decode("ascii")
    return Picture(f"data:image/webp;base64,{encoded}", round(width / SCALE), round(height / SCALE))


def _webp(image: Image.Image) -> bytes:
    """An image with a palette, as lossless WebP: a third of the PNG."""
    if image.mode != "P":  # drawn by other programs
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
        image = reduced(flat)
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, format="WEBP", lossless=True, quality=80, method=2)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _drawing() -> str:
    """All that a picture follows from beside its chart: what draws it, and the words and numbers of a language."""
    package = Path(drawing.__file__).parents[1]
    files = [one for kind in ("charts/**/*.py", "record/*.py", "*.py", "*.yml", "locale/**/*.po")
             for one in sorted(package.glob(kind))]  # fmt: skip
    told = [sha256_of(one) for one in (*files, data_dir() / "definitions.yml")]
    return " ".join([mpl.__version__, PIL.__version__, *told])

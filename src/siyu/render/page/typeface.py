"""The typeface of a page: the vendored faces cut down to the characters the page shows.

As woff: with woff2 a page would be 1% (English) to 5% (Chinese) smaller, and its fonts would take twice as long."""

import base64
import io
import string

import fontTools
from fontTools import subset
from fontTools.ttLib import TTFont
from lxml.html import document_fromstring

from siyu.paths import kept
from siyu.reads.digests import sha256_of
from siyu.theme import FONTS

FAMILY = "Siyu Sans"
WEIGHTS = {400: "NotoSansSC-Regular.ttf", 700: "NotoSansSC-Bold.ttf"}
_BOLD_TAGS = {"h1", "h2", "h3", "h4", "strong", "b"}
_BOLD_CLASSES = {
    "answer-number", "big", "card-number", "check", "do", "figures", "from-head", "from-to", "grade",
    "headline", "key", "lead-in", "moved-head", "unsaid-head",
}  # fmt: skip
# always in: what scripts may write that the page does not show at first
ALWAYS = string.printable + "–—−·…×÷≥≤±°¥€%‰“”‘’「」（），。、：；？！←→↑↓"


def font_css(texts: dict[int, str]) -> str:
    """`@font-face` rules with the faces embedded. texts: weight -> all text set in it.

    The bytes depend on the characters only, so the same page always embeds the same font. What is always in is a face
    of its own, the same in every page, and declared last, so that it goes before the rest.
    """
    rules = []
    for weight, text in texts.items():
        rest = "".join(sorted(set(text) - set(ALWAYS)))
        rules += [_rule(weight, rest), _rule(weight, ALWAYS, f";unicode-range:{_ranges(ALWAYS)}")]
    return "\n".join(rules)


def _rule(weight: int, characters: str, more: str = "") -> str:
    encoded = base64.b64encode(_woff(weight, characters)).decode("ascii")
    return (
        f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};font-style:normal;font-display:block;"
        f"src:url(data:font/woff;base64,{encoded}) format('woff'){more}}}"
    )


def _ranges(characters: str) -> str:
    return ",".join(f"U+{ord(one):X}" for one in sorted(set(characters)) if one.isprintable())


def texts_by_weight(markup: str) -> dict[int, str]:
    """What some markup shows in each weight. Bold text is set in regular too: weights change on narrow screens."""
    page = document_fromstring(markup)
    told = [value for main in page.iter("main") for value in main.values()]  # words that scripts show
    bold = page.xpath("//*[not(self::h3/ancestor::details[@class='more'])]")
    bold = (one for one in bold if one.tag in _BOLD_TAGS or _BOLD_CLASSES & set(one.classes))
    return {400: "".join(page.xpath("//text()") + told), 700: "".join(one.text_content() for one in bold)}


def _woff(weight: int, characters: str) -> bytes:
    what = f"woff {fontTools.version} {sha256_of(FONTS / WEIGHTS[weight])} {characters}"
    return kept("fonts", what, lambda: _cut_down(weight, characters))


def _cut_down(weight: int, characters: str) -> bytes:
    options = subset.Options()
    options.flavor = "woff"
    options.layout_features = ["kern", "mark", "ccmp", "locl", "liga"]
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["BASE"]
    with TTFont(FONTS / WEIGHTS[weight], recalcTimestamp=False, lazy=True) as font:
        # by number: to name all of thirty thousand takes a third of the time, and names are not kept
        font.setGlyphOrder([f"glyph{number:05}" for number in range(font["maxp"].numGlyphs)])
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
    return buffer.getvalue()

"""What is said, in pieces, and the two ways it is written: as plain text and as markup.

Text of data files and clients is never trusted: it is stripped of control and direction characters, cut to a
sane length and set apart, so that it can change nothing around it; in markup it is escaped, too.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

NAME_LENGTH = 160  # of a label or a name; longer ones are cut with an ellipsis
NOTE_LENGTH = 4_000
ARGUMENT_LENGTH = 80  # of a name from a data file inside a sentence of plain text
_SHORT_CLAUSE = 7
_LEFT_TO_RIGHT = "\u200e"
Link = Callable[[str], tuple[str, str]]  # name of a value -> (href, id of its card)


@dataclass(frozen=True)
class Piece:
    """A stretch of text.

    number, low, high, ref: of a figure, as findings.json has it; name: of the value of a finding that it is.
    length: characters to keep of text of a data file, 0 for text of ours. inside: such text within a sentence of
    ours; nested: within a list in one. alone: it is marked as data. style: class of its element in markup.
    """

    text: str
    ref: str = ""
    number: float | None = None
    low: float | None = None
    high: float | None = None
    name: str = ""
    length: int = 0
    inside: bool = False
    nested: bool = False
    alone: bool = False
    style: str = ""


class Said(tuple[Piece, ...]):
    """Pieces in order. `str` gives plain text; templates take the markup."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.plain()

    def __html__(self) -> Markup:
        return self.markup()

    def plain(self, most: int = ARGUMENT_LENGTH) -> str:
        """Plain text. most: characters kept of a name from a data file inside a sentence."""
        shown = [_cleaned(one.text, one.length or most) if one.inside or one.length else one.text for one in self]
        return "".join(shown)

    def attribute(self) -> str:
        """Plain text for titles and attributes of a page, names inside a sentence not cut."""
        return "".join(_cleaned(one.text, NAME_LENGTH) if one.inside else _bare(one) for one in self)

    def markup(self, link: Link | None = None) -> Markup:
        """Markup with every number as `<data>`; link: with it, numbers are links to what they rest on."""
        return Markup().join(_element(one, link) for one in self)


def joined(*parts: Said | str, by: str = "") -> Said:
    """Parts one after the other; a string is a text of ours. by: put between them."""
    pieces: list[Piece] = []
    for part in parts:
        pieces += [Piece(by)] if pieces else []
        pieces += [Piece(part)] if isinstance(part, str) else part
    return Said(one for one in pieces if one.text)


def clean(text: object, length: int = NOTE_LENGTH) -> str:
    """One line of untrusted text without control, direction, private-use or unassigned characters."""
    line = " ".join(_visible(str(text)[: 4 * length]).split())
    if len(line) <= length:
        return line
    kept, words = line[: length - 1], line[:length].rpartition(" ")[0]
    return (words if len(words) > length / 2 else kept) + "…"  # after a word where there are words


def untrusted(text: object, length: int = NOTE_LENGTH) -> str:
    """Text of a data file as one clean line; right-to-left text cannot reorder what follows it."""
    return _cleaned(str(text), length) if text not in (None, "") else ""


def kept_together(markup: Markup) -> Markup:
    """Chinese markup with each clause in a span that breaks only when a line cannot hold it.

    Without it a heading may break inside a word: Chinese has no spaces to break at.
    """
    clauses: list[str] = []
    for part in re.split(r"(?<=[，；：。？！])(?![^<]*>)", str(markup)):
        if clauses and len(re.sub(r"<[^>]*>", "", clauses[-1])) < _SHORT_CLAUSE:
            clauses[-1] += part
        elif part:
            clauses.append(part)
    # a clause must hold whole elements; where it would cut one, the heading stays as it is
    if any(len(re.findall(r"<\w", clause)) != clause.count("</") for clause in clauses):
        return markup
    return Markup("").join(Markup('<span class="clause">{}</span>').format(Markup(clause)) for clause in clauses)  # noqa: S704


def _visible(text: str) -> str:
    kept = (" " if char in "\n\t\r\u2028\u2029" else char for char in text)
    return "".join(char for char in kept if unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn"))


def _bare(piece: Piece) -> str:
    return clean(piece.text, piece.length) if piece.length else piece.text


@lru_cache(maxsize=16_384)
def _cleaned(text: str, length: int) -> str:
    kept = clean(text, length)
    return kept + _LEFT_TO_RIGHT if _turns(kept, "R", "AL") else kept


def _turns(text: str, *directions: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(char) in directions for char in text)


def _element(piece: Piece, link: Link | None) -> Markup:
    if piece.number is not None:
        content = _data(piece, piece.number)
        if link is not None and piece.name:
            content = Markup('<a class="num" href="{}" data-card="{}">{}</a>').format(*link(piece.name), content)
    elif piece.inside:
        content = Markup("<bdi>{}</bdi>").format(clean(piece.text, NAME_LENGTH))
    else:
        content = escape(_bare(piece))
        if piece.length and (piece.alone or _turns(content, "R", "AL", "AN")):
            content = Markup("<bdi>{}</bdi>").format(content)
    if not piece.style:
        return content
    hidden = Markup(' aria-hidden="true"') if piece.style.startswith("check") else ""
    return Markup('<span class="{}"{}>{}</span>').format(piece.style, hidden, content)


def _data(piece: Piece, number: float) -> Markup:
    ends = {} if piece.low == piece.high or None in (piece.low, piece.high) else {"low": piece.low, "high": piece.high}
    attributes = Markup().join(Markup(' data-{}="{}"').format(k, json.dumps(v)) for k, v in ends.items())
    element = Markup('<data value="{}" data-ref="{}"{}>{}</data>')
    return element.format(json.dumps(number), piece.ref, attributes, piece.text)

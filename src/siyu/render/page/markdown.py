"""Markdown cells of a notebook as markup. Cells are messages: they are translated first, then rendered."""

from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from siyu.language import Language, Text


@dataclass(frozen=True)
class MarkdownCell:
    """A markdown cell: its first heading as plain text (empty when it has none) and the rest as markup."""

    heading: str
    body: Markup


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """CommonMark with tables; raw HTML, images and links to anything but this page stay text."""
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table").disable("image")
    parser.validateLink = lambda url: url.strip().startswith("#")  # type: ignore[method-assign]
    return parser


def cell(text: Text, language: Language) -> MarkdownCell:
    """A markdown cell in this language. A heading inside the body becomes a strong paragraph."""
    source = language.message(text) if isinstance(text, str) else language.say(text)
    wrapped = language.code == "xx" and source.startswith("⟦")
    source = source.strip("⟦⟧") if wrapped else source
    tokens = _parser().parse(source)
    heading = ""
    if len(tokens) > 2 and tokens[0].type == "heading_open":
        heading = _inline_text(tokens[1])
        tokens = tokens[3:]
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag, token.attrs = "p", {"class": "lead-in"} if token.nesting > 0 else {}
    # safe: the parser escapes all text and lets no raw HTML through
    body = Markup(_parser().renderer.render(tokens, _parser().options, {}))  # noqa: S704
    mark = "⟦{}⟧" if wrapped else "{}"
    marked = Markup("⟦{}⟧").format(body) if wrapped else body
    return MarkdownCell(mark.format(heading) if heading else "", marked if body else body)


def _inline_text(token: Token) -> str:
    kinds = ("text", "code_inline", "softbreak")
    return "".join(child.content for child in token.children or [] if child.type in kinds)

"""One slide on its way: text in its placeholders, a native chart or table, notes, and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.parts.chart import ChartPart
from pptx.parts.embeddedpackage import EmbeddedXlsxPart
from pptx.parts.slide import NotesSlidePart, SlidePart

from siyu.render.deck import metrics
from siyu.render.deck.masters import Masters, Spot
from siyu.render.deck.plots import Plot

_SPACE = nsdecls("p", "a", "r")
_TAGS = {"zh": "zh-CN", "en": "en-US", "xx": "en-US"}
_SMALLEST = 0.78  # of the size a placeholder sets; longer text is for the lint to refuse


@dataclass(frozen=True)
class Run:
    """A stretch of text. colour: theme colour. link: key of a slide, or an address that starts with http."""

    text: str
    bold: bool | None = None
    colour: str = ""
    scale: float = 1.0
    link: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Runs on one or more lines. before: space above, in points."""

    runs: Sequence[Run]
    before: float = 0.0

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(run.text for run in self.runs)


def plain_paragraphs(*texts: str) -> list[Paragraph]:
    """A paragraph for each text that is not empty."""
    return [Paragraph([Run(text)]) for text in texts if text]


@dataclass
class Deck:
    """The presentation being built. names: key -> slide, for links; pending: links whose slide may come later."""

    masters: Masters
    code: str
    footer: str
    slides: list["Slide"] = field(default_factory=list)
    pending: list[tuple["Slide", Any, str]] = field(default_factory=list)
    _parts: int = 0

    def add(self, layout: str, key: str, title: str) -> "Slide":
        """A new slide at the end. key: names it for links and readers of the file; title: goes to its placeholder."""
        slide = Slide(self, layout, key)
        self.slides.append(slide)
        slide.put("Title", plain_paragraphs(title))
        return slide

    def number(self) -> int:
        """The next number for the name of a part."""
        self._parts += 1
        return self._parts

    def link_up(self) -> None:
        """Make the links between slides. A link to a slide that is not there stays text."""
        named = {slide.key: slide for slide in reversed(self.slides)}
        for slide, run, key in self.pending:
            target = named.get(key)
            if target is None or target is slide:
                continue
            relation = slide.part.relate_to(target.part, RELATIONSHIP_TYPE.SLIDE)
            jump = f'<a:hlinkClick {_SPACE} r:id="{relation}" action="ppaction://hlinksldjump"/>'
            run.append(parse_xml(jump))


class Slide:
    """A slide of a layout. Placeholders that get nothing are not on it."""

    def __init__(self, deck: Deck, layout: str, key: str) -> None:
        self.deck, self.layout, self.key = deck, layout, key
        self.spots = deck.masters.spots[layout]
        presentation = deck.masters.presentation
        package = presentation.part.package
        name = PackURI(f"/ppt/slides/slide{len(deck.slides) + 1}.xml")
        self.part = SlidePart.new(name, package, deck.masters.layouts[layout].part)
        relation = presentation.part.relate_to(self.part, RELATIONSHIP_TYPE.SLIDE)
        presentation.slides._sldIdLst.add_sldId(relation)  # noqa: SLF001 - add_slide would fill it with empty placeholders
        data = self.part._element.find(f"{{{_ns('p')}}}cSld")  # noqa: SLF001
        data.set("name", key)
        self.tree = data.find(f"{{{_ns('p')}}}spTree")
        self._shapes = 1
        for name_, text in (("Footer", deck.footer), ("Slide Number", "")):
            if name_ in self.spots:
                self._append(self.spots[name_], [_number_field() if name_ == "Slide Number" else _paragraph(Paragraph([Run(text)]), None, deck.code)[0]])

    def put(self, name: str, paragraphs: Sequence[Paragraph], *, lines: int = 0) -> None:
        """Fill a placeholder; the type gets smaller when the text needs it, down to what can be read.

        lines: at most that many, longer text is cut with an ellipsis (for source lines only)."""
        if not paragraphs:
            return
        spot = self.spots[name]
        size = spot.size if lines else fitting(paragraphs, spot, most=2 if spot.kind in ("title", "ctrTitle") else 0)
        built = [_paragraph(paragraph, size if size != spot.size else None, self.deck.code, spot.size) for paragraph in paragraphs]
        self._append(spot, [xml for xml, _ in built])
        element = self.tree[-1]
        for at, (_, links) in enumerate(built):
            self._link(element, at, links)

    def chart(self, name: str, plot: Plot, title: str, alt: str) -> None:
        """A native chart in place of a placeholder."""
        package = self.part.package
        number = self.deck.number()
        part = ChartPart.load(PackURI(f"/ppt/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, package, plot.xml)
        book = EmbeddedXlsxPart(PackURI(f"/ppt/embeddings/chart{number}.xlsx"), CONTENT_TYPE.SML_SHEET, package, plot.workbook)
        part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE)
        relation = self.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
        uri = _ns("c")
        graphic = f'<a:graphicData uri="{uri}"><c:chart xmlns:c="{uri}" r:id="{relation}"/></a:graphicData>'
        self._frame(self.spots[name], graphic, title, alt)

    def table(self, name: str, table: str, height: float, title: str, alt: str) -> None:
        """A native table (`a:tbl` as XML) from the top of a placeholder. height: in points."""
        uri = "http://schemas.openxmlformats.org/drawingml/2006/table"
        self._frame(self.spots[name], f'<a:graphicData uri="{uri}">{table}</a:graphicData>', title, alt, height)

    def notes(self, paragraphs: Iterable[str]) -> None:
        """Speaker notes."""
        texts = [text for text in paragraphs if text]
        if not texts:
            return
        lang = _TAGS[self.deck.code]
        body = "".join(f'<a:p><a:r><a:rPr lang="{lang}"/><a:t>{escape(text)}</a:t></a:r></a:p>' for text in texts)
        package = self.part.package
        content = _NOTES.replace("{body}", body).encode()
        name = PackURI(f"/ppt/notesSlides/notesSlide{len(self.deck.slides) + 1}.xml")
        part = NotesSlidePart.load(name, CONTENT_TYPE.PML_NOTES_SLIDE, package, content)
        part.relate_to(self.deck.masters.presentation.part.notes_master_part, RELATIONSHIP_TYPE.NOTES_MASTER)
        part.relate_to(self.part, RELATIONSHIP_TYPE.SLIDE)
        self.part.relate_to(part, RELATIONSHIP_TYPE.NOTES_SLIDE)

    def _append(self, spot: Spot, paragraphs: Sequence[str]) -> None:
        self._shapes += 1
        kind = f' type="{spot.kind}"' if spot.kind != "obj" else ""
        index = f' idx="{spot.index}"' if spot.index else ""
        self.tree.append(
            parse_xml(
                f'<p:sp {_SPACE}><p:nvSpPr><p:cNvPr id="{self._shapes}" name={quoteattr(spot.name)}/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
                f"<p:nvPr><p:ph{kind}{index}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr><a:lstStyle/>"
                f"{''.join(paragraphs)}</p:txBody></p:sp>"
            )
        )

    def _frame(self, spot: Spot, graphic: str, title: str, alt: str, height: float = 0.0) -> None:
        self._shapes += 1
        x, y, width, full = spot.box
        tall = round(height * 12_700) or full
        self.tree.append(
            parse_xml(
                f'<p:graphicFrame {_SPACE}><p:nvGraphicFramePr><p:cNvPr id="{self._shapes}" name={quoteattr(title)} descr={quoteattr(alt)}/>'
                f'<p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>'
                f'<p:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{tall}"/></p:xfrm><a:graphic>{graphic}</a:graphic></p:graphicFrame>'
            )
        )

    def _link(self, shape: Any, paragraph: int, links: Sequence[tuple[int, str]]) -> None:
        body = shape.find(f"{{{_ns('p')}}}txBody").findall(f"{{{_ns('a')}}}p")[paragraph]
        runs = body.findall(f"{{{_ns('a')}}}r")
        for at, target in links:
            properties = runs[at].find(f"{{{_ns('a')}}}rPr")
            if target.startswith("http"):
                relation = self.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
                properties.append(parse_xml(f'<a:hlinkClick {_SPACE} r:id="{relation}"/>'))
            else:
                self.deck.pending.append((self, properties, target))


def fitting(paragraphs: Sequence[Paragraph], spot: Spot, most: int = 0) -> float:
    """The largest size, down to what can be read, at which the text fits its place. most: lines, 0 for any."""
    size = spot.size
    while size > spot.size * _SMALLEST:
        needed = text_height(paragraphs, spot, size)
        count = sum(len(metrics.lines(p.text, spot.width, size, bold=spot.bold)) for p in paragraphs)
        if needed <= spot.height and (not most or count <= most):
            break
        size -= 0.5
    return size


def text_height(paragraphs: Sequence[Paragraph], spot: Spot, size: float) -> float:
    """Height of the paragraphs in a placeholder, in points."""
    total = 0.0
    for paragraph in paragraphs:
        largest = max((run.scale for run in paragraph.runs), default=1.0)
        bold = spot.bold or any(run.bold for run in paragraph.runs)
        total += paragraph.before + metrics.height(paragraph.text, spot.width, size * largest, bold=bold)
    return total


def _paragraph(paragraph: Paragraph, size: float | None, code: str, base: float = 0.0) -> tuple[str, list[tuple[int, str]]]:
    """(XML, [(run, link)]). size: None leaves it to the layout."""
    before = f'<a:pPr><a:spcBef><a:spcPts val="{round(paragraph.before * 100)}"/></a:spcBef></a:pPr>' if paragraph.before else ""
    runs, links = [], []
    for at, run in enumerate(paragraph.runs):
        points = (size or base) * run.scale if size or run.scale != 1.0 else None
        sized = f' sz="{round(points * 100)}"' if points else ""
        weight = "" if run.bold is None else f' b="{int(run.bold)}"'
        colour = f'<a:solidFill><a:schemeClr val="{run.colour}"/></a:solidFill>' if run.colour else ""
        runs.append(f'<a:r><a:rPr lang="{_TAGS[code]}"{sized}{weight}>{colour}</a:rPr><a:t>{escape(run.text)}</a:t></a:r>')
        if run.link:
            links.append((at, run.link))
    return f"<a:p>{before}{''.join(runs)}</a:p>", links


def _number_field() -> str:
    return '<a:p><a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum"><a:rPr lang="en-US"/><a:t>‹#›</a:t></a:fld></a:p>'


def _ns(prefix: str) -> str:
    kinds = {"p": "presentationml/2006/main", "a": "drawingml/2006/main", "c": "drawingml/2006/chart"}
    return f"http://schemas.openxmlformats.org/{kinds[prefix]}"


_NOTES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<p:notes {_SPACE}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/>'
    '<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id="2" name="Slide Image"/><p:cNvSpPr>'
    '<a:spLocks noGrp="1" noRot="1" noChangeAspect="1"/></p:cNvSpPr><p:nvPr><p:ph type="sldImg" idx="2"/></p:nvPr></p:nvSpPr><p:spPr/></p:sp>'
    '<p:sp><p:nvSpPr><p:cNvPr id="3" name="Notes"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="body" sz="quarter" idx="3"/>'
    "</p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/>{body}</p:txBody></p:sp></p:spTree></p:cSld>"
    "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:notes>"
)

"""One slide on its way: text in its placeholders, a native chart or table, notes, and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.parts.chart import ChartPart
from pptx.parts.embeddedpackage import EmbeddedXlsxPart
from pptx.parts.slide import SlidePart

from siyu.render.deck.masters import Masters
from siyu.render.deck.metrics import shortened
from siyu.render.deck.plots import Plot
from siyu.render.deck.spots import Spot
from siyu.render.deck.tags import NAMESPACES, emu, place, root, tag
from siyu.render.deck.writing import TAGS, Paragraph, Run, fitting, paragraph_xml, plain_paragraphs

_FIELD = "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"
_P14, _SECTIONS = "http://schemas.microsoft.com/office/powerpoint/2010/main", "{521415D9-36F7-43E2-AB2F-B90AF26B5E84}"
_TABLES = "http://schemas.openxmlformats.org/drawingml/2006/table"


@dataclass
class Deck:
    """The presentation being built. sections: (name, place of the first slide); pending: links whose slide may come
    later."""

    masters: Masters
    code: str
    footer: str
    slides: list[Slide] = field(default_factory=list)
    sections: list[tuple[str, int]] = field(default_factory=list)
    pending: list[tuple[Slide, Any, str]] = field(default_factory=list)
    parts: int = 0

    def add(self, layout: str, key: str, kicker: str, title: str) -> Slide:
        """A new slide at the end. key: names it for links and readers of the file; kicker: the line above the title."""
        slide = Slide(self, layout, key, title)
        self.slides.append(slide)
        if spot := slide.spots.get("Kicker"):
            slide.put("Kicker", plain_paragraphs(shortened(kicker, spot.width, spot.size, 1, bold=spot.bold)))
        slide.put("Title", plain_paragraphs(title))
        return slide

    def section(self, name: str) -> None:
        """From the next slide on a section of this name, as PowerPoint lists them."""
        self.sections.append((name, len(self.slides)))

    def finish(self) -> None:
        """Make the links between slides and the list of sections. A link to a slide that is not there stays text."""
        self._list_sections()
        named = {slide.key: slide for slide in reversed(self.slides)}
        for slide, run, key in self.pending:
            target = named.get(key)
            if target is not None and target is not slide:
                relation = slide.part.relate_to(target.part, RELATIONSHIP_TYPE.SLIDE)
                jump = {"r__id": relation, "action": "ppaction://hlinksldjump"}
                run.append(parse_xml(root("a:hlinkClick", "ar", **jump)))

    def _list_sections(self) -> None:
        ids = [str(entry.id) for entry in self.masters.presentation.slides._sldIdLst]
        ends = [first for _, first in self.sections[1:]] + [len(ids)]
        listed = []
        for (name, first), end in zip(self.sections, ends, strict=True):
            slides = [tag("p14:sldId", id=one) for one in ids[first:end]]
            own = f"{{{str(uuid5(NAMESPACE_URL, f'{name} {first}')).upper()}}}"
            listed.append(tag("p14:section", tag("p14:sldIdLst", *slides), name=name, id=own))
        found = tag("p:ext", tag("p14:sectionLst", *listed, xmlns__p14=_P14), uri=_SECTIONS)
        self.masters.presentation.part._element.append(parse_xml(root("p:extLst", "p", found)))


class Slide:
    """A slide of a layout. Placeholders that get nothing are not on it."""

    def __init__(self, deck: Deck, layout: str, key: str, title: str) -> None:
        self.deck, self.layout, self.key, self.title = deck, layout, key, title
        self.spots = deck.masters.spots[layout]
        self.number = len(deck.slides) + 1
        self.part = _slide_part(deck, layout, self.number)
        data = self.part._element.find(qn("p:cSld"))
        data.set("name", key)
        self.tree = data.find(qn("p:spTree"))
        self._shapes = 1
        shown = tag("a:fld", tag("a:rPr", lang="en-US"), tag("a:t", str(self.number)), id=_FIELD, type="slidenum")
        feet = {"Footer": paragraph_xml(Paragraph([Run(deck.footer)]), deck.code, 9), "Slide Number": tag("a:p", shown)}
        for name, text in feet.items():
            if name in self.spots:
                self._append(self.spots[name], name, [text])

    def put(self, name: str, paragraphs: Sequence[Paragraph], size: float = 0.0) -> None:
        """Fill a placeholder; the type gets smaller when the text needs it. size: set it to this size."""
        if not paragraphs:
            return
        spot = self.spots[name]
        chosen = size or fitting(paragraphs, spot)
        stated = chosen != spot.size or spot.index < 0
        self._append(spot, name, [paragraph_xml(one, self.deck.code, chosen, stated=stated) for one in paragraphs])
        for paragraph, element in zip(paragraphs, self.tree[-1].iter(qn("a:p")), strict=True):
            self._link(paragraph, element)

    def chart(self, name: str, plot: Plot, title: str, alt: str) -> None:
        """A native chart in place of a placeholder."""
        package, self.deck.parts = self.part.package, self.deck.parts + 1
        chart = PackURI(f"/ppt/charts/chart{self.deck.parts}.xml")
        book = PackURI(f"/ppt/embeddings/chart{self.deck.parts}.xlsx")
        part = ChartPart.load(chart, CONTENT_TYPE.DML_CHART, package, plot.xml)
        held = EmbeddedXlsxPart(book, CONTENT_TYPE.SML_SHEET, package, plot.workbook)
        part.relate_to(held, RELATIONSHIP_TYPE.PACKAGE)
        content = tag("c:chart", xmlns__c=NAMESPACES["c"], r__id=self.part.relate_to(part, RELATIONSHIP_TYPE.CHART))
        self._frame(self.spots[name], tag("a:graphicData", content, uri=NAMESPACES["c"]), title, alt)

    def table(self, name: str, table: str, height: float, title: str, alt: str) -> None:
        """A native table (`a:tbl` as XML) from the top of a placeholder. height: in points."""
        self._frame(self.spots[name], tag("a:graphicData", table, uri=_TABLES), title, alt, height)
        for jump in list(self.tree[-1].iter(qn("a:hlinkClick"))):
            self.deck.pending.append((self, properties := jump.getparent(), jump.get(qn("r:id"))))
            properties.remove(jump)

    def notes(self, paragraphs: Iterable[str]) -> None:
        """Speaker notes."""
        frame = self.part.slide.notes_slide.notes_text_frame
        frame.text = "\n".join(text for text in paragraphs if text)
        for paragraph in frame.paragraphs:
            for run in paragraph.runs:
                run.font.language_id = MSO_LANGUAGE_ID.from_xml(TAGS[self.deck.code])

    def _append(self, spot: Spot, name: str, paragraphs: Sequence[str]) -> None:
        """A placeholder filled, or a text box where the layout has none."""
        self._shapes += 1
        about, held = tag("p:cNvPr", id=self._shapes, name=name), spot.index >= 0
        kind = tag("p:ph", type=None if spot.kind == "obj" else spot.kind, idx=spot.index or None)
        about += tag("p:cNvSpPr", tag("a:spLocks", noGrp="1")) if held else tag("p:cNvSpPr", txBox="1")
        about += tag("p:nvPr", kind) if held else tag("p:nvPr")
        box = place(spot.box) + tag("a:prstGeom", tag("a:avLst"), prst="rect")
        inset = {} if held else dict(zip(("lIns", "tIns", "rIns", "bIns"), spot.insets, strict=True))
        body = tag("a:bodyPr", tag("a:normAutofit"), wrap=None if held else "square", **inset) + tag("a:lstStyle")
        inside = tag("p:nvSpPr", about) + tag("p:spPr", "" if held else box)
        self.tree.append(parse_xml(root("p:sp", "apr", inside, tag("p:txBody", body + "".join(paragraphs)))))

    def _frame(self, spot: Spot, graphic: str, title: str, alt: str, height: float = 0.0) -> None:
        self._shapes += 1
        x, y, width, full = spot.box
        about = tag("p:cNvPr", id=self._shapes, name=title, descr=alt)
        about += tag("p:cNvGraphicFramePr", tag("a:graphicFrameLocks", noGrp="1")) + tag("p:nvPr")
        where = place((x, y, width, emu(height) or full), "p:xfrm")
        frame = root("p:graphicFrame", "apr", tag("p:nvGraphicFramePr", about), where, tag("a:graphic", graphic))
        self.tree.append(parse_xml(frame))

    def _link(self, paragraph: Paragraph, element: Any) -> None:
        for run, written in zip(paragraph.runs, element.iter(qn("a:r")), strict=True):
            properties = written.find(qn("a:rPr"))
            if run.link.startswith("http"):
                relation = self.part.relate_to(run.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
                properties.append(parse_xml(root("a:hlinkClick", "ar", r__id=relation)))
            elif run.link:
                self.deck.pending.append((self, properties, run.link))


def _slide_part(deck: Deck, layout: str, number: int) -> Any:
    """An empty slide of a layout, in the presentation; python-pptx's own would fill it with empty placeholders."""
    presentation = deck.masters.presentation
    name, make = PackURI(f"/ppt/slides/slide{number}.xml"), cast(Any, SlidePart.new)
    part = make(name, presentation.part.package, deck.masters.layouts[layout].part)
    presentation.slides._sldIdLst.add_sldId(presentation.part.relate_to(part, RELATIONSHIP_TYPE.SLIDE))
    return part

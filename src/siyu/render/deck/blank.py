"""The deck's own template: a 16:9 master with the named layouts, built from the theme's colours."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from siyu import theme
from siyu.render.deck.layouts import FOOTER, HEIGHT, LAYOUTS, NUMBER, TITLE, WIDTH, Placement
from siyu.render.deck.tags import HEAD, NAMESPACES, Attribute, emu, place, root, scheme, tag, type_of, words

XML = Path(__file__).parents[1] / "templates" / "deck"
LATIN, EAST_ASIAN = "Arial", "Microsoft YaHei"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.presentationml."
_FIELD = "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"
_FIRST_ID = 2_147_483_648  # of masters and layouts, by the standard
_COLOURS = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"} | {
    name: name for name in (*(f"accent{at}" for at in range(1, 7)), "hlink", "folHlink")
}


@dataclass
class _Package:
    """Parts of an OPC package, written in the order they were added."""

    parts: dict[str, str] = field(default_factory=dict)
    types: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, content: str, kind: str, *relations: tuple[str, str]) -> None:
        """A part with its content type and what it relates to: (kind of relation, target)."""
        self.parts[name] = HEAD + content
        self.types.append((name, kind))
        if relations:
            folder, _, file = name.rpartition("/")
            self.parts[f"{folder}/_rels/{file}.rels"] = _relations(*relations)


@lru_cache(maxsize=1)
def blank() -> bytes:
    """The template as a .pptx without slides. The same bytes every time."""
    package = _Package()
    theme_kind = "application/vnd.openxmlformats-officedocument.theme+xml"
    master, notes = "slideMasters/slideMaster1.xml", "notesMasters/notesMaster1.xml"
    tops = (("slideMaster", master), ("notesMaster", notes), ("theme", "theme/theme1.xml"))
    package.add("ppt/presentation.xml", _presentation(), f"{_MAIN}presentation.main+xml", *tops)
    layouts = [("slideLayout", f"../slideLayouts/slideLayout{at}.xml") for at in range(1, len(LAYOUTS) + 1)]
    package.add(f"ppt/{master}", _master(), f"{_MAIN}slideMaster+xml", *layouts, ("theme", "../theme/theme1.xml"))
    for at, name in enumerate(LAYOUTS, start=1):
        part = f"ppt/slideLayouts/slideLayout{at}.xml"
        package.add(part, _layout(name), f"{_MAIN}slideLayout+xml", ("slideMaster", f"../{master}"))
    package.add(f"ppt/{notes}", _read("notes_master.xml"), f"{_MAIN}notesMaster+xml", ("theme", "../theme/theme2.xml"))
    for number in (1, 2):
        package.add(f"ppt/theme/theme{number}.xml", _theme(), theme_kind)
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    package.add("docProps/core.xml", _read("core.xml"), core)
    return _zipped(package)


def _presentation() -> str:
    return root(
        "p:presentation",
        "arp",
        tag("p:sldMasterIdLst", tag("p:sldMasterId", id=_FIRST_ID, r__id="rId1")),
        tag("p:notesMasterIdLst", tag("p:notesMasterId", r__id="rId2")),
        tag("p:sldSz", cx=emu(WIDTH), cy=emu(HEIGHT)),
        tag("p:notesSz", cx=6_858_000, cy=9_144_000),
        saveSubsetFonts="1",
    )


def _master() -> str:
    body = Placement("Text", 1, (43, 148, 874, 316), 14)
    shapes = [_bar(2, "Accent", (0, 46, 7, 66), scheme("accent1"))]
    shapes.append(_bar(3, "Line", (43, 505, 874, 0.75), scheme("bg1", darker=True)))
    shapes += [_placeholder(one, number) for number, one in enumerate((TITLE, body, FOOTER, NUMBER), start=4)]
    ground = tag("p:bg", tag("p:bgPr", scheme("bg1"), tag("a:effectLst")))
    ids = [tag("p:sldLayoutId", id=_FIRST_ID + at, r__id=f"rId{at}") for at in range(1, len(LAYOUTS) + 1)]
    styles = [_style("p:titleStyle", 26, "mj"), _style("p:bodyStyle", 14, "mn"), _style("p:otherStyle", 12, "mn")]
    return root(
        "p:sldMaster",
        "arp",
        _tree(shapes, ground),
        tag("p:clrMap", **_COLOURS),
        tag("p:sldLayoutIdLst", *ids),
        tag("p:txStyles", *styles),
    )


def _layout(name: str) -> str:
    shapes = [_placeholder(one, number) for number, one in enumerate(LAYOUTS[name], start=2)]
    own = tag("p:clrMapOvr", tag("a:masterClrMapping"))
    return root("p:sldLayout", "arp", _tree(shapes, name=name), own, preserve="1", userDrawn="1")


def _style(name: str, size: float, font: str) -> str:
    """A text style of the master: no bullets, lines a little closer than the typeface asks for."""
    defaults = tag("a:defRPr", scheme("tx1"), type_of(font), tag("a:cs", typeface=f"+{font}-cs"), sz=round(size * 100))
    spacing = tag("a:lnSpc", tag("a:spcPct", val="95000")) + tag("a:spcBef", tag("a:spcPts", val="0"))
    return tag(name, tag("a:lvl1pPr", spacing, tag("a:buNone"), defaults, marL="0", indent="0", algn="l"))


def _placeholder(one: Placement, number: int) -> str:
    side, end = (108_000, 72_000) if one.fill else (0, 0)
    numbered = one.kind == "sldNum"
    run = tag("a:rPr", lang="en-US")
    text = tag("a:r", run, tag("a:t", words(one.name)))
    if numbered:
        text = tag("a:fld", run, tag("a:t", "‹#›"), id=_FIELD, type="slidenum")
    font = "mj" if one.kind == "title" else "mn"
    defaults = tag("a:defRPr", scheme(one.colour), type_of(font), sz=round(one.size * 100), b=int(one.bold))
    about = tag(
        "p:nvSpPr",
        tag("p:cNvPr", id=number, name=one.name),
        tag("p:cNvSpPr", tag("a:spLocks", noGrp="1")),
        tag("p:nvPr", tag("p:ph", type=None if one.kind == "obj" else one.kind, idx=one.index or None)),
    )
    look = [place([emu(length) for length in one.box]), tag("a:prstGeom", tag("a:avLst"), prst="rect")]
    look += [scheme(one.fill)] if one.fill else []
    frame: dict[str, Attribute] = {
        "vert": "horz",
        "wrap": "square",
        "lIns": side,
        "tIns": end,
        "rIns": side,
        "bIns": end,
    }
    body = tag("a:bodyPr", tag("a:normAutofit"), anchor=one.anchor, **frame)
    style = tag("a:lstStyle", tag("a:lvl1pPr", defaults, algn="r" if numbered else None))
    return tag("p:sp", about, tag("p:spPr", *look), tag("p:txBody", body, style, tag("a:p", text)))


def _bar(number: int, name: str, box: tuple[float, float, float, float], fill: str) -> str:
    shape = place([emu(length) for length in box]) + tag("a:prstGeom", tag("a:avLst"), prst="rect")
    about = tag("p:cNvPr", id=number, name=name) + tag("p:cNvSpPr") + tag("p:nvPr", userDrawn="1")
    return tag("p:sp", tag("p:nvSpPr", about), tag("p:spPr", shape, fill, tag("a:ln", tag("a:noFill"))))


def _tree(shapes: list[str], ground: str = "", name: str | None = None) -> str:
    group = tag("p:nvGrpSpPr", tag("p:cNvPr", id=1, name=""), tag("p:cNvGrpSpPr"), tag("p:nvPr"))
    return tag("p:cSld", ground, tag("p:spTree", group, tag("p:grpSpPr"), *shapes), name=name)


def _theme() -> str:
    """The theme of slides and notes: the colours of `siyu.theme`, the fonts of every Office."""
    colours = {"dk1": theme.INK, "lt1": theme.PAPER, "dk2": theme.MUTE, "lt2": theme.SOFT}
    colours |= {"hlink": theme.MAIN, "folHlink": theme.MAIN}
    colours |= {f"accent{at}": colour for at, colour in enumerate(theme.SERIES, start=1)}
    text = _read("theme.xml").replace("{latin}", LATIN).replace("{ea}", EAST_ASIAN)
    for name, colour in colours.items():
        text = text.replace(f"{{{name}}}", colour.lstrip("#").upper())
    return text


def _read(name: str) -> str:
    return (XML / name).read_text(encoding="utf-8").strip()


def _relations(*targets: tuple[str, str]) -> str:
    entries = [
        tag("Relationship", Id=f"rId{at}", Type=kind if "/" in kind else f"{NAMESPACES['r']}/{kind}", Target=target)
        for at, (kind, target) in enumerate(targets, start=1)
    ]
    return HEAD + tag("Relationships", *entries, xmlns=f"{_PACKAGE}/relationships")


def _zipped(package: _Package) -> bytes:
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    kinds = [tag("Default", Extension=ending, ContentType=kind) for ending, kind in defaults.items()]
    kinds += [tag("Override", PartName=f"/{name}", ContentType=kind) for name, kind in package.types]
    properties = f"{_PACKAGE}/relationships/metadata/core-properties"
    parts = {
        "[Content_Types].xml": HEAD + tag("Types", *kinds, xmlns=f"{_PACKAGE}/content-types"),
        "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml"), (properties, "docProps/core.xml")),
        **package.parts,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

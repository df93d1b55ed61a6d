"""The deck's own template: a 16:9 master with named layouts, built from the theme's colours.

A client's template is honoured when its layouts and placeholders carry the names of `LAYOUTS`.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from siyu import theme

XML = Path(__file__).parent.parent / "templates" / "deck"
EMU = 12_700  # per point
WIDTH, HEIGHT = 960, 540  # points: 13.333 x 7.5 inches
LATIN, EAST_ASIAN = "Arial", "Microsoft YaHei"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:r="{_OFFICE}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True)
class Place:
    """A placeholder of a layout. box: x, y, width, height in points; size: of its text, in points.

    colour: theme colour; fill: theme colour behind the text, "" for none; kind: OOXML placeholder type.
    """

    name: str
    index: int
    box: tuple[float, float, float, float]
    size: float
    kind: str = "body"
    colour: str = "tx1"
    bold: bool = False
    fill: str = ""
    anchor: str = "t"


_KICKER = Place("Kicker", 10, (43, 26, 790, 20), 11, colour="tx2")
_TITLE = Place("Title", 0, (43, 46, 874, 72), 26, "title", bold=True)
_SUBTITLE = Place("Subtitle", 11, (43, 119, 874, 22), 13, colour="tx2")
_SOURCE = Place("Source", 14, (43, 470, 874, 32), 9, colour="tx2", anchor="b")
_FOOT = Place("Footer", 40, (43, 510, 700, 18), 9, "ftr", colour="tx2")
_NUMBER = Place("Slide Number", 41, (817, 510, 100, 18), 9, "sldNum", colour="tx2")
_HEAD_PLACES = (_KICKER, _TITLE)
_FOOT_PLACES = (_SOURCE, _FOOT, _NUMBER)


def _card(number: int) -> Place:
    return Place(f"Card {number}", 20 + number, (43 + 298 * (number - 1), 156, 278, 206), 14, fill="bg2")


def _half(number: int) -> tuple[Place, ...]:
    left = 43 + 447 * (number - 1)
    return (
        Place(f"Heading {number}", 30 + number, (left, 100, 427, 56), 15, bold=True),
        Place(f"Subtitle {number}", 34 + number, (left, 156, 427, 34), 10.5, colour="tx2"),
        Place(f"Content {number}", 37 + number, (left, 194, 427, 272), 12, "obj"),
    )


# Layout name -> its placeholders, in reading order. The names are the contract with a client's template.
LAYOUTS: dict[str, tuple[Place, ...]] = {
    "Siyu Answer": (
        *_HEAD_PLACES,
        *(_card(number) for number in (1, 2, 3)),
        Place("Panel", 13, (43, 376, 874, 88), 12),
        *_FOOT_PLACES,
    ),
    "Siyu Finding": (
        *_HEAD_PLACES,
        _SUBTITLE,
        Place("Content", 12, (43, 148, 606, 316), 12, "obj"),
        Place("Panel", 13, (673, 148, 244, 316), 12, fill="bg2"),
        *_FOOT_PLACES,
    ),
    "Siyu Wide": (
        *_HEAD_PLACES,
        _SUBTITLE,
        Place("Content", 12, (43, 148, 874, 316), 12, "obj"),
        *_FOOT_PLACES,
    ),
    "Siyu Pair": (_KICKER, Place("Title", 0, (43, 46, 874, 44), 24, "title", bold=True), *_half(1), *_half(2), *_FOOT_PLACES),
}


@dataclass
class _Package:
    """Parts of an OPC package, written in the order they were added."""

    parts: dict[str, str] = field(default_factory=dict)
    types: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, content: str, content_type: str, relations: list[tuple[str, str]] | None = None) -> None:
        self.parts[name] = _HEAD + content
        self.types.append((name, content_type))
        if relations:
            folder, _, file = name.rpartition("/")
            self.parts[f"{folder}/_rels/{file}.rels"] = _relations(relations)


@lru_cache(maxsize=1)
def blank() -> bytes:
    """The template as a .pptx without slides. The same bytes every time."""
    package = _Package()
    main = "application/vnd.openxmlformats-officedocument.presentationml."
    names = list(LAYOUTS)
    layouts = [("slideLayout", f"../slideLayouts/slideLayout{at}.xml") for at in range(1, len(names) + 1)]
    package.add(
        "ppt/presentation.xml",
        _presentation(),
        f"{main}presentation.main+xml",
        [("slideMaster", "slideMasters/slideMaster1.xml"), ("notesMaster", "notesMasters/notesMaster1.xml"), ("theme", "theme/theme1.xml")],
    )
    package.add(
        "ppt/slideMasters/slideMaster1.xml", _master(len(names)), f"{main}slideMaster+xml", [*layouts, ("theme", "../theme/theme1.xml")]
    )
    for at, name in enumerate(names, start=1):
        shapes = "".join(_placeholder(place, number) for number, place in enumerate(LAYOUTS[name], start=2))
        layout = f'<p:sldLayout {_NAMESPACES} preserve="1" userDrawn="1">{_tree(shapes, name)}{_OWN_COLOURS}</p:sldLayout>'
        package.add(
            f"ppt/slideLayouts/slideLayout{at}.xml", layout, f"{main}slideLayout+xml", [("slideMaster", "../slideMasters/slideMaster1.xml")]
        )
    package.add("ppt/notesMasters/notesMaster1.xml", _read("notes_master.xml"), f"{main}notesMaster+xml", [("theme", "../theme/theme2.xml")])
    for number in (1, 2):
        package.add(f"ppt/theme/theme{number}.xml", _theme(), "application/vnd.openxmlformats-officedocument.theme+xml")
    package.add("docProps/core.xml", _read("core.xml"), "application/vnd.openxmlformats-package.core-properties+xml")
    return _zipped(package)


_OWN_COLOURS = "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"


def _presentation() -> str:
    ids = '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
    ids += '<p:notesMasterIdLst><p:notesMasterId r:id="rId2"/></p:notesMasterIdLst>'
    size = f'<p:sldSz cx="{WIDTH * EMU}" cy="{HEIGHT * EMU}"/><p:notesSz cx="6858000" cy="9144000"/>'
    return f"<p:presentation {_NAMESPACES} saveSubsetFonts=\"1\">{ids}{size}</p:presentation>"


def _master(layouts: int) -> str:
    places = (
        _TITLE,
        Place("Text", 1, (43, 148, 874, 316), 14, "body"),
        _FOOT,
        _NUMBER,
    )
    shapes = _bar(2, "Accent", (0, 46, 7, 66), "accent1") + _bar(3, "Line", (43, 505, 874, 0.75), "bg1", darker=True)
    shapes += "".join(_placeholder(place, number) for number, place in enumerate(places, start=4))
    ids = "".join(f'<p:sldLayoutId id="{2147483648 + at}" r:id="rId{at}"/>' for at in range(1, layouts + 1))
    colours = (
        '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" '
        'accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>'
    )
    body = _tree(shapes, background=True)
    return f"<p:sldMaster {_NAMESPACES}>{body}{colours}<p:sldLayoutIdLst>{ids}</p:sldLayoutIdLst>{_styles()}</p:sldMaster>"


def _styles() -> str:
    """Text styles of the master; the space between paragraphs is part of them, bullets are not."""

    def level(size: int, font: str, before: int) -> str:
        return (
            f'<a:lvl1pPr marL="0" indent="0" algn="l" eaLnBrk="1" latinLnBrk="0" hangingPunct="1"><a:lnSpc><a:spcPct val="95000"/></a:lnSpc>'
            f'<a:spcBef><a:spcPts val="{before}"/></a:spcBef><a:buNone/><a:defRPr sz="{size}"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
            f'<a:latin typeface="+{font}-lt"/><a:ea typeface="+{font}-ea"/><a:cs typeface="+{font}-cs"/></a:defRPr></a:lvl1pPr>'
        )

    styles = f"<p:titleStyle>{level(2600, 'mj', 0)}</p:titleStyle><p:bodyStyle>{level(1400, 'mn', 0)}</p:bodyStyle>"
    return f"<p:txStyles>{styles}<p:otherStyle>{level(1200, 'mn', 0)}</p:otherStyle></p:txStyles>"


def _placeholder(place: Place, number: int) -> str:
    kind = f' type="{place.kind}"' if place.kind not in ("obj",) else ""
    index = f' idx="{place.index}"' if place.index else ""
    inset = "108000" if place.fill else "0"
    upright = "72000" if place.fill else "0"
    fill = f'<a:solidFill><a:schemeClr val="{place.fill}"/></a:solidFill>' if place.fill else ""
    weight = ' b="1"' if place.bold else ' b="0"'
    align = ' algn="r"' if place.kind == "sldNum" else ""
    content = {
        "sldNum": '<a:p><a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum"><a:rPr lang="en-US"/><a:t>‹#›</a:t></a:fld></a:p>'
    }.get(place.kind, f'<a:p><a:r><a:rPr lang="en-US"/><a:t>{place.name}</a:t></a:r></a:p>')
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{place.name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f"<p:nvPr><p:ph{kind}{index}/></p:nvPr></p:nvSpPr><p:spPr>{_box(place.box)}<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>{fill}</p:spPr>"
        f'<p:txBody><a:bodyPr vert="horz" wrap="square" lIns="{inset}" tIns="{upright}" rIns="{inset}" bIns="{upright}" anchor="{place.anchor}">'
        f"<a:normAutofit/></a:bodyPr><a:lstStyle><a:lvl1pPr{align}><a:defRPr sz=\"{round(place.size * 100)}\"{weight}><a:solidFill>"
        f'<a:schemeClr val="{place.colour}"/></a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle>{content}</p:txBody></p:sp>'
    )


def _bar(number: int, name: str, box: tuple[float, float, float, float], colour: str, *, darker: bool = False) -> str:
    shade = '<a:lumMod val="85000"/>' if darker else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>{_box(box)}'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="{colour}">{shade}</a:schemeClr></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _box(box: tuple[float, float, float, float]) -> str:
    x, y, width, height = (round(side * EMU) for side in box)
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'


def _tree(shapes: str, name: str = "", *, background: bool = False) -> str:
    ground = '<p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill><a:effectLst/></p:bgPr></p:bg>' if background else ""
    called = f' name="{name}"' if name else ""
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    return f"<p:cSld{called}>{ground}<p:spTree>{group}{shapes}</p:spTree></p:cSld>"


def _theme() -> str:
    """The theme of slides and notes: the colours of `siyu.theme`, the fonts of every Office."""
    colours = {"dk1": theme.INK, "lt1": theme.PAPER, "dk2": theme.MUTE, "lt2": theme.SOFT, "hlink": theme.MAIN, "folHlink": theme.MAIN}
    colours |= {f"accent{at}": colour for at, colour in enumerate(theme.SERIES, start=1)}
    text = _read("theme.xml").replace("{latin}", LATIN).replace("{ea}", EAST_ASIAN)
    for name, colour in colours.items():
        text = text.replace(f"{{{name}}}", colour.lstrip("#").upper())
    return text


def _read(name: str) -> str:
    return (XML / name).read_text(encoding="utf-8").strip()


def _relations(targets: list[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{entries}</Relationships>'


def _zipped(package: _Package) -> bytes:
    kinds = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in package.types)
    listed = (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{kinds}</Types>'
    )
    core = '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>'
    root = _relations([("officeDocument", "ppt/presentation.xml")]).replace("</Relationships>", core)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {"[Content_Types].xml": listed, "_rels/.rels": root, **package.parts}.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

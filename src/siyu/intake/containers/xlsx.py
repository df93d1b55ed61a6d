"""XLSX archives looked through with an XML parser before a reader of workbooks may allocate anything."""

import posixpath
import re
import zipfile
from collections.abc import Mapping
from copy import copy
from xml.parsers import expat

from siyu.intake.containers.marks import ERROR, LISTED, Marks
from siyu.intake.formats.identities import LOST
from siyu.intake.reading.problems import BROKEN_ARCHIVE, RefusedError

PART_LIMIT = 1_500_000_000
SPARE = 200_000  # elements beyond those that cells bring along
BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_FIRST = re.compile("styles|sharedStrings", re.IGNORECASE)
XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<", b"<\0", b"\0<")


def marks(archive: zipfile.ZipFile) -> tuple[dict[str, Marks], dict[str, str]]:
    """The marks of every sheet by its title, and the number formats of cells by style.

    Raises RefusedError: entities, too_large, bad_archive."""
    parts, struck, texts = dict[str, _Look](), frozenset[str](), frozenset[str]()
    # first of all what cells look like, and texts that they share
    for info in sorted(archive.infolist(), key=lambda one: not _FIRST.search(one.filename)):
        if not info.is_dir() and (look := _inspected(archive, info, struck, texts)) is not None:
            parts[info.filename] = look
            struck = frozenset(look.struck) if look.root == "styleSheet" else struck
            texts = frozenset(look.struck) if look.root == "sst" else texts
    book, relations = parts.get(BOOK), parts.get(RELATIONS)
    targets = {} if relations is None else {
        one["Id"]: posixpath.normpath(posixpath.join("/xl", one["Target"])).removeprefix("/")
        for one in relations.relations if {"Id", "Target"} <= set(one)
    }  # fmt: skip
    found = {}
    for title, place, hidden in book.sheets if book is not None else ():
        part = parts.get(targets.get(place, ""))
        found[title] = part.marks if part is not None else Marks()
        if hidden:
            found[title].hidden = list(range(1, found[title].last_row + 1))
    return found, next((part.formats for part in parts.values() if part.root == "styleSheet"), {})


class _Look:
    """One XML part, element by element. Nothing is kept but what the marks need."""

    def __init__(self, crossed: frozenset[str], texts: frozenset[str]) -> None:
        self.marks, self.crossed = Marks(), crossed  # styles of cells that are struck through
        self.texts, self.shared = texts, 0  # shared texts that are in a part, by number; how many
        self.fonts, self.lines, self.struck = 0, set[str](), set[str]()  # fonts that are; styles, or texts, of such
        self.sheets: list[tuple[str, str, bool]] = []
        self.relations: list[Mapping[str, str]] = []
        self.formats, self.codes, self.within = dict[str, str](), dict[str, str](), ""
        self.root = ""
        self.row = self.column = self.elements = self.cells = 0
        self.kind, self.formula, self.value, self.number = "", False, True, ""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise RefusedError("entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self.elements += 1
        if self.root == "worksheet" and self.elements > 20 * self.cells + SPARE:
            raise RefusedError("too_large")
        if not self.root:
            self.root = name
        if self.root == "worksheet":
            self._sheet(name, attributes)
        elif self.root == "styleSheet":
            self._style(name, attributes)
        elif self.root == "sst":
            self.shared += name == "si"
            self.struck |= {str(self.shared - 1)} if _strikes(name, attributes) else set()
        elif name == "sheet":
            place = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes.get("name", ""), place, attributes.get("state", "visible") != "visible"))
        elif name == "Relationship":
            self.relations.append(attributes)

    def _sheet(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.close()
            self.cells += 1
            self.row, self.column = _place(attributes.get("r", ""), self.row, self.column + 1)
            self.kind, self.formula, self.value = attributes.get("t", ""), False, False
            self.marks.cell(self.row, self.column)
            if self.crossed and attributes.get("s", "") in self.crossed:
                self.marks.strike(self.row, self.column)
            if self.kind in ("", "n") and "s" in attributes:
                self.marks.number(self.row, self.column, attributes["s"])
        elif name == "row":
            self.close()
            self.row, self.column = _number(attributes.get("r", ""), self.row + 1), 0
            self.marks.cell(self.row, 0)
            if attributes.get("hidden") in ("1", "true"):
                self.marks.hidden.append(self.row)
        elif name == "f":
            self.formula = True
        elif name in ("v", "is"):
            # many programs write an empty value for a formula that they have not computed
            self.value = not self.formula or self.kind == "str"
            shared = self.kind == "s" and self.texts
            self.parser.CharacterDataHandler = self._shared if shared else None if self.value else self._text
        elif _strikes(name, attributes):
            self.marks.strike(self.row, self.column)
        elif name == "mergeCell":
            self._merged(attributes.get("ref", ""))

    def _style(self, name: str, attributes: dict[str, str]) -> None:
        """A number format by its number, a font or a style by its place among those of cells."""
        if name == "numFmt":
            self.codes.setdefault(attributes.get("numFmtId", ""), attributes.get("formatCode", ""))
        elif name in ("fonts", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            self.within = name
        elif name == "font" and self.within == "fonts":
            self.fonts += 1
        elif self.within == "fonts" and _strikes(name, attributes):
            self.lines.add(str(self.fonts - 1))
        elif name == "xf" and self.within == "cellXfs":
            number, style = attributes.get("numFmtId", ""), str(len(self.formats))
            self.formats[style] = self.codes.get(number, number)
            self.struck |= {style} if attributes.get("fontId", "0") in self.lines else set()
        if len(self.formats) + len(self.codes) > LISTED:
            raise RefusedError("too_large")

    def _text(self, _: str) -> None:
        self.value, self.parser.CharacterDataHandler = True, None

    def _shared(self, number: str) -> None:
        """The number of a text, or, at the end of a block, a piece of it."""
        self.number += number

    def _merged(self, reference: str) -> None:
        """A range over several rows: whose cells the lower ones are cannot be told."""
        (top, left), (bottom, right) = (_place(end, 0, 0) for end in (reference.split(":") * 2)[:2])
        self.marks.merged(top, min(bottom, self.marks.last_row), left, min(right, self.marks.last_column))

    def close(self) -> None:
        """The cell that was open is complete."""
        self.parser.CharacterDataHandler = None
        if self.kind == "e":
            self.marks.holds(self.row, self.column, ERROR)
        elif self.formula and not self.value:
            self.marks.holds(self.row, self.column, LOST)
        if self.number in self.texts:
            self.marks.strike(self.row, self.column)
        self.kind, self.formula, self.value, self.number = "", False, True, ""


def _inspected(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, crossed: frozenset[str], texts: frozenset[str]
) -> _Look | None:
    """A part that is XML, whatever it is called; None for others. crossed: styles of cells that are struck through;
    texts: shared ones that are so in a part."""
    if info.file_size > PART_LIMIT:
        raise RefusedError("too_large")
    look, read = _Look(crossed, texts), 0
    longer = copy(info)
    longer.file_size += 1  # a part that unpacks to more than it says would be read to its end by others
    try:
        with archive.open(longer) as part:
            while block := part.read(1 << 18):
                if not read and not block.lstrip().startswith(XML):
                    return None
                read += len(block)
                if read > info.file_size:
                    raise RefusedError("too_large")
                look.parser.Parse(block, False)
        look.parser.Parse(b"", True)
    except (*BROKEN_ARCHIVE, ValueError, expat.ExpatError) as error:
        if isinstance(error, RefusedError):
            raise
        raise RefusedError("bad_archive") from error
    look.close()
    look.marks.bounded(info.file_size)
    return look


def _strikes(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element strikes something through."""
    return name in ("strike", "dstrike") and attributes.get("val", "1") not in ("0", "false")


def _place(reference: str, row: int, column: int) -> tuple[int, int]:
    """The row and column of a reference like AB12; the next cell where there is none."""
    if not (letters := reference.rstrip("0123456789")):
        return row, column
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
        if number > 1_000_000:
            raise RefusedError("too_large")
    return _number(reference[len(letters) :], row), number


def _number(text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > 8:
        raise RefusedError("too_large" if text.isdigit() else "bad_archive")
    return int(text)

"""Export formats as data: one YAML file each in `data/formats/`, found by the headers of a file."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from siyu import reads
from siyu.definitions import LOADER
from siyu.errors import Problem, ProblemsError, nearest, shown_path
from siyu.paths import data_dir

Headers = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
Kind = Literal["orders", "members", "follows", "buyer_keys", "sessions", "aggregates", "assignments"]


class FormatError(ProblemsError):
    """A format file cannot be used as it stands."""


class Column(BaseModel):
    """One column of the canonical table: the headers it may stand under and how its cells are read.

    read: a reader of `cells`, or `choice` (cells are looked up in `values`), or `row` (the record's own
    number, for files without an id). per: `order` when the amount repeats on every line of an order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    header: Headers = Field(default_factory=list)
    read: Literal["money", "fee", "count", "share", "time", "id", "buyer", "text", "choice", "row"]
    required: bool = False
    per: Literal["line", "order"] = "line"
    values: dict[str, str] = Field(default_factory=dict)
    pattern: str = ""


class Format(BaseModel):
    """A kind of export. `data/README.md` describes each key."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str
    name: dict[Literal["en", "zh"], str]
    kind: Kind
    platform: str
    source: str
    identify: list[str] = Field(default_factory=list)
    columns: dict[str, Column] = Field(min_length=1)
    control: list[str] = Field(default_factory=list)
    line_key: list[str] = Field(default_factory=list)
    duplicates: Literal["drop", "keep"] = "drop"
    refunds: Literal["apart", "net", "none"] = "none"
    zero_lines: Literal["gift", "purchase"] = "gift"
    breaks: list[str] = Field(default_factory=list)
    ignored: list[str] = Field(default_factory=list)
    ignored_personal: list[str] = Field(default_factory=list)

    def layout(self, header: Sequence[str]) -> Layout:
        """Where this format's columns stand in a header. Raises HeaderError with what is missing."""
        seen = [normal(name) for name in header]
        twice = [name for name, n in Counter(seen).items() if n > 1 and name]
        places: dict[str, int] = {}
        for key, column in self.columns.items():
            found = [seen.index(name) for name in map(normal, column.header) if name in seen]
            if found:
                places[key] = found[0]
        missing = [c.header[0] for k, c in self.columns.items() if c.required and c.header and k not in places]
        missing += [name for name in self.identify if normal(name) not in seen and name not in missing]
        control = next((key for key in self.control if key in places), None)
        if self.control and control is None and not missing:
            missing = [self.columns[self.control[0]].header[0]]
        used = {seen[place] for place in places.values()}
        double = sorted(name for name in twice if name in used)
        known = used | set(map(normal, [*self.ignored, *self.ignored_personal]))
        known |= {normal(name) for column in self.columns.values() for name in column.header}
        unknown = [name for name, plain in zip(header, seen, strict=True) if plain and plain not in known]
        declared = set(map(normal, self.breaks))
        breaks = frozenset(place for place, name in enumerate(seen) if name in declared)
        return Layout(self, tuple(header), places, control, tuple(missing), tuple(double), tuple(unknown), breaks)


@dataclass(frozen=True)
class Layout:
    """A format met in a file: column key -> position, the control column, and what does not fit.

    breaks: positions of fields that may hold line breaks.
    """

    format: Format
    header: tuple[str, ...]
    places: dict[str, int]
    control: str | None
    missing: tuple[str, ...] = ()
    double: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    breaks: frozenset[int] = frozenset()

    def title(self, key: str) -> str:
        """The header text of a column, without what is wrapped around it."""
        return self.header[self.places[key]].strip("\ufeff\t '`") if key in self.places else key


def normal(name: str) -> str:
    """A header for comparing: full-width letters and brackets narrowed, blanks and wrappers removed."""
    plain = unicodedata.normalize("NFKC", name).strip("\ufeff\t '`\"")
    return "".join(plain.split()).removeprefix('="')


@lru_cache(maxsize=1)
def formats() -> dict[str, Format]:
    """All formats by key, the bundled ones and those in the folder `formats` of SIYU_DATA.

    Raises FormatError with every fault of every file.
    """
    found, problems = {}, []
    for key, path in format_files().items():
        try:
            found[key] = read_format(path)
        except FormatError as error:
            problems += error.problems
    if problems:
        raise FormatError(problems)
    return found


def format_files() -> dict[str, Path]:
    """key -> file of each format; one in SIYU_DATA takes the place of a bundled one of the same name."""
    folders = [data_dir() / "formats"]
    if own := os.environ.get("SIYU_DATA"):
        folders.append(Path(own) / "formats")
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yml"))}


def read_format(path: Path) -> Format:
    """The format of one YAML file; its key is the file's name. Raises FormatError."""
    file = shown_path(path)
    try:
        with reads.reader():  # noted where a file is recognised
            text = path.read_text(encoding="utf-8")
        content: Any = yaml.load(text, LOADER)  # noqa: S506 - both are safe ones
        entry = Format(key=path.stem, **content)
    except (yaml.YAMLError, TypeError) as error:
        found = str(error).splitlines()[0]
        raise FormatError([Problem(file, 0, "", found, "YAML with keys", "See data/README.md.")]) from error
    except ValidationError as error:
        raise FormatError([_problem(file, detail) for detail in error.errors()]) from error
    named = [*entry.control, *entry.line_key]
    problems = [
        Problem(file, 0, key, "this name", "a key of columns", nearest(key, entry.columns))
        for key in named
        if key not in entry.columns
    ]
    headers = {*entry.ignored, *entry.ignored_personal, *(h for c in entry.columns.values() for h in c.header)}
    problems += [
        Problem(file, 0, "breaks", name, "a header of this format", nearest(name, headers))
        for name in entry.breaks
        if name not in headers
    ]
    if problems:
        raise FormatError(problems)
    return entry


def _problem(file: str, detail: Any) -> Problem:
    where = ".".join(str(part) for part in detail["loc"])
    return Problem(file, 0, where, repr(detail["input"])[:60], str(detail["msg"]), "See data/README.md.")


@lru_cache(maxsize=64)
def _needed_elsewhere(key: str) -> frozenset[str]:
    """Headers of required columns of all formats but this one."""
    others = [entry for entry in formats().values() if entry.key != key]
    needed = [column for entry in others for column in entry.columns.values() if column.required]
    return frozenset(normal(name) for column in needed for name in column.header)


def identified(header: Sequence[str]) -> Layout | None:
    """The layout of the format whose columns this header holds best; None when none fits."""
    fitting = []
    for entry in formats().values():
        layout = entry.layout(header)
        # a plain layout must not swallow a file whose other columns another format cannot do without
        swallows = not entry.identify and _needed_elsewhere(entry.key) & set(map(normal, layout.unknown))
        if not layout.missing and not swallows:
            fitting.append((len(layout.unknown), -len(layout.places), entry.key, layout))
    return min(fitting, key=lambda entry: entry[:3])[3] if fitting else None

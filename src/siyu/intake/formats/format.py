"""What a format is: the columns of one kind of export, and how their cells are read."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from siyu import messages
from siyu.intake.formats.canonical_tables import tables
from siyu.intake.formats.cells import READERS
from siyu.intake.formats.identities import SIMPLE, narrow

Headers = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
# what cells mean, and the readers that a column of each meaning may have
MEANINGS: dict[str, list[str]] = messages.tables(__file__, "meanings.yml")
_OTHER_UNIT = re.compile(
    r"(?i)(?:[(/_:¥-]|单位为?|金额|[价款])(?:[百千]万|[分角厘千万亿])\)?$|[角千万亿]元\)?$|百万\)?$|¢"
    r"|(?:(?<!per)cents?|fen|(?:^|[^a-z])k|thousands?|millions?)\)?$"
    r"|\([^()]*[十百千万亿]\)$|[(_]w\)?$|\(mm?n?\)$|(?<!含)积分\)$|['/*x×(:]1?0{2,}元?\)?$"
)
_UNIT = re.compile(
    r"[(\[【](?:单位:?)?(?:元|人民币:?元?|rmb|cny|¥)[)\]】]$|[/_:-](?:单位:?)?(?:人民币)?元$", re.IGNORECASE
)


class Column(BaseModel):
    """One column of the canonical table: the headers it may stand under and how its cells are read.

    read: a reader of `cells`, or `choice` (cells are looked up in `values`), or `row` (the record's own number, for
    files without an id), or `product` (of the two columns in `of`), or `sum` (of those in `of` that the file has; a
    blank one adds nothing). per: `order` when the amount repeats on every line of an order. range: the least and the
    greatest value, money in yuan. nobody: cells of a buyer's column that mean nobody. spelling: whether buyers that
    differ in capitals or in zeros before are others (`exact`) or the same (`loose`). rounded: amounts and counts
    printed in 千, 万, 亿 are read. also: another column of words, of which those among `values` stand where the cell is
    blank, or says that there is nothing. Of every record alike are a `value`, what stands in the brackets of a pattern
    for the file's name (`named`), and what the first record of another `sheet` of the workbook has under the header."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)
    header: Headers = Field(default_factory=list)
    read: Literal["money", "fee", "charge", "count", "signed", "share", "percent", "time", "epoch", "begin", "end",
                  "duration", "id", "buyer", "text", "choice", "row", "product", "sum"]  # fmt: skip
    required: bool = False
    per: Literal["line", "order"] = "line"
    values: dict[str, str] = Field(default_factory=dict)
    pattern: str = ""
    range: tuple[Any, Any] | None = None
    rounded: bool = False
    of: list[str] = Field(default_factory=list)
    value: str = ""
    named: str = ""
    sheet: str = ""
    also: str = ""
    nobody: list[str] = Field(default_factory=list)
    spelling: Literal["", "exact", "loose"] = ""

    @property
    def made(self) -> bool:
        """Whether it is made of other columns."""
        return self.read in ("product", "sum")

    @property
    def given(self) -> bool:
        """Whether it is the same for every record, and stands beside them."""
        return bool(self.value or self.named or self.sheet)

    @model_validator(mode="after")
    def _usable(self) -> Self:
        bare = self.read == "row" or self.made
        rules = {
            f"read: {self.read} stands for no column, so it has no header": bare and self.header,
            "a column needs a header": not (bare or self.header or self.value or self.named),
            "spelling: belongs to read: buyer": self.spelling and self.read != "buyer",
            "also: belongs to read: choice": self.also and self.read != "choice",
            "values belong to read: choice, which needs them": bool(self.values) != (self.read == "choice"),
            "of: names the two columns of read: product, or those of read: sum": bool(self.of) != self.made
            or (self.read == "product" and len(self.of) != 2),
            "named: a pattern of the file's name with one pair of brackets": self.named
            and _regex(self.named).groups != 1,
            "a header is a word": any(not normal(name) for name in self.header),
            "amounts are read in whole units of the currency: ask for a column that is not in fen or 万": self.read
            in ("money", "fee", "charge")
            and any(map(other_unit, self.header)),
            "a pattern belongs to an id, a buyer or a text": self.pattern and self.read not in ("id", "buyer", "text"),
        }
        for rule, broken in rules.items():
            if broken:
                raise ValueError(rule)
        if self.pattern:
            _compiled(self.pattern)
        if self.range is not None:
            low, high = limits(self)
            if low > high:
                raise ValueError("a range goes from its least value to its greatest")
        return self


def _table(kind: str) -> str:
    if kind not in tables():
        raise ValueError(f"no table of tables.yml; known: {', '.join(tables())}")
    return kind


def _regex(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"this pattern cannot be used: {error}") from None


def _compiled(pattern: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        re.compile(pattern)
        pc.match_substring_regex(pa.array([""]), f"^(?:{pattern})$")
    except (re.error, pa.ArrowInvalid) as error:
        raise ValueError(f"this pattern cannot be used: {str(error).splitlines()[0]}") from None


def limits(column: Column) -> tuple[Any, Any]:
    """The ends of a column's range as its values are stored: fen, seconds, a share, a count."""
    read, found = READERS.get(column.read), []
    for end in column.range or ():
        value, _ = read(str(end)) if read else (None, "")
        if value is None or isinstance(value, str):
            raise ValueError(f"{end} is no end of a range for read: {column.read}")
        found.append(value)
    return found[0], found[1]


class Wide(BaseModel):
    """Headers that are values. headers: a pattern of them, whose named groups become columns. The cells below stand in
    a column called `value`, or as `metric` says: a column, or a group of the pattern."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    headers: str
    metric: str = ""
    value: str = ""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not _regex(self.headers).groupindex or bool(self.metric) == bool(self.value):
            raise ValueError("wide: a pattern with named groups, and either metric or value")
        return self


class Format(BaseModel):
    """A kind of export. `data/README.md` describes each key. open: questions of a draft, set by the reader."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)
    key: str
    name: Annotated[dict[Literal["en", "zh"], str], Field(min_length=2)]
    kind: Annotated[str, AfterValidator(_table)]
    platform: str
    source: str
    identify: list[str] = Field(default_factory=list)
    columns: dict[str, Column] = Field(min_length=1)
    control: list[str] = Field(default_factory=list)
    line_key: list[str] = Field(default_factory=list)
    duplicates: Literal["drop", "keep"] = "drop"
    refunds: Literal["apart", "net", "none"] = "none"
    zero_lines: Literal["gift", "purchase"] = "gift"
    negative_lines: Literal["refuse", "refund"] = "refuse"
    heaviest_buyer: float = Field(default=0.2, gt=0, le=1)
    wide: Wide | None = None
    breaks: list[str] = Field(default_factory=list)
    ignored: list[str] = Field(default_factory=list)
    ignored_personal: list[str] = Field(default_factory=list)
    waived: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    draft: bool = False
    checked: Annotated[str, BeforeValidator(str)] = ""
    open: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _canonical(self) -> Self:
        known = tables()[self.kind].columns
        for key, column in self.columns.items():
            if key not in known:
                raise ValueError(f"columns.{key}: no column of the table {self.kind}; known: {', '.join(known)}")
            meaning = known[key]
            if isinstance(meaning, list):
                wrong = sorted({code for code in column.values.values() if code and code not in meaning})
                if column.read not in ("choice", "text") or wrong:
                    raise ValueError(f"columns.{key}: a choice of {', '.join(meaning)}; found {', '.join(wrong)}")
            elif column.read not in MEANINGS[meaning]:
                raise ValueError(f"columns.{key}: read is one of {', '.join(MEANINGS[meaning])}")
        return self

    def layout(self, header: Sequence[str]) -> Layout:
        """Where this format's columns stand in a header, and what does not fit."""
        seen = [normal(name) for name in header]
        twice = [name for name, n in Counter(seen).items() if n > 1 and name]
        places: dict[str, int] = {}
        for key, column in self.columns.items():
            found = [seen.index(name) for name in map(normal, column.header) if name in seen]
            if found and not column.given:
                places[key] = found[0]
        needed = (c for k, c in self.columns.items() if c.required and k not in places and not c.given)
        missing = [column.header[0] for column in needed if column.header]
        missing += [name for name in self.identify if normal(name) not in seen and name not in missing]
        made = {
            key: column.of[: 1 if column.read == "sum" else 2] for key, column in self.columns.items() if column.made
        }
        missing += [self.columns[of].header[0] for wanted in made.values() for of in wanted if of not in places]
        control = next((key for key in self.control if key in places or key in made), None)
        if self.control and control is None and not missing:
            missing = [self.columns[self.control[0]].header[0]]
        used = {seen[place] for place in places.values()}
        double = sorted(name for name in twice if name in used)
        known = used | set(map(normal, [*self.ignored, *self.ignored_personal, *self.waived]))
        known |= {normal(name) for column in self.columns.values() for name in column.header}
        unknown = [name for name, plain in zip(header, seen, strict=True) if plain and plain not in known]
        declared = set(map(normal, self.breaks))
        breaks = frozenset(place for place, name in enumerate(seen) if name in declared)
        return Layout(self, tuple(header), places, control, tuple(missing), tuple(double), tuple(unknown), breaks)


@dataclass(frozen=True)
class Layout:
    """A format met in a file: column key -> position, the control column, and what does not fit.

    breaks: positions of fields that may hold line breaks. given: the cells of columns that stand beside the records."""

    format: Format
    header: tuple[str, ...]
    places: dict[str, int]
    control: str | None
    missing: tuple[str, ...] = ()
    double: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    breaks: frozenset[int] = frozenset()
    given: Mapping[str, str] = field(default_factory=dict)

    def title(self, key: str) -> str:
        """The header text of a column, without what is wrapped around it; what it is called where it is absent."""
        if key in self.places:
            return self.header[self.places[key]].strip("\ufeff\t '`")
        column = self.format.columns.get(key)
        return column.header[0] if column is not None and column.header else key


# what figures need of order exports, and the columns any of which tells it
NEEDS = {"paid_at": ("paid_at",), "refund": ("refunded_fen", "refund_state"), "buyer_id": ("buyer_id",)}


def absent(entry: Format, held: Collection[str]) -> dict[str, str]:
    """The NEEDS that no column of an order export meets, and how the column would be called."""
    found = {}
    # words of refunds that nobody has looked up tell nothing
    held = {key for key in held if key != "refund_state" or entry.columns[key].read == "choice"}
    for need, columns in NEEDS.items() if entry.kind == "orders" else ():
        if not set(columns) & held:
            mapped = (entry.columns[key] for key in columns if key in entry.columns)
            found[need] = next((column.header[0] for column in mapped if column.header), columns[0])
    if "net_fen" in held and "refund" in found:  # amounts less refunds that nobody tells: before them is not known
        found["gross"] = found.pop("refund")
    return found


@lru_cache(maxsize=20_000)
def normal(name: str) -> str:
    """A header for comparing: full-width letters and brackets narrowed, traditional signs simplified; blanks, wrappers,
    signs without width, the star of what has to be filled in and (元) removed."""
    plain = unicodedata.normalize("NFKC", narrow(name)).translate(SIMPLE).strip("\ufeff\t '`\"*")
    return _UNIT.sub("", "".join(plain.split()).removeprefix('="'))


def other_unit(name: str) -> bool:
    """Whether a header says that its amounts are counted in fen, in thousands, in 万."""
    return bool(_OTHER_UNIT.search(normal(name)))


def patterns(module: str) -> dict[str, re.Pattern[str]]:
    """The patterns of `words.yml` beside a module, each a list of alternatives, in any case."""
    sorts = messages.tables(module, "words.yml")
    return {name: re.compile("|".join(words), re.IGNORECASE) for name, words in sorts.items()}

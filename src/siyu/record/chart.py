"""Charts and tables of findings: rows as they are drawn or listed, in any language."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag, model_validator

from siyu.record.text import Both, IntervalKind, Message, Number, Quantity, RecordPart, Ref, Wording, rounded

Cell = bool | Number | str | None | Quantity | Both | Message | list[str | Both | Message]
_TABLES = ("table", "matrix")


class ReferenceLine(Quantity):
    """A reference line across a chart."""

    value: Number
    label: Wording = ""
    interval_kind: IntervalKind | None = None
    definition: str = ""
    sources: tuple[Ref, ...] = ()


class Mark(ReferenceLine):
    """A mark of a chart: a dot, a bar, a step, a point of a line. tone: its role, which gives its colour."""

    low: Number
    high: Number
    interval_kind: IntervalKind = "none"
    series: Wording | None = None
    x: Number | None = None
    tone: Literal["main", "rival", "weak", "muted"] | None = "main"

    def at(self, end: str) -> Number:
        """Its `low`, `value` or `high`."""
        number: Number = getattr(self, end)
        return number


class Axis(RecordPart):
    """The horizontal axis of a chart of lines or of a grid."""

    label: Wording = ""
    unit: str = ""


class TableColumn(RecordPart):
    """A column of a table: the key of its cells, its heading, the unit of its numbers."""

    key: str
    label: Wording
    unit: str = ""


class TableRow(RootModel[dict[str, Cell]]):
    """A row of a table: cells by the key of their column, and more that no column shows."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        content: dict[str, Any] = self.model_dump(mode="json", exclude_unset=True)
        return content

    def cell(self, key: str) -> Cell:
        """The cell of a column, None where there is none."""
        return self.root.get(key)

    def number(self, key: str) -> Number | None:
        """The cell of a column as far as it is a number."""
        cell = self.root.get(key)
        return cell if isinstance(cell, int | float) and not isinstance(cell, bool) else None

    @property
    def sources(self) -> tuple[str, ...]:
        """Refs of what the row was read from."""
        found = self.root.get("sources")
        return tuple(str(ref) for ref in found) if isinstance(found, list) else ()


class _Shown(RecordPart):
    """What charts and tables share; numbers are rounded here, once, so that all renderings print the same.

    needs: metrics missing for any row at all, which make the finding absent."""

    unit: str
    scale: Literal["linear", "log"]
    lines: tuple[ReferenceLine, ...] = ()
    columns: tuple[TableColumn, ...] = ()
    needs: tuple[str, ...] = Field((), exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _rounded(cls, content: Any) -> Any:
        return rounded(content)


class Chart(_Shown):
    """Marks for a picture; the kind is a module of `siyu.charts.kinds`, or `none` for no rows at all.

    unit and scale describe the value axis; lines are reference marks; x is the horizontal axis where it has one."""

    kind: Annotated[str, Field(pattern="^[a-z]+$")]
    rows: tuple[Mark, ...]
    x: Axis | None = None

    def grid(self) -> tuple[list[Wording], list[Wording], dict[tuple[Wording, Wording], Mark]]:
        """(labels, series, (label, series) -> mark), in order, for a chart of label by series."""
        held = {(row.label, row.series or ""): row for row in self.rows}
        return list(dict.fromkeys(down for down, _ in held)), list(dict.fromkeys(across for _, across in held)), held

    @property
    def sources(self) -> tuple[str, ...]:
        """Refs of all rows and reference marks."""
        return _refs(*(row.sources for row in self.rows), *(line.sources for line in self.lines))


class Table(_Shown):
    """Rows of cells; columns name those that are shown, in order. A `matrix` holds yes, no and the like."""

    kind: Literal["table", "matrix"]
    rows: tuple[TableRow, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Refs of all rows."""
        return _refs(*(row.sources for row in self.rows))


def _refs(*groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({ref for refs in groups for ref in refs}))


def _form(content: Mapping[str, Any] | BaseModel) -> str:
    kind = content.get("kind") if isinstance(content, Mapping) else getattr(content, "kind", "")
    return "table" if kind in _TABLES else "chart"


Shown = Annotated[Annotated[Chart, Tag("chart")] | Annotated[Table, Tag("table")], Discriminator(_form)]

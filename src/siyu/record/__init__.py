"""What a report is made of, as types: findings with their values and charts, and the entries they rest on.

Notebooks write these records, renderings read them back. They hold no language and no arithmetic; the JSON
Schemas of `siyu.schemas` are generated from them.
"""

from siyu.record.chart import Axis, Cell, Chart, Column, Line, Mark, Row, Table
from siyu.record.entries import (
    AssumptionEntry,
    ClaimEntry,
    ConflictEntry,
    DataEntry,
    Entry,
    FeeEntry,
    LedgerEntry,
    OrdersEntry,
    RivalEntry,
    SourceEntry,
    entries,
    kind_of,
)
from siyu.record.finding import FEEDS, ROLES, FindingRecord, Findings, TitledFinding, Value, WhatIf
from siyu.record.text import (
    FINDING,
    NO_INPUT,
    SOURCES,
    SPAN,
    Both,
    Message,
    Number,
    Part,
    Quantity,
    Wording,
    rounded,
    wording,
)

__all__ = [
    "FEEDS", "FINDING", "NO_INPUT", "ROLES", "SOURCES", "SPAN", "AssumptionEntry", "Axis", "Both", "Cell", "Chart",
    "ClaimEntry", "Column", "ConflictEntry", "DataEntry", "Entry", "FeeEntry", "FindingRecord", "Findings",
    "LedgerEntry", "Line", "Mark", "Message", "Number", "OrdersEntry", "Part", "Quantity", "RivalEntry", "Row",
    "SourceEntry", "Table", "TitledFinding", "Value", "WhatIf", "Wording", "entries", "kind_of", "rounded",
    "wording",
]  # fmt: skip

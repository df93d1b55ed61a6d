"""What a report is made of, as types: findings with their values and charts, and the entries they rest on.

Notebooks write these records, renderings read them back. They hold no language and no arithmetic; JSON Schemas are
generated from them (`schemas/`).
"""

# isort: skip_file
from siyu.record.chart import Axis, Cell, Chart, Mark, ReferenceLine, Table, TableColumn, TableRow
from siyu.record.entries import (
    AssumptionEntry, ClaimEntry, ConflictEntry, DataEntry, Entry, FeeEntry, LedgerEntry, OrdersEntry, RivalEntry,
    SourceEntry, entries, kind_of,
)  # fmt: skip
from siyu.record.finding import FindingRecord, Findings, TitledFinding, Value, WhatIf
from siyu.record.moved import Moved, Previous
from siyu.record.summary import MOST, Chance, NextStep, Opening, Step, Summary, Turn
from siyu.record.text import (
    FINDING, NO_INPUT, SOURCES, SPAN, Both, Message, Number, Quantity, RecordPart, Wording, rounded, wording,
)  # fmt: skip

__all__ = [
    "FINDING", "MOST", "NO_INPUT", "SOURCES", "SPAN", "AssumptionEntry", "Axis", "Both", "Cell",
    "Chance", "Chart", "ClaimEntry", "ConflictEntry", "DataEntry", "Entry", "FeeEntry", "FindingRecord", "Findings",
    "LedgerEntry", "Mark", "Message", "Moved", "NextStep", "Number", "Opening", "OrdersEntry", "Previous", "Quantity",
    "RecordPart", "ReferenceLine", "RivalEntry", "SourceEntry", "Step", "Summary", "Table", "TableColumn", "TableRow",
    "TitledFinding", "Turn", "Value", "WhatIf", "Wording", "entries", "kind_of", "rounded", "wording",
]  # fmt: skip

"""Why a record or a file is not accepted: codes, reasons as messages, and masked samples."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from siyu.language import Language, Text

REASONS = {
    # a cell
    "not_money": "{found} is not an amount of money",
    "not_fen": "{found} is no whole number of fen",
    "negative": "{found} is negative",
    "not_count": "{found} is not a whole number",
    "not_share": "{found} is not a share",
    "not_time": "{found} is not a date or time",
    "not_id": "{found} is not an id",
    "damaged_id": "{found} is an id that a spreadsheet has damaged",
    "unknown_value": "{found} is not among the known values; add it to the format",
    "missing": "this cell is empty",
    # a record
    "field_count": "the record has {found} fields, the header {expected}",
    "stray_quote": "a quotation mark stands inside a field or is not closed",
    "line_break": "a field holds a line break",
    "control_character": "the record holds a control character",
    "too_long": "the record is longer than {expected} bytes",
    "conflicting_duplicate": "another record has the same key and other values",
    "conflicting_amount": "the lines of this order disagree about an amount of the order",
    # a file
    "empty": "the file is empty",
    "no_records": "the file holds a header and no records",
    "nothing_accepted": "no record of the file can be used",
    "unknown_format": "no known format has these columns; known among them: {found}",
    "missing_column": "column {found} is missing for format {expected}",
    "above_header": "a line that may be a record stands above the header, line {expected}",
    "double_column": "column {found} stands twice in the header",
    "encoding": "the bytes are neither UTF-8 nor GB18030 nor UTF-16",
    "mixed_encodings": "the file mixes UTF-8 and GB18030",
    "damaged_ids": "most ids end in zeros after fifteen digits: a spreadsheet has rounded them",
    "unbalanced": "the records read differ from an independent count of the text; the file is not used",
    "total_mismatch": "the file's own total of {expected} differs from the records' {found}",
    "count_mismatch": "the file speaks of {expected} records and holds {found}",
    "not_a_file": "this is not a regular file",
    "unknown_type": "only CSV, XLSX and ZIP are read",
    "bad_archive": "the archive is damaged",
    "locked_archive": "the archive is locked with a password",
    "nested_archive": "an archive inside an archive is not opened",
    "too_large": "unpacked, the file would be larger than is plausible",
    "entities": "the workbook declares XML entities",
    "same_file": "the same content was given as {found}",
}
PLAUSIBLE_LINE = 1_000_000  # bytes of one record
SHOWN = 1_000  # problems kept with their place; beyond, only counted


@dataclass(frozen=True, order=True)
class Trouble:
    """One reason a record or file is not accepted. line: physical line, header = 1, file = 0.

    found, expected: masked or harmless text that the reason names.
    """

    line: int
    column: str | None
    code: str
    found: str = ""
    expected: str = ""

    @property
    def message(self) -> Text:
        """The reason as a message."""
        named = {"found": {"value": self.found}, "expected": {"value": self.expected}}
        return {"id": REASONS[self.code], "args": named}

    def reason(self, language: Language) -> str:
        """The reason in a reader's language."""
        return language.say(self.message)


class RefusedError(ValueError):
    """The file cannot be used; `trouble` says why, in harmless text and never a cell."""

    def __init__(
        self, code: str, *, line: int = 0, column: str | None = None, found: str = "", expected: str = ""
    ) -> None:
        self.trouble = Trouble(line, column, code, found, expected)
        super().__init__(code)


def masked(text: str) -> str:
    """The shape of a cell without its content: digits 9, Latin letters a, other letters 文."""
    shape = []
    for sign in text[:20]:
        category = unicodedata.category(sign)
        if category[0] in "LM":
            sign = "a" if sign.isascii() else "文"  # noqa: PLW2901
        elif category[0] == "N":
            sign = "9"  # noqa: PLW2901
        elif category[0] == "C":
            sign = "·"  # noqa: PLW2901
        shape.append(sign)
    return "“" + "".join(shape) + ("…" if len(text) > 20 else "") + "”"

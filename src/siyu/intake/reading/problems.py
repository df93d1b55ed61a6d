"""Why a record or a file is not accepted: codes, reasons as messages, and masked samples."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siyu.language import Language, Text

if TYPE_CHECKING:
    from siyu.intake.formats.format import Layout

REASONS = {
    # a cell
    "not_money": "{found} is not an amount of money",
    "not_fen": "{found} is no whole number of fen",
    "negative": "{found} is negative",
    "not_count": "{found} is not a whole number",
    "not_share": "{found} is not a share",
    "not_duration": "{found} is not how long something lasts",
    "not_time": "{found} is not a date or time",
    "not_id": "{found} is not an id",
    "damaged_id": "{found} is an id that a spreadsheet has damaged",
    "unknown_value": "{found} is not among the known values; add it to the format",
    "missing": "this cell is empty",
    "cell_error": "{found} is an error of the spreadsheet",
    "rounded_amount": "{found} is rounded to the digits it shows; ask for the number itself",
    "phone_amount": "{found} is a telephone number in a column of money",
    "pattern": "{found} does not have the form that the format declares",
    "personal_id": "{found} looks like the number of a person; if it is none, declare the pattern of the column",
    "out_of_range": "{found} lies outside the range that the format declares",
    "date_order": "{found} lies before the date that must come first",
    "stray_date": "this date lies years apart from all others of the file",
    # a record
    "field_count": "the record has {found} fields, the header {expected}",
    "stray_quote": "a quotation mark stands inside a field or is not closed",
    "line_break": "a field holds a line break",
    "control_character": "the record holds a control character",
    "too_long": "the record is longer than {expected} bytes",
    "conflicting_duplicate": "another record has the same key and other values",
    "conflicting_amount": "the lines of this order disagree about an amount of the order",
    # what is read, and worth a word
    "part_fen": "{found} amounts have fractions of a fen and were rounded, the first in line {expected}",
    "refund_over": "{found} refunds are larger than the amount; net counts them as far as it (lines {expected})",
    "price_over": "{found} amounts are larger than price times pieces (lines {expected})",
    "outlier": "{found} amounts are more than a hundred times what all but one in a hundred are (lines {expected})",
    "heavy_buyer": "one key holds {found} of all orders that name a buyer: is this one person?",
    "unpaid_yet_paid": "{found} records say that nothing was paid, and when it was: they do not count (lines"
    " {expected})",
    "hidden_rows": "{found} hidden rows of the sheet are counted like the others (rows {expected})",
    "ignored_lines": "{found} lines are no records: {expected}",
    "repeats": "{found} lines repeat an earlier record and are left out (lines {expected})",
    "no_paid_at": "there is no column {found}: when orders were paid is not known, and nothing is computed from them",
    "no_refund": "there is no column {found}: what came back is not known; refund rate and net are not computable",
    "no_gross": "there is no column {found}: what was paid before refunds is not known; GMV and refund rate are not"
    " computable",
    "no_buyer_id": "there is no column {found}: who bought is not known; nothing about buyers is computable",
    "paid_on_delivery": "{found} completed records have no payment time: they count on the day of the order",
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
    "damaged_ids": "{found} of {expected} long ids end as a spreadsheet leaves them: it has rounded them, and one"
    " number may stand for many; export anew and open the file in nothing else, or make the column text first",
    "crowded_buyer": "one key holds {found} of all orders that name a buyer, so who bought cannot be told: if it means"
    " nobody, name it under nobody in the format; if it is one person, say heaviest_buyer there",
    "mixed_signs": "refunds stand there with both signs: ask what a negative one means",
    "refunds_contradict": "{found} refunds are larger than the amount, so the amount may be net of refunds already:"
    " mend refunds in the format",
    "refunds_still_there": "{found} amounts equal what came back, so they are not net of it: mend refunds in the"
    " format",
    "implausible_amounts": "half of the amounts are {found} or more: is it another column?",
    "price_contradicts": "{found} amounts are larger than price times pieces: is it another column?",
    "undecided_columns": "columns {found} may say which lines count, or who bought, and format {expected} does not say"
    " what they mean: map them, or name them under waived with a reason",
    "lines_unclear": "lines {expected} are one order by the columns that are read and differ elsewhere; is each a line"
    " of its own? Map what tells them apart ({found}) in the format, or name it under waived",
    "draft_open": "the format {expected} is a draft with open questions: {found}; answer each in that file",
    "broken_format": "a format that asks for such columns cannot be used: {found}",
    "changed": "the file changed while it was read",
    "contradiction": "{found} tells otherwise about the same lines, and no date in the names says which is newer:"
    " begin the name of each with the day of its export, or take one away",
    "overlap": "{found} covers some of the same days, and records without order numbers cannot be told apart:"
    " take one away",
    "locked_workbook": "the workbook is locked with a password: open it, save it without a password, and give that"
    " file",
    "unbalanced": "the records read differ from an independent count of the text; the file is not used",
    "total_mismatch": "the file's own total of {expected} differs from the records' {found}",
    "count_mismatch": "the file speaks of {expected} records and holds {found}",
    "not_a_file": "this is not a regular file",
    "wrong_dress": "this is {found}, and CSV, XLSX, XLS, HTML tables, JSON and ZIP of these are read: save it as one of"
    " them",
    "unreadable": "the file cannot be opened: {found}",
    "bad_archive": "the archive is damaged",
    "locked_archive": "the archive is locked with a password",
    "nested_archive": "an archive inside an archive is not opened",
    "too_large": "unpacked, the file would be larger than is plausible",
    "entities": "the workbook declares XML entities",
    "same_file": "the same content was given as {found}",
}
PUBLIC = {
    "undecided_columns": "columns that may say which lines count are not mapped; siyu check names them",
    "lines_unclear": "lines of one order differ in columns that are not read; siyu check names them",
    "draft_open": "the format is a draft with open questions; siyu check names them",
    "broken_format": "a format that asks for such columns cannot be used; siyu check says why",
    "same_file": "another export has the same content; siyu check names it",
    "contradiction": "another export tells otherwise about the same lines; siyu check names both",
    "overlap": "another export without order numbers covers some of the same days; siyu check names both",
}
PLAUSIBLE_LINE = 1_000_000  # bytes of one record
SHOWN = 1_000  # problems kept with their place; beyond, only counted


@dataclass(frozen=True)
class Trouble:
    """One reason a record or file is not accepted. line: physical line, header = 1, file = 0.

    found, expected: masked or harmless text that the reason names.
    """

    line: int
    column: str | None
    code: str
    found: str = ""
    expected: str = ""

    def place(self) -> tuple[int, str, str]:
        """What troubles are sorted by."""
        return self.line, self.column or "", self.code

    @property
    def message(self) -> Text:
        """The reason as a message."""
        named = {"found": {"value": self.found}, "expected": {"value": self.expected}}
        return {"id": REASONS[self.code], "args": named}

    @property
    def public(self) -> Text:
        """The reason without headers that no format has and names of files: those may be a person's."""
        return {"id": PUBLIC[self.code], "args": {}} if self.code in PUBLIC else self.message

    def reason(self, language: Language) -> str:
        """The reason in a reader's language."""
        return language.say(self.message)


class RefusedError(ValueError):
    """The file cannot be used; `trouble` says why, in harmless text and never a cell. layout: of a file that has a
    format, which does not say enough about it."""

    def __init__(
        self, code: str, *, line: int = 0, column: str | None = None, found: str = "", expected: str = "",
        layout: Layout | None = None,
    ) -> None:  # fmt: skip
        self.trouble = Trouble(line, column, code, found, expected)
        self.layout = layout
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

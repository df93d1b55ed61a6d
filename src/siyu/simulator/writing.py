"""Made-up exports in the real formats: records with a known truth, written as platforms write them."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from siyu.intake.formats.format import Column, Format
from siyu.intake.formats.times import EPOCH

BLANK = {"douyin_shop": "-", "youzan": "——"}  # how a platform writes nothing; others leave the cell empty
PERSONAL = "##b5Xk9v==##"  # what stands in a personal column since addresses are encrypted


def header(entry: Format) -> list[str]:
    """Every column of a format under the first of its names: mapped, ignored, personal."""
    mapped = [column.header[0] for column in entry.columns.values() if column.header and not column.given]
    return list(dict.fromkeys([*mapped, *entry.ignored, *entry.ignored_personal]))


def rows(
    entry: Format, records: Sequence[Mapping[str, Any]], person: Mapping[str, str] | None = None
) -> list[list[str]]:
    """Cells of records (column key -> value as `cells` reads it) under `header(entry)`.

    person: text for personal columns by header; without it they hold ciphertext.
    """
    blank = BLANK.get(entry.key, "")
    names = {column.header[0]: key for key, column in entry.columns.items() if column.header}
    personal = dict.fromkeys(entry.ignored_personal, PERSONAL) | dict(person or {})
    return [
        [
            cell(entry.columns[names[name]], record.get(names[name]), blank)
            if name in names
            else personal.get(name, blank)
            for name in header(entry)
        ]
        for record in records
    ]


def cell(column: Column, value: Any, blank: str) -> str:
    """One value as an export prints it."""
    if value is None:
        return blank
    if column.read in ("money", "fee", "charge"):
        sign, fen = "-" if (value > 0 if column.read == "charge" else value < 0) else "", abs(value)
        return f"{sign}{fen // 100}.{fen % 100:02d}"
    if column.read == "time":
        return str(EPOCH + timedelta(seconds=value))
    if column.read == "choice":
        return next((label for label, meaning in column.values.items() if meaning == value), blank)
    return f"{value:.4f}" if column.read == "share" else str(value)


def text(
    head: Sequence[str], body: Sequence[Sequence[str]], *, delimiter: str = ",", end: str = "\r\n",
    quote_all: bool = False,
) -> str:  # fmt: skip
    """A table as CSV."""
    out = io.StringIO()
    csv.writer(
        out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    ).writerows([head, *body])
    return out.getvalue()

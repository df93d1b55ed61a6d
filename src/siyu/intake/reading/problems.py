"""Why a record or a file is not accepted: codes, reasons as messages, and masked samples."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import category

from siyu.language import Language, Text
from siyu.messages import tables

if TYPE_CHECKING:
    from siyu.intake.formats.format import Layout

_LABELS = tables(__file__)
REASONS: dict[str, str] = _LABELS["REASONS"]
PUBLIC: dict[str, str] = _LABELS["PUBLIC"]
PLAUSIBLE_LINE = 1_000_000  # bytes of one record
# what zipfile raises for a damaged archive; the last one for a packing that it does not know
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
SHOWN = 1_000  # problems kept with their place; beyond, only counted


@dataclass(frozen=True)
class Trouble:
    """One reason a record or file is not accepted. line: physical line, header = 1, file = 0.

    found, expected: masked or harmless text that the reason names."""

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
        """The reason as a message: of an unknown format, with what is known of it and near."""
        far = "far_format" if self.found else "strange_format"
        return {
            "id": REASONS[far if self.code == "unknown_format" and not self.expected else self.code],
            "args": {"found": {"value": self.found}, "expected": {"value": self.expected}},
        }

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
    kinds = {"L": "文", "M": "文", "N": "9", "C": "·"}
    shape = ("a" if sign.isascii() and sign.isalpha() else kinds.get(category(sign)[0], sign) for sign in text[:20])
    return "“" + "".join(shape) + ("…" if len(text) > 20 else "") + "”"


def tellable(layout: Layout, key: str, cell: str) -> bool:
    """Whether a cell may be shown as it stands: of a column that names nobody, and too short to hold a person."""
    column = layout.format.columns[key]
    if column.read in ("id", "buyer", "text", "row"):
        return False
    if column.read == "choice" and _STATE.match(cell) and len(cell) <= 12:
        return True
    if column.read != "choice" and _WORD.search(cell):
        return False
    return len(cell) <= 20 and max(map(len, re.findall(r"\d+", cell)), default=0) < 7 and not _NAME.search(cell)


# two Chinese signs may be a name, unless they speak of an order
_NAME = re.compile(r"[\u4e00-\u9fff]{2,}")
# Latin letters that may be one, or an account, in a cell of an amount, a number or a time
_WORD = re.compile(r"_|(?<![a-z])(?!(?:cny|rmb|usd|hkd|eur|nan|null|none|true|false)(?![a-z]))[a-z]{3}", re.IGNORECASE)
_STATE = re.compile(
    r"(已|未|待|无|等待|交易|退款|退货|换货|售后|买家|卖家|商家|部分|全部|订单|申请|处理|同意|拒绝|支付|付款|发货|签收)"
)

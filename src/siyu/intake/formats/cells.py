"""What one cell of an export means: money in fen, a Beijing time, an id, a count, a share.

Each reader takes the text of a cell and returns `(value, code)`: code "" when it was read, value None when
the cell is blank, else the code of the fault (see `problems.REASONS`). Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

Read = tuple[int | float | str | None, str]

BLANKS = frozenset({"", "-", "--", "—", "——", "–", "/", "\\N", "null", "NULL", "None", "无"})
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock: every time of an export is Beijing time
FIRST_YEAR, LAST_YEAR = 1990, 2100  # an export outside is a damaged date
MULTIPLES = {"": Decimal(1), "千": Decimal(1_000), "万": Decimal(10_000), "w": Decimal(10_000),
             "W": Decimal(10_000), "亿": Decimal(100_000_000)}  # fmt: skip
_NUMBER = re.compile(r"([+-]?)(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{1,12}))?\s*([千万亿wW]?)")
_TIME = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    r"(?:[ T]{1,2}(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(?:\+08:?00)?)?"
)
_ID = re.compile(r"[A-Za-z_\-]*\d[\w\-]*", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE]\+?\d+|\d+\.\d*")
_CIPHER = re.compile(r"^(##|\$\$|#[A-Za-z0-9+/=]{8})|[*＊•]{2,}|^[*＊•]+$")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")  # of the mainland; notes end up in any column
NOBODY = frozenset({"没有", "匿名", "匿名用户", "未知", "保密", "anonymous", "unknown"})


def bare(text: str) -> str:
    """The cell without what programs wrap around ids: tabs, spaces, `="…"`, a leading ' or backtick."""
    text = text.strip("\ufeff\u200b \t\u00a0\u3000")
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1].strip()
    return text.lstrip("'`\u2018").strip()


def _decimal(text: str) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"^(?:¥|CNY|RMB)\s*|(?<=[\d千万亿wW])\s*元$", "", plain)
    matched = _NUMBER.fullmatch(plain)
    if matched is None:
        return None
    sign, whole, part, step = matched.groups()
    return Decimal(f"{sign}{whole.replace(',', '')}.{part or 0}") * MULTIPLES[step]


def fen(text: str) -> Read:
    """Money in yuan as integer fen, exactly; negative amounts and fractions of a fen are faults."""
    text = bare(text)
    if text in BLANKS:
        return None, ""
    yuan = _decimal(text)
    if yuan is None:
        return None, "not_money"
    scaled = yuan * 100
    if scaled != scaled.to_integral_value() or abs(scaled) >= 10**15:
        return None, "not_fen"
    return (int(scaled), "") if scaled >= 0 else (None, "negative")


def fee_fen(text: str) -> Read:
    """Like `fen` for fees and balances, which exports print with either sign."""
    text = bare(text)
    value, code = fen(text.removeprefix("-") if text not in BLANKS else text)
    return (-value if text.startswith("-") and isinstance(value, int) else value), code


def count(text: str) -> Read:
    """A whole number, zero or more; `3件`, `1.2万` and full-width digits are read."""
    text = bare(text)
    if text in BLANKS:
        return None, ""
    number = _decimal(re.sub(r"[件个人次单条]$", "", text))
    if number is None or number != number.to_integral_value() or number < 0:
        return None, "not_count"
    return int(number), ""


def share(text: str) -> Read:
    """A share from 0 to 1, printed as 83%, 83.0％ or 0.83. A bare number above 1 is a fault."""
    text = bare(text)
    if text in BLANKS:
        return None, ""
    plain = unicodedata.normalize("NFKC", text)
    number = _decimal(plain.removesuffix("%"))
    if number is None:
        return None, "not_share"
    value = number / 100 if plain.endswith("%") else number
    return (float(value), "") if 0 <= value <= 1 else (None, "not_share")


def moment(text: str) -> Read:
    """Seconds from 1970-01-01 00:00 by the Beijing wall clock; a date alone is its midnight."""
    text = bare(text)
    if text in BLANKS:
        return None, ""
    matched = _TIME.fullmatch(unicodedata.normalize("NFKC", text))
    if matched is None:
        return None, "not_time"
    year, *rest = (int(part) for part in matched.groups() if part is not None)
    month, day, hour, minute, second = (*rest, 0, 0, 0)[:5]
    try:
        when = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - see EPOCH
    except ValueError:
        return None, "not_time"
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None, "not_time"
    return int((when - EPOCH) / timedelta(seconds=1)), ""


def identifier(text: str) -> Read:
    """An id as text. Scientific notation and decimals are ids that a spreadsheet has damaged."""
    text = bare(text)
    if text in BLANKS:
        return None, ""
    if _SCIENTIFIC.fullmatch(text):
        return None, "damaged_id"
    return (text, "") if len(text) <= 64 and _ID.fullmatch(text) else (None, "not_id")


def buyer(text: str) -> Read:
    """A buyer's identity. Masked and encrypted ones are no identity: read as blank."""
    text = bare(text)
    if text in BLANKS or text in NOBODY or _CIPHER.search(text):
        return None, ""
    if _SCIENTIFIC.fullmatch(text):
        return None, "damaged_id"
    return (text, "") if len(text) <= 256 else (None, "not_id")


def label(text: str) -> Read:
    """Text as it stands, without surrounding blanks. A cell with a mobile number in it is read as blank."""
    text = bare(text)
    return (None, "") if text in BLANKS or _MOBILE.search(text) else (text[:200], "")


READERS: dict[str, Callable[[str], Read]] = {
    "money": fen, "fee": fee_fen, "count": count, "share": share, "time": moment,
    "id": identifier, "buyer": buyer, "text": label,
}  # fmt: skip

"""What one cell of an export means: money in fen, a Beijing time, an id, a count, a share.

Each reader takes the text of a cell and returns `(value, code)`. Value None with a code: a fault (see
`problems.REASONS`); None without one: the cell is blank; a value with a code: read, and worth saying. Nothing is
guessed."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial, wraps
from typing import Any

from siyu.intake.formats.identities import identity, narrow
from siyu.intake.formats.times import BEIJING, seconds

Read = tuple[int | float | str | None, str]
# the last is what 千牛 prints as an amount that nobody asked back
BLANKS = frozenset({"", "-", "--", "—", "——", "–", "/", "\\N", "null", "NULL", "None", "无", "无退款申请"})
MULTIPLES = {"": Decimal(1), "千": Decimal(1_000), "万": Decimal(10_000), "w": Decimal(10_000),
             "W": Decimal(10_000), "亿": Decimal(100_000_000)}  # fmt: skip
NOISE = Decimal("1e-6")  # of a fen: what a subtraction of doubles leaves
SIGNIFICANT = 15  # digits that a spreadsheet shows of a number; what follows is noise of its arithmetic
_NEGATIVE = re.compile(r"-\s*[^-()]*|[^-()]*-|\([^-()]*\)")
_NUMBER = re.compile(r"(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d{0,20}))?\s*([千万亿wW]?)")
_DUST = re.compile(r"-?\d(\.\d+)?[eE]-1[0-9]")  # what the arithmetic of doubles leaves of nothing
_CURRENCY = re.compile(r"^(?:人民币|CNY|RMB|CN¥|¥)\s*|\s*\(?(?:元整?|圆|RMB|CNY|¥)\)?$")
_ID = re.compile(r"[A-Za-z_\-]*\d[\w\-]*", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE]\+?\d+|\d{16,}\.\d*|\d+\.\d*[1-9]\d*|\d{1,3}(,\d{3}){5,}")
_LONG = re.compile(r"(?:(\d+)(?:小时|时|h))?(?:(\d+)(?:分钟?|min|m))?(?:(\d+(?:\.\d+)?)(?:秒钟?|s)?)?", re.IGNORECASE)
_CLOCKED = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")
# of the mainland, however it is printed; notes end up in any column
_MOBILE = re.compile(r"(?<!\d)(?:\+?(?:00)?86[ -]?)?1[3-9]\d[ .\-]?\d{4}[ .\-]?\d{4}(?!\d)")
PHONE_YUAN = re.compile(r"1[3-9]\d{9}(?:\.0*)?")  # a number of this look in a column of money is somebody's


def bare(text: str) -> str:
    """The cell without what programs wrap around ids: tabs, spaces, `="…"`, a leading ' or backtick."""
    text = text.strip("\ufeff\u200b \t\u00a0\u3000")
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1].strip()
    return text.lstrip("'`\u2018").strip()


def _held(read: Callable[..., Read]) -> Callable[..., Read]:
    """A reader of what is in a cell: a blank one holds nothing."""

    @wraps(read)
    def whole(text: str, **options: Any) -> Read:
        inner = bare(text)
        return (None, "") if inner in BLANKS else read(inner, **options)

    return whole


def _decimal(text: str) -> tuple[Decimal | None, str]:
    """The number in a cell, to fifteen significant digits, and the multiple it is printed in (万 …)."""
    plain = narrow(text).strip()
    if _DUST.fullmatch(plain):
        return Decimal(0), ""
    minus = bool(_NEGATIVE.fullmatch(plain))  # -1, 1- and (1), as accountants print it
    plain = plain.strip("-() ") if minus else plain.removeprefix("+")
    for _ in range(2):  # a sign before and a word behind
        plain = _CURRENCY.sub("", plain).strip()
    inner = plain.startswith("-") and not minus  # ¥-1
    if (matched := _NUMBER.fullmatch(plain.removeprefix("-") if inner else plain)) is None:
        return None, ""
    whole, part, step = matched.groups()
    number = Decimal(f"{'-' if minus or inner else ''}{whole.replace(',', '')}.{part or 0}")
    if len(number.as_tuple().digits) > SIGNIFICANT and part:
        number = Decimal(f"{number:.{SIGNIFICANT}g}")
    return number * MULTIPLES[step], step


@_held
def signed_fen(text: str, *, rounded: bool = True) -> Read:
    """Money in yuan as integer fen of either sign. A fraction of a fen is rounded, and said.

    rounded: amounts in 千, 万 and 亿 are read; they have only the digits that are printed."""
    yuan, step = _decimal(text)
    if yuan is None:
        return None, "not_money"
    if step and not rounded:
        return None, "rounded_amount"
    scaled = yuan * 100
    if abs(scaled) >= 10**15:
        return None, "not_fen"
    fen = int(scaled.to_integral_value())
    return fen, "part_fen" if abs(fen - scaled) > NOISE else ""


def fen(text: str, *, rounded: bool = True) -> Read:
    """Like `signed_fen`; negative amounts and telephone numbers are faults."""
    value, code = signed_fen(text, rounded=rounded)
    if isinstance(value, int) and value < 0:
        return None, "negative"
    return (None, "phone_amount") if PHONE_YUAN.fullmatch(bare(text)) else (value, code)


def charge(text: str) -> Read:
    """Money that is taken, printed with a minus: what was taken, less than 0 where it came back."""
    value, code = signed_fen(text)
    return (-value if isinstance(value, int) else None), code


@_held
def signed(text: str, *, rounded: bool = True) -> Read:
    """A whole number of either sign; `3件` and full-width digits are read, `1.2万` where `rounded` allows it."""
    number, step = _decimal(re.sub(r"[件个人次单条]$", "", text))
    if number is None or number != number.to_integral_value():
        return None, "not_count"
    return (None, "rounded_amount") if step and not rounded else (int(number), "")


def count(text: str, *, rounded: bool = True) -> Read:
    """Like `signed`; negative numbers are faults."""
    value, code = signed(text, rounded=rounded)
    return (None, "not_count") if isinstance(value, int) and value < 0 else (value, code)


@_held
def share(text: str, *, whole: int = 1) -> Read:
    """A share from 0 to 1, printed as 83%, 83.0％ or 0.83. A bare number above 1 is a fault. whole: what bare numbers
    count to."""
    plain = narrow(text)
    number, _ = _decimal(plain.removesuffix("%"))
    if number is None:
        return None, "not_share"
    value = number / (100 if plain.endswith("%") else whole)
    return (float(value), "") if 0 <= value <= 1 else (None, "not_share")


@_held
def epoch(text: str) -> Read:
    """The Beijing wall clock at a count of seconds, or of milliseconds, since 1970 (UTC); 0 is none."""
    if text == "0":
        return None, ""
    if not (found := re.fullmatch(r"(\d{9,10})(\d{3})?(\.0+)?", narrow(text))):
        return None, "not_time"
    return int(found[1]) + BEIJING, "milliseconds" if found[2] else ""


@_held
def end_of(text: str, *, place: int = 1) -> Read:
    """The end of an interval such as `2025-09-07_16-00-00~2025-09-08_00-00-46`. place: 0 for its beginning."""
    ends = re.split(r"\s*[~～至]\s*", text)
    return moment(ends[place]) if len(ends) == 2 else (None, "not_time")


@_held
def duration(text: str) -> Read:
    """Seconds of `10秒`, `1分钟12秒`, `1小时2分`, `00:01:12`, `01:12`; a bare number is seconds."""
    found = _LONG.fullmatch(narrow(text)) or _CLOCKED.fullmatch(narrow(text))
    if found is None or not any(found.groups()):
        return None, "not_duration"
    return round(sum(float(part or 0) * size for part, size in zip(found.groups(), (3600, 60, 1), strict=True))), ""


@_held
def moment(text: str) -> Read:
    """Seconds from 1970-01-01 00:00 by the Beijing wall clock; a date alone is its midnight."""
    when = seconds(text)
    return (when, "") if when is not None else (None, "not_time")


def identifier(text: str) -> Read:
    """An id as text. Scientific notation and decimals are ids that a spreadsheet has damaged."""
    text = narrow(bare(text))
    if text in BLANKS:
        return None, ""
    text = re.sub(r"^(\d{1,15})\.0+$", r"\1", text)
    if _SCIENTIFIC.fullmatch(text):
        return None, "damaged_id"
    return (text, "") if len(text) <= 64 and _ID.fullmatch(text) else (None, "not_id")


buyer = _held(identity)  # nobody is read as blank


@_held
def label(text: str) -> Read:
    """Text as it stands, without surrounding blanks. A cell with a mobile number in it is read as blank."""
    return (None, "") if _MOBILE.search(narrow(text)) else (text[:200], "")


READERS: dict[str, Callable[[str], Read]] = {
    "money": fen, "fee": signed_fen, "charge": charge, "count": count, "signed": signed, "share": share,
    "percent": partial(share, whole=100), "time": moment, "epoch": epoch, "begin": partial(end_of, place=0),
    "end": end_of, "duration": duration, "id": identifier, "buyer": buyer, "text": label,
}  # fmt: skip

"""Dates and times as exports print them, as seconds by the Beijing wall clock."""

import re
from datetime import datetime, timedelta

from siyu.intake.formats.identities import SIMPLE, narrow

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock: every time of an export is Beijing time
FIRST_YEAR, LAST_YEAR = 1990, 2100  # an export outside is a damaged date
SERIAL_DAY = (EPOCH - datetime(1899, 12, 30)).days  # noqa: DTZ001 - where spreadsheets count days from
BEIJING = 8 * 3600
_DATE = (
    r"(?P<y>\d{4})(?:-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})|/(?P<m2>\d{1,2})/(?P<d2>\d{1,2})"
    r"|\.(?P<m3>\d{1,2})\.(?P<d3>\d{1,2})|年(?P<m4>\d{1,2})月(?P<d4>\d{1,2})日?|(?P<m5>\d\d)(?P<d5>\d\d))"
)
_HALF = r"(?P<{0}>上午|下午|凌晨|清晨|早上|中午|傍晚|晚上|[AaPp]\.?[Mm]\.?)"
_CLOCK = (
    rf"(?:{_HALF.format('a')}\s*)?"
    r"(?P<h>\d{1,2})(?:[:时点](?P<i>\d{1,2})分?(?::?(?P<s>\d{1,2})秒?(?:[.,]\d{1,9})?)?|时|点)"
    rf"(?:\s*{_HALF.format('b')})?"
)
_ZONE = r"(?:\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?))?"
_TIME = re.compile(rf"{_DATE}(?:\s*(?:星期|周)[一二三四五六日天])?(?:(?:\s{{0,2}}|[T_]){_CLOCK}{_ZONE})?")
_PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")  # 20210803101500
_DASHED = re.compile(r"(\d{4}-\d\d?-\d\d?)_(\d\d?)-(\d\d)-(\d\d)")  # file names cannot hold a colon
_SERIAL = re.compile(r"(\d{5})(?:\.(\d{1,15}))?")


def seconds(text: str) -> int | None:
    """Seconds from 1970-01-01 00:00 Beijing time; a date alone is its midnight. None: this is no time.

    A time with an offset from UTC is moved to Beijing."""
    plain = _DASHED.sub(r"\1 \2:\3:\4", narrow(text).translate(SIMPLE).strip())
    if packed := _PACKED.fullmatch(plain):
        return _wall(*map(int, packed.groups()))
    if (found := _TIME.fullmatch(plain)) is None:
        return None
    part = found.groupdict()
    month, day = (next(int(part[f"{name}{n}"]) for n in range(1, 6) if part[f"{name}{n}"]) for name in "md")
    hour = _hour(int(part["h"] or 0), part["a"] or part["b"] or "", both=bool(part["a"] and part["b"]))
    if hour is None:
        return None
    wall = _wall(int(part["y"]), month, day, hour, int(part["i"] or 0), int(part["s"] or 0))
    return wall if wall is None or not part["zone"] else wall + BEIJING - _offset(part["zone"])


def serial(text: str) -> int | None:
    """The moment that a spreadsheet's count of days means, to the second; None when the text is none."""
    if (found := _SERIAL.fullmatch(narrow(text).strip())) is None:
        return None
    days = float(text) if found[2] else int(found[1])
    return round((days - SERIAL_DAY) * 86_400)


def _hour(hour: int, half: str, *, both: bool) -> int | None:
    """The hour of 24 that an hour of a named half of the day means; None when they contradict."""
    late = half in ("下午", "傍晚", "晚上") or (half[:1] in ("P", "p") and half != "")
    early = half in ("上午", "凌晨", "清晨", "早上") or (half[:1] in ("A", "a") and half != "")
    midnight = half == "晚上" and (hour == 12 or hour < 5)  # whose day it is of is not said
    if both or midnight or (early and hour > 12) or (half and hour == 24):
        return None
    if half == "中午" and hour < 4:
        return hour + 12
    if late:
        return hour if hour >= 12 else hour + 12
    return 0 if early and hour == 12 else hour


def _offset(zone: str) -> int:
    """Seconds east of UTC."""
    if (found := re.search(r"([+-])(\d{1,2}):?(\d{2})?$", zone)) is None:
        return 0
    return (3600 * int(found[2]) + 60 * int(found[3] or 0)) * (-1 if found[1] == "-" else 1)


def _wall(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    ended = (hour, minute, second) == (24, 0, 0)  # the end of a day, which is the beginning of the next (ISO 8601)
    try:
        when = datetime(year, month, day, 0 if ended else hour, minute, second)  # noqa: DTZ001 - see EPOCH
    except ValueError:
        return None
    return int((when + timedelta(days=ended) - EPOCH) / timedelta(seconds=1))

"""When an export was made, as far as its name says so, and the days that it covers. Numbers in names are compared as
numbers."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from siyu.intake.formats.identities import narrow
from siyu.intake.formats.times import EPOCH
from siyu.intake.reading.plausible import TIMES
from siyu.observed import ORDERS, Observation

if TYPE_CHECKING:
    from siyu.intake.store.parts import Part

_EPOCH = re.compile(r"(?<!\d)(1[0-8]\d{8})(\d{3})?(?!\d)")  # from 19 on they are numbers of merchants
_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)"
    r"(?:[-_./年](\d{1,2})[-_./月](?!(?:19|20)\d\d(?!\d))(\d{1,2})日?|(0[1-9]|1[0-2])([0-3]\d))"
    r"(?:(?![ T_-]?(?:19|20)\d\d[-_./年]\d)"  # the other end of a period is no clock
    r"[ T_-]?(\d\d)[-_.:时]?(\d\d)(?:[-_.:分]?(\d\d))?)?(?!\d)"
)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_./年]?(1[0-2]|0?[1-9])月?(?!\d)")
_SHORT = re.compile(r"(?<!\d)(\d\d)年(?=\d{1,2}月)")  # 24年3月
_YEARLESS = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月(?:(\d{1,2})[日号])?")
BEIJING = 8 * 3600
MIDNIGHT = ("", "", "")
LONG = timedelta(days=366)  # after the last record: a number that is no time


@dataclass(frozen=True)
class Exported:
    """The moments between which an export was made, seconds by the Beijing clock; yearless: of an unknown year."""

    first: int
    last: int
    yearless: bool = False

    def before(self, other: Exported) -> bool:
        """Whether this export is certainly the older one. Months without a year wrap: half a year apart at most."""
        if self.yearless != other.yearless:
            return False
        apart = other.first - self.last
        return apart > 0 and not (self.yearless and apart > 183 * 86_400)


def exported(name: str) -> Exported | None:
    """What a file's name says, else that of its folder; of a member of an archive its own name before the archive's.

    Of several dates the latest counts: the end of the period that the file covers."""
    *folders, last = _SHORT.sub(r"20\1年", narrow(name)).split("/")
    for piece in [*reversed(last.split("!")), *folders[-1:]]:
        if found := [*_moments(piece)]:
            return max(found, key=lambda one: (not one.yearless, one.last))
    return None


def epoch_of(name: str) -> int:
    """Seconds (UTC) at which a file was exported, by a time in its name; 0 when there is none. A day alone may be the
    end of the period that the file covers."""
    found = exported(name)
    return found.first - BEIJING if found is not None and found.last - found.first < 3600 else 0


def _moments(text: str) -> list[Exported]:
    found = [Exported(int(epoch) + BEIJING, int(epoch) + BEIJING) for epoch, _ in _EPOCH.findall(text)]
    for year, month, day, packed_month, packed_day, *clock in _DAY.findall(text):
        seconds = 1 if clock[2] else 60 if clock[0] else 86_400
        found += _span(year, month or packed_month, day or packed_day, clock, seconds)
    for year, month in () if found else _MONTH.findall(text):
        found += _span(year, month, 1, MIDNIGHT, _days(year, month) * 86_400)
    for month, day in () if found else _YEARLESS.findall(text):
        found += _span(2000, month, day or 1, MIDNIGHT, (1 if day else _days(2000, month)) * 86_400, yearless=True)
    return found


def _days(year: str | int, month: str) -> int:
    return calendar.monthrange(int(year), int(month))[1]


def _span(
    year: str | int, month: str, day: str | int, clock: Sequence[str], seconds: int, *, yearless: bool = False
) -> list[Exported]:
    """So many seconds from a moment on; none where the calendar has no such day."""
    hour, minute, second = (int(part or 0) for part in clock)
    try:
        start = datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return []
    first = int((start - EPOCH).total_seconds())
    return [Exported(first, first + seconds - 1, yearless)]


OBSERVED = (ORDERS, "members", "follows")


def observe(parts: Sequence[Part]) -> tuple[Observation, ...]:
    """An observation of each part that has a time at all."""
    found = []
    for part in parts:
        days = part.days(TIMES[part.format.kind] if part.format.kind in OBSERVED else ())
        if len(days):
            first, last = (date.fromordinal(int(day)) for day in (days[0], days[-1]))
            held = tuple(days.tolist()) if part.format.kind == ORDERS else ()
            until = ended(epoch_of(part.name), last)
            found.append(Observation(part.name, part.format.kind, part.format.platform, first, until, held))
    return tuple(found)


def ended(epoch: int, last: date) -> date:
    """The last whole day before the export's own time (seconds, 0 unknown), else that of the `last` record."""
    exported = (datetime.fromtimestamp(epoch, UTC) + timedelta(hours=8)).date() if epoch else date.min
    # records that are younger than the time in the name, or far older: then it is not that of the export
    return last if not last <= exported <= last + LONG else exported - timedelta(days=1)

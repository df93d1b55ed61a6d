"""The first and last day that each export of orders, members or follows was seen to cover."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from pydantic import TypeAdapter

from siyu.intake.reading.plausible import TIMES
from siyu.intake.store.parts import Part
from siyu.observed import ORDERS, Observation

OBSERVED = (ORDERS, "members", "follows")
STORED = TypeAdapter(tuple[Observation, ...])  # as they are kept beside the tables


def observe(parts: Sequence[Part]) -> tuple[Observation, ...]:
    """An observation of each part that has a time at all."""
    found = []
    for part in parts:
        days = part.days(TIMES[part.format.kind] if part.format.kind in OBSERVED else ())
        if len(days):
            first, last = (date.fromordinal(int(day)) for day in (days[0], days[-1]))
            held = tuple(days.tolist()) if part.format.kind == ORDERS else ()
            until = ended(part.epoch, last)
            found.append(Observation(part.name, part.format.kind, part.format.platform, first, until, held))
    return tuple(found)


def ended(epoch: int, last: date) -> date:
    """The last whole day before the export's own time (seconds, 0 unknown), else that of the `last` record."""
    exported = (datetime.fromtimestamp(epoch, UTC) + timedelta(hours=8)).date() if epoch else date.min
    # records that are younger than the time in the name: then it is not that of the export
    return last if last > exported else exported - timedelta(days=1)

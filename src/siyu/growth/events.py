"""Events of people as plain columns, read once: ladder, funnel and ways in are counted from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from siyu import reads

DAY = 86_400
_WANTED = ("buyer_id", "at", "event", "channel", "paid_fen")
_NOBODY = np.iinfo(np.int64).max
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EventLog:
    """A row per event of somebody, in any order. who: buyer ids, dense from 0; fen: paid, 0 elsewhere; event, channel:
    places in `events` and `channels`, of which the last is "", for none."""

    who: Ints
    seconds: Ints
    fen: Ints
    event: npt.NDArray[np.int8]
    channel: npt.NDArray[np.int32]
    events: tuple[str, ...]
    channels: tuple[str, ...]

    @cached_property
    def ids(self) -> int:
        """How many ids there may be: the highest and all below."""
        return int(self.who.max(initial=-1)) + 1

    def of(self, *events: str) -> Ints:
        """Rows of these events."""
        return np.flatnonzero(np.isin(self.events, events)[self.event])

    def by(self, pattern: str) -> Ints:
        """Rows whose channel holds a pattern."""
        held = [bool(re.search(pattern, name, re.IGNORECASE)) for name in self.channels]
        return np.flatnonzero(np.array(held)[self.channel])

    def first(self, rows: Ints | slice = slice(None)) -> Floats:
        """(ids,) seconds of the first of the rows of each person; nan without any."""
        found = np.full(self.ids, _NOBODY)
        np.minimum.at(found, self.who[rows], self.seconds[rows])
        return np.where(found == _NOBODY, np.nan, found)

    def day(self, rows: Ints) -> pd.DatetimeIndex:
        """Days of the rows."""
        return pd.DatetimeIndex(pd.to_datetime(self.seconds[rows] // DAY, unit="D"))


def event_log(events: Path | pd.DataFrame, as_of: date) -> EventLog:
    """The events of known people until the end of `as_of`; see `events` of data/tables.yml."""
    if isinstance(events, Path):
        reads.opens(events)
    held = ds.dataset(
        pa.Table.from_pandas(events, preserve_index=False) if isinstance(events, pd.DataFrame) else events
    )
    end = pa.scalar(datetime.combine(as_of, time()) + timedelta(days=1), pa.timestamp("s"))
    known = ds.field("buyer_id").is_valid() & ds.field("event").is_valid() & (ds.field("at") < end)
    rows = held.to_table([name for name in _WANTED if name in held.schema.names], filter=known)
    event, names = _coded(rows["event"])
    told = "channel" in rows.column_names
    channel, channels = _coded(rows["channel"]) if told else (np.full(len(rows), -1, np.int32), ())
    fen = rows["paid_fen"].fill_null(0).to_numpy() if "paid_fen" in rows.column_names else np.zeros(len(rows))
    return EventLog(
        rows["buyer_id"].to_numpy().astype(np.int64, copy=False),
        rows["at"].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy(),
        fen.astype(np.int64, copy=False), event.astype(np.int8), channel, names, (*channels, ""),
    )  # fmt: skip


def _coded(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Places in the distinct texts, -1 for none, and these."""
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    whole = coded.unify_dictionaries()
    texts = whole.chunk(0).dictionary.to_pylist() if whole.num_chunks else []
    places = [pc.fill_null(chunk.indices.cast(pa.int32()), -1).to_numpy() for chunk in whole.chunks]
    return np.concatenate([np.zeros(0, np.int32), *places]), tuple(texts)

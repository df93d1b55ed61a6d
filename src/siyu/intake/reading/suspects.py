"""Keys and ids that a spreadsheet has rounded, and buyers who are too many to be one person."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.format import Layout
from siyu.intake.reading.lines import Ints
from siyu.intake.reading.problems import RefusedError

SIGMA = 8  # standard deviations above chance at which ids were rounded: clusters of lines have some more than one
SHORTEST, LONGEST = 16, 19  # digits of ids that lose some in a spreadsheet; more are rare, and lose theirs alike
LEAST = 15  # records from which a share of them can be implausible
TIMES = 8  # the usual number of a key's records
NAMED = 0.05  # share of records from which a key is named


@dataclass
class Rounded:
    """Long ids of a column by number of digits: how many there are, end in the zeros of fifteen digits, or are what
    a double holds."""

    counts: dict[tuple[str, int], Ints] = field(default_factory=dict)

    @staticmethod
    def of(records: pa.Table, layout: Layout) -> dict[tuple[str, int], Ints]:
        """The counts of one block: (all, zeros of fifteen, zeros of sixteen, doubles)."""
        found = {}
        for key in layout.places:
            if layout.format.columns[key].read in ("id", "buyer") and len(records):
                ids = records[key].combine_chunks() if isinstance(records[key], pa.ChunkedArray) else records[key]
                lengths = pc.binary_length(ids)
                for digits in range(SHORTEST, LONGEST + 1):
                    long = ids.filter(pc.equal(lengths, digits).fill_null(False))
                    if len(long):
                        found[key, digits] = _looked_at(long, digits)
        return found

    def add(self, part: dict[tuple[str, int], Ints]) -> None:
        """Take in the counts of a block."""
        for place, counts in part.items():
            self.counts[place] = self.counts.get(place, np.zeros(4, np.int64)) + counts

    def refuse(self, layout: Layout) -> None:
        """Raise RefusedError when more ids look rounded than chance makes so."""
        for (key, digits), (all_, fifteen, sixteen, doubles) in self.counts.items():
            apart = 10.0 ** (digits - 1) / 2**53  # at least so far apart are doubles of so many digits
            looks = ((fifteen, 10.0 ** (15 - digits)), (sixteen, 10.0 ** (16 - digits)), (doubles, 1 / apart))
            for hits, chance in looks:
                if chance < 1 and hits >= 3 and hits > all_ * chance + SIGMA * np.sqrt(all_ * chance):
                    column, found, expected = layout.title(key), f"{hits:,}", f"{all_:,}"
                    raise RefusedError("damaged_ids", column=column, found=found, expected=expected)


def _looked_at(ids: pa.Array, digits: int) -> Ints:
    tails = ids.filter(pc.ends_with(ids, "0" * max(1, digits - 16)))
    zeros = [
        pc.sum(pc.match_substring_regex(tails, rf"^[1-9]\d{{{kept - 1}}}0{{{digits - kept}}}$")).as_py() or 0
        if digits > kept
        else 0
        for kept in (15, 16)
    ]
    doubles = 0
    if digits >= 18 and pc.all(pc.ascii_is_decimal(ids)).as_py():
        try:
            numbers = pc.cast(ids, pa.int64()).to_numpy()
            apart = np.int64(1) << (np.log2(numbers).astype(np.int64) - 52)
            # odd multiples: ids made of a clock and a counter are often multiples of a higher power of two
            doubles = int(np.count_nonzero(numbers & (2 * apart - 1) == apart))
        except pa.ArrowInvalid:  # nineteen digits may be more than an integer holds
            doubles = 0
    return np.array([len(ids), *zeros, doubles])


@dataclass(frozen=True)
class Crowd:
    """How identity was read: records that name a buyer, distinct keys, records a key at the 99th percentile, and
    the shares of the three largest keys. heavy: positions of the first record of keys with an implausible share."""

    named: int
    keys: int
    usual: int
    largest: tuple[float, ...]
    heavy: tuple[tuple[int, float], ...] = ()

    @classmethod
    def of(cls, every: npt.NDArray[np.uint64], at: Ints) -> Crowd:
        """The crowd of records that name a buyer: a hash of the key of each, and its position."""
        if not every.size:
            return cls(0, 0, 0, ())
        keys, counts = np.unique(every, return_counts=True)
        shares = np.sort(counts)[::-1] / every.size
        usual = int(np.quantile(counts, 0.99, method="higher"))
        many = counts > max(LEAST - 1, TIMES * np.median(counts), NAMED * every.size)
        heavy = tuple((int(at[int(np.argmax(every == key))]), float(n / every.size)) for key, n in
                      zip(keys[many], counts[many], strict=True))  # fmt: skip
        return cls(int(every.size), len(keys), usual, tuple(float(one) for one in shares[:3]), heavy)

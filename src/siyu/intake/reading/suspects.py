"""Keys and ids that a spreadsheet has rounded, and buyers who are too many to be one person."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.format import Layout
from siyu.intake.reading.lines import Hashes, Ints, distinct
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.quick import are_digits

Reals = npt.NDArray[np.float64]
SOME = 20_000  # ids by which it is seen what they are multiples of
FEWEST = 3  # rounded ids below which it may be chance, unless chance makes RARE ones of them
RARE, NEVER = 0.01, 0.001
NEAR = 1000  # times as far as ids that are rounded to the same
SIGMA = 8  # standard deviations above chance at which ids were rounded: clusters of lines have some more than one
# digits of ids that lose some in a spreadsheet; of longer ones only its zeros are looked for
SHORTEST, LONGEST = 16, 19
KEPT = 15  # digits that a spreadsheet keeps
PRINTED = 0.01  # share of records whose id is printed rounded, from which the file is refused
LOOKS = 6  # how an id may look rounded, see `_looks`
SHOWN = 5  # keys that are named
SEVERAL, LEAST = 5, 10  # orders from which a share of them can be odd, or implausible
SLIPS, RESPELLED = 2, 0.01  # buyers in several spellings that may be slips, and the share of keys
MIXED = 0.25  # share of keys made by lot that have both capitals and small letters
TIMES = 4  # the usual number of a key's orders
NAMED = 0.05  # share of orders from which a key is named
FAR = 20  # times the orders that 99 in 100 keys stay below, from which it is named, too


@dataclass
class Rounded:
    """Long ids of a column by number of digits, and how many look as a spreadsheet or a program leaves them: a row a
    look (zeros after fifteen digits, after sixteen, held by a double, and each of these beside an id that it is made
    of), and their number, and that which chance makes."""

    counts: dict[tuple[str, int], Reals] = field(default_factory=dict)

    @staticmethod
    def of(records: pa.Table, layout: Layout) -> dict[tuple[str, int], Reals]:
        """The counts of one block: (looks, [hits, expected, all])."""
        found = {}
        for key in layout.places:
            if layout.format.columns[key].read in ("id", "buyer") and len(records):
                ids, times = _each(records[key].combine_chunks())
                lengths = pc.binary_length(ids)
                for digits in (each := pc.unique(lengths).drop_null().to_pylist()):
                    if digits >= SHORTEST:
                        such, often = ids, times
                        if len(each) > 1 or ids.null_count:
                            so_long = pc.equal(lengths, digits).fill_null(False).to_numpy(zero_copy_only=False)
                            such, often = ids.filter(pa.array(so_long)), times[so_long]
                        look = _longer if digits > LONGEST else _looks
                        if (looks := look(such, often, digits)) is not None:
                            found[key, digits] = looks
        return found

    def add(self, part: dict[tuple[str, int], Reals]) -> None:
        """Take in the counts of a block."""
        for place, counts in part.items():
            self.counts[place] = self.counts.get(place, np.zeros_like(counts)) + counts

    def refuse(self, layout: Layout, printed: Mapping[str, int], records: int) -> None:
        """Raise RefusedError when more ids look rounded than chance makes so, or are printed so.

        printed: ids like 6.9E+18, by header; records: of the file."""
        for column, number in printed.items():
            if number >= FEWEST and number > PRINTED * records:
                raise RefusedError("damaged_ids", column=column, found=f"{number:,}", expected=f"{records:,}")
        for (key, _), looks in self.counts.items():
            for hits, expected, every in looks:
                least = 1 if expected < NEVER else 2 if expected < RARE else FEWEST
                if hits >= least and hits > expected + SIGMA * np.sqrt(expected):
                    column, found, of = layout.title(key), f"{int(hits):,}", f"{int(every):,}"
                    raise RefusedError("damaged_ids", column=column, found=found, expected=of)


def _each(ids: pa.Array) -> tuple[pa.Array, Ints]:
    """Ids, and on how many lines each stands."""
    if not pa.types.is_dictionary(ids.type):
        return ids, np.ones(len(ids), np.int64)
    times = np.bincount(ids.indices.drop_null().to_numpy(), minlength=len(ids.dictionary))
    return ids.dictionary.filter(pa.array(times > 0)), times[times > 0]


def _longer(ids: pa.Array, times: Ints, digits: int) -> Reals:
    """The counts of ids that no integer holds: those whose digits after the fifteenth are zeros."""
    ends = ids.filter(pc.ends_with(ids, "0" * (digits - KEPT))).unique()
    held, every = sum(map(str.isdecimal, ends.to_pylist())), float(times.sum())
    return np.array([(held, every * 10.0 ** (KEPT - digits), every)] + [(0.0, 0.0, every)] * (LOOKS - 1))


def _looks(ids: pa.Array, times: Ints, digits: int) -> Reals | None:
    """The counts of ids of so many signs; None where none is of digits alone."""
    if not are_digits(ids):
        plain = pc.ascii_is_decimal(ids).to_numpy(zero_copy_only=False)
        if not plain.any():
            return None
        ids, times = ids.filter(pa.array(plain)), times[plain]
    lines = pc.cast(ids, pa.uint64()).to_numpy()
    numbers, again = np.unique(lines, return_counts=True)  # an id stands on each line of its order
    times = times[np.argsort(lines)] if times.max() > 1 else again  # where it is coded, it stands here once
    looks = []
    for zeros in (digits - 15, digits - 16):
        if zeros < 1:
            continue
        short = numbers - numbers % np.uint64(10**zeros)
        others = numbers[short != numbers]
        some = others[:: max(1, len(others) // SOME)]
        # ids that are counted in steps are multiples of two or five anyway
        even, fifth = (float((some % np.uint64(base) == 0).mean()) if len(some) else 0.0 for base in (2**zeros, 5))
        chance = max(10.0**-zeros, even * fifth * 0.2 ** (zeros - 1))
        # one that ends in zeros with others right behind it is where a count began, or went on
        counted = NEVER if (short[1:] == short[:-1]).any() else 0.0
        looks.append((_hits(short == numbers, times), max(counted, len(numbers) * chance), len(numbers)))
        looks.append(_beside(numbers, short, chance))
    apart = np.uint64(1) << (np.log2(numbers.astype(np.float64)).astype(np.uint64) - np.uint64(52))
    # odd multiples: ids made of a clock and a counter are often multiples of a higher power of two
    doubles = numbers & (2 * apart - np.uint64(1)) == apart
    known = apart >= np.uint64(64)  # a double holds shorter ids as they are
    expected = float((1 / (2 * apart[known].astype(np.float64))).sum())
    looks.append((_hits(doubles & known, times), expected, len(numbers)))
    looks.append(_beside(numbers, numbers.astype(np.float64).astype(np.uint64), 1 / max(1.0, float(apart.min()))))
    looks += [(0.0, 0.0, len(numbers))] * (LOOKS - len(looks))
    return np.array(looks)


def _beside(numbers: Hashes, short: Hashes, chance: float) -> tuple[float, float, int]:
    """Ids that are what another one is rounded to: an id whose lines were rounded in part. Where whole ones stand side
    by side, as those that are counted up do, it says nothing; nor does a single one, where a count may have begun."""
    rounded, same = short == numbers, short[1:] == short[:-1]
    either = rounded[1:] | rounded[:-1]
    if (same & ~either).any():
        return 0.0, 0.0, int(numbers.size)
    wide: float = float(np.count_nonzero(np.diff(numbers) < NEAR / chance)) / NEAR
    return float(np.count_nonzero(same & either)), max(NEVER, 2.0 * max(wide, 1 / NEAR) * chance), int(numbers.size)


def _hits(rounded: npt.NDArray[np.bool_], times: Ints) -> float:
    """Ids that look rounded; one that stands on more lines than is usual stands for several that became one."""
    some = times[rounded]
    if some.max(initial=1) == 1:
        return float(some.size)
    usual = usual_of(times[~rounded]) if not rounded.all() else 1
    return float(np.ceil(some / usual).sum())


def usual_of(counts: Ints) -> int:
    """What 99 of a hundred of these do not exceed. Sorted, for a partition of numbers of which most are alike takes ten
    times as long."""
    return int(np.sort(counts)[int(np.ceil(0.99 * (counts.size - 1)))])


def respelled(buyers: int, keys: int, some: Sequence[str]) -> str:
    """The code for so many buyers that have several spellings among so many keys: "" where chance makes as many.

    some: of the keys."""
    chance = 2 * alike_by_chance(some, keys)
    return "respelled_keys" if buyers > max(SLIPS, RESPELLED * keys, chance) else "respelled" if buyers > chance else ""


def alike_by_chance(some: Sequence[str], keys: int) -> float:
    """The pairs among so many keys that differ in capitals alone by chance: each sign of these keys, as long as most of
    them, is drawn by itself. Where few have capitals and small letters, they are not made so."""
    if sum(key != key.lower() and key != key.upper() for key in some) <= MIXED * len(some):
        return 0.0
    size, _ = Counter(map(len, some)).most_common(1)[0]
    cells = [key for key in some if len(key) == size]

    def same(keys: Iterable[str]) -> float:
        signs = (Counter(column).values() for column in zip(*keys, strict=True))
        return prod(sum((n / len(cells)) ** 2 for n in counts) for counts in signs)

    return keys * keys / 2 * (same(map(str.lower, cells)) - same(cells))


@dataclass(frozen=True)
class Crowd:
    """How identity was read: orders (records of other tables) that name a buyer, distinct keys, orders a key at the
    99th percentile, and the shares of the three largest keys. heavy: positions of the first record of keys with an
    implausible share. torn: orders whose lines name several buyers."""

    named: int
    keys: int
    usual: int
    largest: tuple[float, ...]
    heavy: tuple[tuple[int, float], ...] = ()
    torn: int = 0

    @classmethod
    def of(cls, every: npt.NDArray[np.uint64], orders: npt.NDArray[np.uint64] | None, at: Ints) -> Self:
        """The crowd of records that name a buyer: hashes of the key and the order of each, and its position."""
        if not every.size:
            return cls(0, 0, 0, ())
        torn = 0
        if orders is not None:  # an order of a hundred lines is one
            both, alone = every ^ (orders * np.uint64(0x9E3779B97F4A7C15)), distinct(orders)
            torn = distinct(both) - alone
            if alone + torn < every.size:
                once = np.sort(np.unique(both, return_index=True)[1])
                every, at = every[once], at[once]
        keys, counts = np.unique(every, return_counts=True)
        shares = np.sort(counts)[::-1] / every.size
        usual = usual_of(counts)
        above = counts > NAMED * every.size
        many = (counts >= max(SEVERAL, TIMES * np.median(counts) + 1)) & (above | (counts > FAR * usual))
        first = sorted(zip(counts[many].tolist(), keys[many].tolist(), strict=True), reverse=True)[:SHOWN]
        heavy = tuple((int(at[int(np.argmax(every == np.uint64(key)))]), n / every.size) for n, key in first)
        return cls(int(every.size), len(keys), usual, tuple(float(one) for one in shares[:3]), heavy, torn)

"""Who stands behind the keys of many exports, as dense buyer ids that no secret changes.

An identity is a key on a platform. A buyer-key table gives orders an identity that holds on every platform; group
members and followers are looked up by key alone."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.reading.lines import Ints
from siyu.intake.store.parts import Part

Small = npt.NDArray[np.integer]
NEVER = (1 << 32) - 1  # where no payment time is known: after every second of an export
LINKED = 0  # the scope of keys from a key table


@dataclass(frozen=True)
class Keys:
    """Every key of all parts once, as a number. of_part: number of a key by part folder and buyer_no."""

    of_part: Mapping[Path, Ints]
    count: int

    @classmethod
    def collect(cls, parts: Sequence[Part]) -> Self:
        """The keys of these parts."""
        if not (each := [part.keys() for part in parts]):
            return cls({}, 0)
        if len(each) == 1:
            return cls({parts[0].folder: np.arange(len(each[0]))}, len(each[0]))
        coded = pa.concat_arrays(each).dictionary_encode()
        numbers = coded.indices.to_numpy().astype(np.int64)
        cuts = np.cumsum([len(keys) for keys in each])[:-1]
        folders = [part.folder for part in parts]
        return cls(dict(zip(folders, np.split(numbers, cuts), strict=True)), len(coded.dictionary))

    def of_rows(self, part: Part, rows: pa.Table) -> Ints:
        """The key of each row of a part, -1 without one."""
        numbers = self.of_part[part.folder]
        found: Ints = np.append(numbers, -1)[rows["buyer_no"].fill_null(-1).to_numpy()]  # -1 is the last place
        return found


def linked(keys: Keys, tables: Sequence[Part], order_ids: pa.ChunkedArray) -> Ints:
    """The key that key tables have for each of these orders, -1 without one; the newest table that names an order
    wins."""
    rows = [part.rows() for part in tables]  # from the oldest
    told = np.concatenate([keys.of_rows(*both) for both in zip(tables, rows, strict=True)])
    every = [*(one["order_id"] for one in rows), order_ids]
    ids = pa.chunked_array([chunk for one in every for chunk in one.chunks], pa.string())
    whole = ids.combine_chunks() if (numbers := numbered(ids)) is None else pa.array(numbers)
    codes = whole.dictionary_encode().indices.fill_null(-1).to_numpy()
    key_of = np.full(int(codes.max(initial=-1)) + 2, -1)
    key_of[codes[: len(told)]] = told  # the last one written stays
    key_of[-1] = -1  # of orders without a number
    found: Ints = key_of[codes[len(told) :]]
    return found


def dense(identities: Ints, space: int, paid: Ints, order_ids: pa.ChunkedArray, platforms: Small) -> Ints:
    """Buyer id by identity (-1 where none bought), 0, 1, 2 … by first (paid_at, order_id), then platform.

    identities: of each order line, -1 for none, below `space`. paid: seconds, NEVER when unpaid."""
    first = np.full(space + 1, NEVER + 1, np.int64)
    np.minimum.at(first, identities, paid)  # nobody is in the last place
    firsts = np.flatnonzero((identities >= 0) & (paid == first[identities]))
    inorder = firsts[ordered(paid[firsts], order_ids, platforms, firsts)]
    seen = identities[inorder]
    place = np.full(space, len(seen), np.int64)
    place[seen[::-1]] = np.arange(len(seen))[::-1]  # the last one written is the first appearance
    present = np.flatnonzero(place < len(seen))
    ids = np.full(space, -1, np.int64)
    ids[present[np.argsort(place[present])]] = np.arange(len(present))
    return ids


def ordered(primary: Ints, order_ids: pa.ChunkedArray, later: Small, rows: Ints) -> Ints:
    """Positions by `primary`; equal ones by order id as text, then by `later`. rows: where these two have each.

    Order ids are compared only where they decide: a sort of numbers is ten times faster than one of text."""
    positions: Ints = np.argsort(primary)
    inorder = primary[positions]
    same = inorder[1:] == inorder[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    if tied.size:
        these = positions[tied]
        held = rows[these]
        ids = order_ids.take(pa.array(held))
        if (rank := numbered(ids)) is None:
            rank = pc.rank(ids, tiebreaker="dense").to_numpy()
        positions[tied] = these[np.lexsort((later[held], rank, primary[these]))]
    return positions


def numbered(texts: pa.ChunkedArray) -> Ints | None:
    """Texts of as many digits each as numbers, in the same order; None where some are otherwise."""
    sizes = pc.min_max(pc.binary_length(texts)).as_py()
    if sizes["min"] == sizes["max"] and not texts.null_count and pc.all(pc.ascii_is_decimal(texts)).as_py():
        with suppress(pa.ArrowInvalid):  # nineteen digits may be more than an integer holds
            return pc.cast(texts, pa.int64()).to_numpy()  # type: ignore[no-any-return]
    return None


def strangers(keys: Ints, moments: Ints, ids: Ints) -> Ints:
    """Buyer ids by (key, scope) for listed people too: those who never bought come after the last buyer.

    keys, moments: of each listing. ids: (keys, scopes), -1 where none. Strangers stand by first moment, then by the
    place of their first listing; their scope is LINKED."""
    listed = pd.DataFrame({"key": keys, "moment": moments})[(ids.max(axis=1, initial=-1) < 0)[keys]]
    first = listed.sort_values("moment", kind="stable").drop_duplicates("key")["key"].to_numpy()
    found = ids.copy()
    found[first, LINKED] = ids.max(initial=-1) + 1 + np.arange(len(first))
    return found


def standing_for(keys: Ints, ids: Ints) -> tuple[Ints, Ints]:
    """Positions in `keys` and the buyer each stands for. A key on two platforms stands for both buyers."""
    places, scopes = np.nonzero(ids[keys] >= 0)
    found: Ints = ids[keys[places], scopes]
    return places, found

"""What the values of a file say about each other: dates in order and within reason, amounts that can be true.

Nothing is clipped: what cannot be true is quarantined or refuses the file, what is odd is counted and named."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.canonical_tables import tables as canonical_tables
from siyu.intake.formats.format import Layout
from siyu.intake.reading.lines import Flags, Ints, seconds_of
from siyu.intake.reading.problems import RefusedError
from siyu.messages import tables

_BESIDE = tables(__file__, "plausible.yml")
ORDERED: list[list[str]] = _BESIDE["ordered"]
TIMES: dict[str, list[str]] = _BESIDE["covering"]
WITHIN: dict[str, str] = _BESIDE["within"]
TOLD: dict[str, list[str]] = _BESIDE["told"]
DAY, MINUTE = 86_400, 60
GAP = 730  # days between the dates of a file and some that are none of it
FEW = 0.01  # share of records that such dates may be
CONTRADICTS = 0.05  # share of refunds above the amount at which the column is not what the format says
FUTURE = (date(2050, 1, 1) - date(1970, 1, 1)).days  # no export of a day after it, however many
AWAY = 180  # days between most dates of a file and some that are named
FAR = 100  # times the amount of one in two
GULF = 10  # times the largest of the others: counts have long tails
COUNTED = ("fen", "count", "signed", "seconds")  # meanings of `data/tables.yml` that are numbers without an end
YES, SEVERAL = 100, 3  # fen that a 1 of yes is read as, and so many of nothing else
DEAREST = 10**9  # fen: half of the orders of a shop cost no more; a column of dates or times does
MONTH = 31
# the first holds the rest
PARTS = ("gross_fen", "freight_fen", "fee_platform_fen", "fee_creator_fen", "commission_fen")
_DATED = re.compile(r"^[A-Za-z]{0,4}20[0-4]\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{4}")
# of a header of amounts; one without may be that of a column of yes and no
_AMOUNT = re.compile(r"[金总]?额|元|amount|amt|sum|value|fee|yuan|cny|rmb|¥", re.IGNORECASE)
# words that nobody has mapped, of money that went back
_BACK = "(退款|售后).{0,4}(成功|完成)|(已|全额|部分)退款|^(仅退款|退货退款)$"
NEVER = np.iinfo(np.int64).min
_SOONEST, _LATEST = np.iinfo(np.int32).min, np.iinfo(np.int32).max  # where a record has no date


class Read(Protocol):
    """A column that was read; see `columns.Typed`."""

    values: pa.Array


def out_of_order(columns: Mapping[str, Read]) -> Iterator[tuple[str, Ints]]:
    """(key, rows) of later dates that lie on a day before the earlier one. Days, because many cells are days only."""
    for first, then in ORDERED:
        if first in columns and then in columns:
            earlier, later = (seconds_of(columns[key].values, NEVER) // DAY for key in (first, then))
            rows = np.flatnonzero((later < earlier) & (later > NEVER // DAY))
            if rows.size:
                yield then, rows


@dataclass
class Bounds:
    """The values of a file's accepted records, gathered block by block in file order."""

    layout: Layout
    parts: list[dict[str, Ints]] = field(default_factory=list)

    def of(self, records: pa.Table) -> dict[str, Ints]:
        """What is kept of a block. Safe to call from several threads."""
        names, kept = records.column_names, {"size": np.array([len(records)])}
        if not len(records):
            return kept
        dated = [key for key in TIMES.get(self.layout.format.kind, ()) if key in names]
        if times := [seconds_of(records[key], NEVER) // DAY for key in dated]:
            early = [np.where(time > NEVER // DAY, time, _LATEST) for time in times]
            kept["first"] = np.minimum.reduce(early).astype(np.int32)
            kept["last"] = np.maximum(np.maximum.reduce(times), _SOONEST).astype(np.int32)
            if "order_id" in names and all(_DATED.match(one or "") for one in records["order_id"][:20].to_pylist()):
                kept["astray"] = _astray(records["order_id"], kept["first"], kept["last"])
        if "status" in names and records["status"].null_count:
            kept["stateless"] = records["status"].is_null().to_numpy().astype(np.int8)
        if {"status", "paid_at"} <= set(names):
            paid = records["paid_at"].is_valid().to_numpy()
            for name, state, has_time in (("delivered", "completed", False), ("unpaid", "unpaid", True)):
                such = pc.equal(records["status"], state).fill_null(False).to_numpy()
                kept[name] = (such & (paid == has_time)).astype(np.int8)
        if "refunded_fen" in names:
            kept["refunded"] = _fen(records, "refunded_fen")
            if "paid_fen" in names:
                unpaid = records["paid_fen"].is_null().to_numpy()
                over = np.abs(kept["refunded"]) > _fen(records, "paid_fen")
                kept["over"] = np.where(unpaid, 0, over).astype(np.int8)
            if "net_fen" in names:
                left, back, whole = _fen(records, "net_fen"), np.abs(kept["refunded"]), _fen(records, "gross_fen")
                kept["still"] = ((back > 0) & np.where(whole, left + back > whole, left == back)).astype(np.int8)
            elif "refund_state" in names and self.layout.format.columns["refund_state"].read == "text":
                told = pc.match_substring_regex(records["refund_state"].cast(pa.string()), _BACK).fill_null(False)
                kept["unpriced"] = (told.to_numpy() & (kept["refunded"] == 0)).astype(np.int8)
        kept |= {f"column {key}": np.abs(_fen(records, key)) for key in self._counted if key in names}
        if {"unit_price_fen", "quantity", "paid_fen"} <= set(names):
            most = _fen(records, "unit_price_fen") * _fen(records, "quantity") + _fen(records, "freight_fen") + 100
            kept["dear"] = ((_fen(records, "paid_fen") > most) & (most > 100)).astype(np.int8)
            kept |= _swapped(*(_fen(records, key) for key in ("paid_fen", "unit_price_fen", "quantity")))
        return kept | _beside_the_amount(records) | _beside_each_other(records)

    @cached_property
    def _counted(self) -> list[str]:
        """The columns of a table other than orders whose numbers have no other to be held against."""
        kind, control = self.layout.format.kind, self.layout.control
        meanings = canonical_tables()[kind].columns if kind != "orders" else {}
        return [key for key, meaning in meanings.items() if meaning in COUNTED and key != control]

    @property
    def held(self) -> set[str]:
        """Keys of the columns that the file has or that are made of two of them."""
        made = {key for key, column in self.layout.format.columns.items() if column.made}
        return made | set(self.layout.places) | set(self.layout.given)

    def joined(self, name: str) -> Ints:
        """One of the kept columns, whole; empty when the file has none, 0 where a block has none."""
        if not any(name in part for part in self.parts):
            return np.zeros(0, np.int64)
        return np.concatenate([part.get(name, np.zeros(part["size"][0], np.int8)) for part in self.parts])

    def stray_dates(self) -> Ints:
        """Positions of the few records whose date lies years apart from all others, and of all in a far future."""
        few = np.union1d(*(_apart(self.joined(name)) for name in ("first", "last")))
        return np.union1d(few, np.flatnonzero(self.joined("last") > FUTURE))

    def observed(self, kept: Flags) -> tuple[date, date] | None:
        """The first and the last day of these records."""
        first, last = (self.joined(name) for name in ("first", "last"))
        kept = kept & (first < _LATEST) if first.size else kept[:0]
        if not kept.any():
            return None
        since, until = (date(1970, 1, 1) + timedelta(days=int(day)) for day in (first[kept].min(), last[kept].max()))
        return since, until

    @property
    def _fees(self) -> list[tuple[str, Ints]]:
        """The column of what was taken, of charges, and its signs."""
        return [(key, self.joined(key)) for key in ("fee_fen", "amount_fen")]

    def _yes(self, refunded: Ints, printed: Callable[[str, Ints], list[str]]) -> bool:
        """Whether refunds are yes and no. A few may be amounts: their header, or how they are printed, says so."""
        if not (some := np.flatnonzero(refunded)).size or (np.abs(refunded[some]) != YES).any():
            return False
        few = some.size < SEVERAL and not _AMOUNT.search(self.layout.title("refunded_fen"))
        return some.size >= SEVERAL or (few and {*printed("refunded_fen", some)} == {"1"})

    def odd(
        self, fen: Ints, where: Callable[[Ints], str], printed: Callable[[str, Ints], list[str]]
    ) -> Iterator[tuple[str, str, Ints]]:
        """(column, code, positions) of values worth a word. Raises RefusedError where a column contradicts its format.

        fen: the control amounts. where: positions as lines for a message. printed: the cells of a column there."""
        refunded, over, dear, still = (self.joined(name) for name in ("refunded", "over", "dear", "still"))
        several, priced = self.joined("several"), self.joined("priced")
        swapped = 2 * np.count_nonzero(priced) > several.sum()
        entry, title, back = self.layout.format, self.layout.title, np.count_nonzero(refunded)
        if (minus := np.flatnonzero(refunded < 0)).size and (refunded > 0).any():
            raise RefusedError("mixed_signs", column=title("refunded_fen"), expected=where(minus))
        if self._yes(refunded, printed) and entry.columns["refunded_fen"].range is None:
            raise RefusedError("refund_flags", column=title("refunded_fen"), found=f"{back:,}")
        for key, code, wrong, most in (
            ("refunded_fen", "refunds_contradict", over * (entry.refunds == "apart"), max(2, CONTRADICTS * back)),
            ("net_fen", "refunds_still_there", still * (entry.refunds == "net"), max(5, back / 2)),
            ("paid_fen", "price_contradicts", dear, max(2, dear.size / 2)),
            ("unit_price_fen", "price_swapped", priced * (swapped and (priced > 1).any()), 2),
            *((key, "fees_gained", fees < 0, max(2, np.count_nonzero(fees) / 2)) for key, fees in self._fees),
            *((key, "part_contradicts", self.joined(key) > 1, max(5, fen.size / 2)) for key in PARTS),
        ):
            if (places := np.flatnonzero(wrong)).size > most:
                raise RefusedError(code, column=title(key), found=f"{places.size:,}", expected=where(places))
        apart = np.union1d(*(_apart(self.joined(end), AWAY, 0.5) for end in ("first", "last")))
        yield title("paid_at"), "dates_apart", apart
        for name, (code, key) in TOLD.items():
            yield title(key), code, np.flatnonzero(self.joined(name))
        blank = self.joined("stateless")
        yield title("status"), "stateless", np.flatnonzero(blank * (not blank.all()))
        yield title("refunded_fen"), "refund_over", np.flatnonzero(over)
        yield title("net_fen"), "refund_still", np.flatnonzero(still * (entry.refunds == "net"))
        yield title("paid_fen"), "price_over", np.flatnonzero(dear)
        yield title("unit_price_fen"), "price_of_pieces", np.flatnonzero(priced if swapped else several[:0])
        for key in PARTS:
            if 2 * np.count_nonzero(part := self.joined(key)) > fen.size:
                yield title(key), "part_over", np.flatnonzero(part)
        yield from self._outliers(fen)

    def _outliers(self, fen: Ints) -> Iterator[tuple[str, str, Ints]]:
        """Amounts and numbers far above all others."""
        entry, title = self.layout.format, self.layout.title
        if fen.size >= 20 and self.layout.control is not None:
            half = np.quantile(fen, 0.5, method="lower")
            if half > DEAREST and entry.kind == "orders":
                raise RefusedError("implausible_amounts", column=title(self.layout.control), found=f"{half // 100:,}")
            yield title(self.layout.control), "outlier", np.flatnonzero(fen >= FAR * max(half, 100))
        for key in self._counted:
            values = self.joined(f"column {key}")
            if (told := values[values > 0]).size >= 20:
                far = values >= FAR * max(np.quantile(told, 0.5, method="lower"), 10)
                if far.any() and values[far].min() >= GULF * values[~far].max():
                    yield title(key), "outlier", np.flatnonzero(far)


def _beside_each_other(records: pa.Table) -> dict[str, Ints]:
    """Records paid earlier on the day than ordered; parts that are more than their whole; signs of fees."""
    names, found = set(records.column_names), dict[str, Ints | Flags]()
    if {"created_at", "paid_at"} <= names:
        ordered, paid = (seconds_of(records[key], NEVER) for key in ("created_at", "paid_at"))
        found["early"] = (paid > NEVER) & (paid < ordered - MINUTE) & (paid % DAY > 0)
    for part, of in ((part, of) for part, of in WITHIN.items() if {part, of} <= names):
        found[f"within {part}"] = records[of].is_valid().to_numpy() & (_fen(records, part) > _fen(records, of))
    if {"fee_fen", "base_fen"} <= names:
        found["fee_fen"] = np.sign(_fen(records, "fee_fen")) * (_fen(records, "base_fen") > 0)
    elif {"sort", "amount_fen"} <= names:
        fee = pc.equal(records["sort"], "fee").fill_null(False).to_numpy()
        found["amount_fen"] = np.sign(-_fen(records, "amount_fen")) * fee
    return {name: flags.astype(np.int8) for name, flags in found.items() if flags.any()}


def _swapped(paid: Ints, price: Ints, pieces: Ints) -> dict[str, Ints]:
    """Records of several pieces; those whose price is the amount times the pieces: 1 of two, which half a price may
    be, 2 of more; those whose amount is the price of one, where most are such."""
    several = (pieces > 1) & (paid > 0)
    priced, one = several & (np.abs(price - paid * pieces) < pieces), several & (paid == price)  # rounded to fen
    found = {"several": several, "priced": priced * (1 + (pieces > 2)), "one": one * (2 * one.sum() > several.sum())}
    return {name: flags.astype(np.int8) for name, flags in found.items()}


def _beside_the_amount(records: pa.Table) -> dict[str, Ints]:
    """What cannot be beside an amount: a part of it that is larger (2, where nothing was paid 1), a total of the goods
    that is smaller, a refund whose state says that there is none."""
    key = next((key for key in ("paid_fen", "net_fen", "order_paid_fen") if key in records.column_names), "")
    if not key:
        return {}
    amount, back = _fen(records, key), np.abs(_fen(records, "refunded_fen"))
    told = records[key].is_valid().to_numpy()
    found = {part: (1 + (amount > 0)) * (told & (_fen(records, part) > amount)) for part in PARTS[1:]}
    gross = _fen(records, PARTS[0])
    found[PARTS[0]] = 2 * ((gross > 0) & (amount > gross + _fen(records, "freight_fen") + 100))
    if {"refunded_fen", "refund_state"} <= set(records.column_names):
        still = pc.is_in(records["refund_state"].cast(pa.string()), pa.array(["none", "pending"]))
        found["unsaid"] = (back > 0) & still.to_numpy()
    return {name: flags.astype(np.int8) for name, flags in found.items() if flags.any()}


def unsure(records: pa.Table) -> Flags:
    """Records refunded in part that say neither how much nor what is left."""
    unsure: Flags = pc.equal(records["refund_state"], "part_refunded").fill_null(False).to_numpy()
    for key in ("refunded_fen", "net_fen"):
        if key in records.column_names:
            unsure = unsure & records[key].is_null().to_numpy()
    return unsure


def _apart(days: Ints, gap: int = GAP, share: float = FEW) -> Ints:
    """Positions of the few days, a share of all, that lie a gap apart from the others."""
    known = (days > _SOONEST) & (days < _LATEST)
    held = days[known]
    few = int(max(1, share * held.size))
    if held.size < 4 or np.ptp(held) <= gap:
        return np.zeros(0, np.int64)
    counts = np.bincount(held - held.min())
    each = np.flatnonzero(counts)
    until = np.cumsum(counts[each])[:-1]  # records up to the day before a gap
    wide, each = np.diff(each) > gap, each + held.min()
    below, above = each[:-1][wide & (until <= few)], each[1:][wide & (until >= held.size - few)]
    apart = (days <= below.max(initial=_SOONEST)) | (days >= above.min(initial=_LATEST))
    found: Ints = np.flatnonzero(known & apart)
    return found


def _astray(ids: pa.Array, first: Ints, last: Ints) -> Ints:
    """Whether the day that an order number begins with lies more than a month from all dates of the record."""
    ids = ids.cast(pa.string())
    dated = pc.match_substring_regex(ids, _DATED.pattern).fill_null(False)
    text = pc.utf8_slice_codeunits(pc.replace_substring_regex(pc.if_else(dated, ids, "20000101"), r"^\D+", ""), 0, 8)
    days = pc.strptime(text, "%Y%m%d", "s", error_is_null=True)
    day = seconds_of(days, NEVER) // DAY
    off = dated.to_numpy(zero_copy_only=False) & (day > NEVER // DAY) & (last > _SOONEST)
    astray: Ints = (off & ((day < first - MONTH) | (day > last + MONTH))).astype(np.int8)
    return astray


def few_lines(places: Sequence[int]) -> str:
    """Line numbers for a message: the first five."""
    return ", ".join(map(str, places[:5])) + (" …" if len(places) > 5 else "")


def _fen(records: pa.Table, key: str) -> Ints:
    if key not in records.column_names:
        return np.zeros(len(records), np.int64)
    found: Ints = pc.fill_null(records[key], 0).to_numpy()
    return found

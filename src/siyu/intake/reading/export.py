"""One export from bytes to accounted records.

Longer than others, for the steps of a pass share its state."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from siyu.intake.abreast import abreast
from siyu.intake.containers.wide import unfolded
from siyu.intake.formats.catalogue import catalogue
from siyu.intake.formats.format import Format, Layout, normal
from siyu.intake.reading import non_records
from siyu.intake.reading.accounting import Account
from siyu.intake.reading.duplicates import Fingerprints
from siyu.intake.reading.encodings import blocks, encoding_of
from siyu.intake.reading.headers import displayed, given, harmless, head, refuse_struck, unread_names
from siyu.intake.reading.lines import Flags, Hashes, Ints
from siyu.intake.reading.plausible import Bounds, few_lines, unsure
from siyu.intake.reading.problems import RefusedError, Trouble
from siyu.intake.reading.records import Again, Records, amount_of, read_block, readers
from siyu.intake.reading.sources import TableSource
from siyu.intake.reading.suspects import LEAST, Crowd, Reals, Rounded, respelled

# fingerprints, values, long ids, remarks
_Part = tuple[dict[str, Hashes], dict[str, Ints], dict[tuple[str, int], Reals], non_records.Remarks]
Progress = Callable[[int], object]
Sink = Callable[[pa.Table, Ints, Format], None]
UNCLEAR = 0.02  # share of records that contradict another one of their key, from which the key is none
ADDED = 5  # records of which it is no chance that the next one is the sum of all
SOME = 1_000  # keys by which it is seen how they are made
TAIL = 1_000  # last records that the last one is held against


@dataclass
class Reading:
    """A file that has been read: its account, and the lines that turned out to repeat others."""

    account: Account
    layout: Layout | None = None
    dropped: Ints = field(default_factory=lambda: np.zeros(0, np.int64))


def read(
    source: TableSource, wanted: str | None = None, *, sink: Sink | None = None, progress: Progress | None = None
) -> Reading:
    """Read one source. Never raises for what the file holds: the account says what became of it.

    wanted: a format's key, else the header decides. sink: gets accepted records block by block with their lines and
    format, before repeats are known (`Reading.dropped` names those lines afterwards)."""
    reading = Reading(Account(source.name, part=source.part, pages=source.pages))
    try:
        if source.refused is not None:
            raise source.refused
        _Run(unfolded(source), reading, sink, progress or (lambda _: None)).go(wanted)
    except RefusedError as error:
        reading.account.refuse(error.trouble)
    return reading


def recognised(source: TableSource) -> Account:
    """The account as far as the top of a source decides it: its format, or why it has none."""
    account = Account(source.name)
    try:
        source = unfolded(source)
        first = next(blocks(source, encoding_of(source)), b"")
        account.format = head(first, None, catalogue(source.own)).layout.format.key
    except RefusedError as error:
        account.refuse(error.trouble)
    return account


class _Run:
    """The state of reading one file."""

    def __init__(self, source: TableSource, reading: Reading, sink: Sink | None, progress: Progress) -> None:
        self.source, self.reading, self.account = source, reading, reading.account
        self.sink, self.progress = sink, progress
        self.lines, self.fen, self.bases = list[Ints](), list[Ints](), list[int]()
        self.totals, self.spoken = list[tuple[int, int]](), list[tuple[int, int]]()
        self.named, self.unsure = list[Flags](), list[Flags]()
        self.rounded, self.damaged = Rounded(), Counter[str]()
        self.said: dict[tuple[str, str], list[int]] = {}
        self.left_aside: dict[str, list[int]] = {}
        self.remarks = non_records.Remarks(())

    def go(self, wanted: str | None) -> None:
        encoding = encoding_of(self.source)
        self.account.encoding, self.account.digest = encoding.name, encoding.digest
        stream = blocks(self.source, encoding)
        if not (first := next(stream, b"")):
            raise RefusedError("empty")
        top = head(first, wanted, catalogue(self.source.own))
        top = replace(top, layout=replace(top.layout, given=given(top.layout, self.source)))
        self.layout = self.reading.layout = top.layout
        self.delimiter = top.delimiter
        self.account.format, self.account.entry = top.layout.format.key, top.layout.format
        self.account.control, self.account.draft = top.layout.control is not None, top.layout.format.draft
        self.account.unknown_columns = tuple(map(harmless, top.layout.unknown))
        self.account.notes += [*displayed(top.layout, self.source.shown), *unread_names(top.layout)]
        for line, cells in top.titles:
            self._odd(line, amount_of(cells, top.layout), "total" if non_records.is_total(cells) else "note", cells)
        self.prints, self.bounds, self.how = Fingerprints(top.layout), Bounds(top.layout), readers(top.layout)
        unread = {normal(name) for name in top.layout.unknown} if top.layout.format.kind == "orders" else set()
        places = (at for at, name in enumerate(top.layout.header) if normal(name) in unread)
        self.remarks = non_records.Remarks(tuple(places))
        self.again = Again(self.source, encoding, top.layout, top.delimiter, top.start)
        base, last = top.line + 1, first
        for size, records, part in abreast(self._parsed, self.again.cut(first, stream), ahead=4):
            self._take(records, part, base)
            self.bases.append(base)
            base += records.lines
            last = b"\n" if size >= 0 else b""
            self.progress(abs(size))
        self.end = base
        self._finish(complete=last.endswith(b"\n") or self.source.rows is not None)

    def _parsed(self, block: bytes) -> tuple[int, Records, _Part]:
        """A block read, beside others; a negative size: no line end at the end."""
        records = read_block(block, self.layout, self.delimiter, self.how)
        size, taken = len(block) if block.endswith(b"\n") else -len(block), records.accepted
        marks = self.remarks.of(records.text, records.at)
        return size, records, (self.prints.of(records), self.bounds.of(taken), Rounded.of(taken, self.layout), marks)

    def _take(self, records: Records, part: _Part, base: int) -> None:
        account = self.account
        account.put("accepted", int(records.fen.sum()), len(records.at))
        at = records.at + base
        prints, values, rounded, remarks = part
        self.remarks.add(remarks, base)
        self.prints.take(prints)
        self.bounds.parts.append(values)
        self.rounded.add(rounded)
        self.lines.append(at)
        self.fen.append(records.fen)
        for line, amount, troubles in records.quarantined:
            account.put("quarantined", amount)
            for trouble in troubles:
                account.report(replace(trouble, line=self._shown(line + base)))
                self.damaged[trouble.column or ""] += trouble.code == "damaged_id"
        for line, amount, kind, cells in records.ignored:
            self._odd(line + base, amount, kind, cells)
        for line, column, code in records.notes:
            self.said.setdefault((column, code), []).append(self._shown(line + base))
        if "buyer_id" in records.accepted.column_names:
            self.named.append(records.accepted["buyer_id"].is_valid().to_numpy())
        if "refund_state" in records.accepted.column_names:
            self.unsure.append(unsure(records.accepted))
        if self.sink is not None and records.accepted.num_rows:
            self.sink(records.accepted, at, self.layout.format)

    def _odd(self, line: int, amount: int | None, kind: str, cells: list[str]) -> None:
        """Count a line that is no record; remember what it says about the file. Raises RefusedError where columns
        stand in another order from there on."""
        if kind == "other_header":
            raise RefusedError("other_header", line=self._shown(line))
        readers = {self.layout.format.columns[key].read for key in self.layout.places}
        for code, about, said_by in non_records.STATED if kind == "note" else ():
            if readers & about and (found := said_by(cells)):
                raise RefusedError(code, line=self._shown(line), found=found)
        self.account.put("ignored", amount if kind == "total" else amount or 0)
        kind = "remark" if kind == "note" and non_records.is_remark(cells) else kind
        self.left_aside.setdefault(kind, []).append(self._shown(line))
        if kind == "total" and amount is not None and not non_records.is_of_a_part(cells):
            self.totals.append((self._shown(line), amount))
        if (said := non_records.counted(cells)) is not None:
            self.spoken.append((self._shown(line), said))

    def _shown(self, index: int) -> int:
        """The physical line (header 1) or sheet row of a line counted from 0."""
        return self.source.rows[index] if self.source.rows is not None else index + 1

    def _all_shown(self, indexes: Ints) -> list[int]:
        return [self._shown(index) for index in indexes.tolist()]

    def _note(self, code: str, places: list[int], column: str | None = None) -> None:
        """Say of some lines what they have in common; nothing of none."""
        if places:
            self.account.note(code, column, found=f"{len(places):,}", expected=few_lines(places))

    def _finish(self, *, complete: bool) -> None:
        account = self.account
        if not self.source.still():
            raise RefusedError("changed")
        if not (held := account.total - account.records["ignored"]):
            raise RefusedError("no_records")
        raw = account.fen["accepted"] + account.fen["quarantined"]
        lines, self.lines = np.concatenate(self.lines), []
        fen, self.fen = np.concatenate(self.fen), []
        pa.default_memory_pool().release_unused()
        self.rounded.refuse(self.layout, self.damaged, held)
        self._repeats(lines, fen)
        last = lines.size > ADDED and lines[-1] not in self.reading.dropped
        if last and account.control and 0 < 2 * fen[-1] == raw:
            self._set_aside(np.array([lines.size - 1]), "sum_of_others", lines, fen)
        if not complete and self._is_cut(lines):
            self._set_aside(np.array([lines.size - 1]), "cut_short", lines, fen)
        self._plausible(lines, fen)
        if not account.records["accepted"]:
            account.refuse(Trouble(0, None, "nothing_accepted"))
        kept = ~np.isin(lines, self.reading.dropped)
        if "buyer_id" in self.layout.places:
            account.identities = int((np.concatenate(self.named) & kept).sum()) if not account.refused else 0
        if self.unsure and not account.refused:
            unsure = np.concatenate(self.unsure) & kept
            account.net_uncertain = (int(unsure.sum()), int(fen[unsure].sum()))
        account.completeness = "last_record_complete" if complete else "not_verified"
        sums = {raw, account.fen["accepted"] + account.fen["quarantined"]}
        account.compare(self.totals[-1:], self.spoken[-1:], held, sums, complete=complete)

    def _set_aside(self, places: Ints, code: str, lines: Ints, fen: Ints) -> None:
        """Quarantine records that were accepted."""
        for at in places:
            self.account.move("accepted", "quarantined", int(fen[at]))
            self.account.report(Trouble(self._shown(int(lines[at])), None, code))
        self.reading.dropped = np.union1d(self.reading.dropped, lines[places])

    def _is_cut(self, lines: Ints) -> bool:
        """Whether the last line, which has no end, is a record that ends within its last field."""
        last = lines[-TAIL:].tolist()
        read = len(self.layout.header) - 1 in self.layout.places.values()
        if not last or not read or last[-1] != self.end - 1 or last[-1] in self.reading.dropped:
            return False
        return non_records.ends_within([cells[-1] for cells in self.again.cells(last) if cells])

    def _repeats(self, lines: Ints, fen: Ints) -> None:
        account = self.account
        repeats = self.prints.repeats(lambda at: self.again.whole(lines[at], self.bases, self.prints.of_whole))
        if repeats.same.size and self.prints.whole and not self.prints.numbered:
            unlike = self.prints.unlike(repeats.same, lines, self.again.cells)
            repeats = replace(repeats, same=np.setdiff1d(repeats.same, unlike), other=np.union1d(repeats.other, unlike))
        unsaid = self.account.unknown_columns if repeats.other.size and not self.prints.whole else ()
        if unsaid or repeats.other.size > max(2, UNCLEAR * lines.size):
            where = few_lines(self._all_shown(lines[repeats.other]))
            names = ", ".join(unsaid or self.layout.format.line_key or ["line_key"])
            raise RefusedError("lines_unclear", found=names, expected=where)
        self._note("repeats", self._all_shown(lines[repeats.same]))
        for at in repeats.same:
            account.move("accepted", "ignored", int(fen[at]))
        per_order = self.layout.control is not None and (self.layout.format.columns[self.layout.control].per == "order")
        for at in repeats.carried:  # counted once per order: its first line carries the amount
            account.fen["accepted"] -= int(fen[at]) if per_order else 0
        self.reading.dropped = np.unique(lines[repeats.same])
        self._set_aside(repeats.other, "conflicting_duplicate", lines, fen)
        self._set_aside(repeats.torn, "conflicting_amount", lines, fen)
        self._note("one_amount", self._all_shown(lines[self.prints.of_one_amount(fen)]), self.layout.title("paid_fen"))
        self.prints.forget("key", "amounts")

    def _plausible(self, lines: Ints, fen: Ints) -> None:
        """Quarantine dates of another time, refuse a key that is a crowd, name what is odd."""
        stray = np.setdiff1d(self.bounds.stray_dates(), np.flatnonzero(np.isin(lines, self.reading.dropped)))
        self._set_aside(stray, "stray_date", lines, fen)
        kept = ~np.isin(lines, self.reading.dropped)
        self.account.observed = self.bounds.observed(kept)
        odd = self.bounds.odd(
            fen, lambda at: few_lines(self._all_shown(lines[at])), lambda key, at: self.again.column(key, lines[at])
        )
        for column, code, places in odd:
            self._note(code, self._all_shown(lines[places[kept[places]]]), column)
        for code, place, told in self.remarks.told():
            self._note(code, self._all_shown(told), harmless(self.layout.header[place]))
        if self.source.struck:
            refuse_struck(self.layout, self.source.struck, np.array(self._all_shown(lines[kept])))
        self._note("hidden_rows", [row for row in self.source.hidden if row > self._shown(int(lines.min()) - 1)])
        self._note("remark_lines", self.left_aside.pop("remark", []))
        if aside := {kind: places for kind, places in self.left_aside.items() if kind != "blank"}:
            kinds = "; ".join(f"{kind} ({few_lines(places)})" for kind, places in sorted(aside.items()))
            self.account.note("ignored_lines", found=f"{sum(map(len, aside.values())):,}", expected=kinds)
        self.account.lacks(self.layout.format, self.bounds.held)
        for (column, code), found in self.said.items():
            self.account.note(code, column, found=f"{len(found):,}", expected=f"{found[0]}")
        if "buyer_id" in self.layout.places:
            self._crowd(np.flatnonzero(np.concatenate(self.named) & kept), lines)

    def _respelled(self, named: Ints, lines: Ints, column: str) -> None:
        """Name keys that are others in another spelling; refuse where they are more than slips and chance make them."""
        at, buyers, keys = self.prints.respelled(named)
        if not buyers:
            return
        some = self.again.column("buyer_id", lines[named[:SOME]])
        where, told = few_lines(self._all_shown(lines[at])), f"{at.size:,}"
        if (code := respelled(buyers, keys, some)) == "respelled_keys":
            raise RefusedError(code, column=column, found=told, expected=where)
        if code:
            self.account.note(code, column, found=told, expected=where)

    def _crowd(self, named: Ints, lines: Ints) -> None:
        entry, column = self.layout.format, self.layout.title("buyer_id")
        self.account.crowd = crowd = Crowd.of(*self.prints.buyers(named), named)
        if crowd.torn:
            self.account.note("two_buyers", column, found=f"{crowd.torn:,}")
        self._respelled(named, lines, column)
        for at, share in crowd.heavy if entry.kind == "orders" else ():
            line = self._shown(int(lines[at]))
            if share > entry.heaviest_buyer and share * crowd.named >= LEAST:
                raise RefusedError("crowded_buyer", line=line, column=column, found=f"{share:.0%}")
            self.account.note("heavy_buyer", column, line=line, found=f"{share:.0%}")

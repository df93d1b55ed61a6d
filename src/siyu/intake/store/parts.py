"""One export as a typed part of the store, addressed by what it was made from."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from siyu import reads
from siyu.intake.formats.canonical_tables import tables, words
from siyu.intake.formats.catalogue import catalogue, formats
from siyu.intake.formats.format import Format
from siyu.intake.formats.identities import nobody_file
from siyu.intake.reading.accounting import NOT_STORED, STORED, Account
from siyu.intake.reading.export import Progress, read
from siyu.intake.reading.lines import Ints
from siyu.intake.reading.non_records import is_remark
from siyu.intake.reading.sources import TableSource
from siyu.intake.store.exported import Exported, exported
from siyu.intake.store.keyring import SIZE, Keyring, erased, name_of

VERSION = "17"  # raise it when the same bytes would give other parts
_TEXT, _FEN, _TIME = pa.string(), pa.int64(), pa.timestamp("s")
COLUMNS: dict[str, pa.DataType] = {
    "order_id": _TEXT, "line_id": _TEXT, "created_at": _TIME, "paid_at": _TIME, "completed_at": _TIME,
    "status": _TEXT, "refund_state": _TEXT, "paid_fen": _FEN, "order_paid_fen": _FEN, "net_fen": _FEN,
    "refunded_fen": _FEN, "freight_fen": _FEN, "platform_subsidy_fen": _FEN, "creator_subsidy_fen": _FEN,
    "merchant_discount_fen": _FEN, "fee_platform_fen": _FEN, "fee_creator_fen": _FEN, "quantity": _FEN,
    "product_id": _TEXT, "product_spec": _TEXT, "traffic_form": _TEXT, "traffic_source": _TEXT,
    "traffic_channel": _TEXT, "traffic_kind": _TEXT, "fan": _TEXT,
}  # fmt: skip
WORDS = [name for name, kind in COLUMNS.items() if kind is _TEXT and name not in ("order_id", "line_id")]
_LEAN = pa.ipc.IpcWriteOptions(compression="lz4")
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Part:
    """folder: holds rows.arrow (typed columns, line), buyers.arrow (buyer_no of the same rows, empty when the export
    has no such column), keys.arrow (a key per buyer_no) and account.json.

    exported: when it was exported, as far as its name says so. columns: those that the export holds. repeats: lines
    that repeat others and are left out. digest: sha256 of the table's bytes. erased: accepted records of buyers who
    were erased; they are not among the rows. named: whether it has a column of buyers."""

    folder: Path
    name: str
    format: Format
    exported: Exported | None
    columns: tuple[str, ...]
    repeats: tuple[int, ...]
    digest: str
    erased: int
    named: bool

    @property
    def held(self) -> set[str]:
        """The columns of the export, that of the buyer among them."""
        return {*self.columns, *(["buyer_id"] if self.named else [])}

    def exported_before(self, other: Self) -> bool:
        """Whether this export is certainly the older one."""
        return self.exported is not None and other.exported is not None and self.exported.before(other.exported)

    def rows(self) -> pa.Table:
        """The accepted records: columns, buyer_no (int32, null without an identity)."""
        numbered = "order_id" in self.columns or "order_id" not in self.format.columns
        fields = range(len(self.columns) - (numbered and not self.repeats))  # the line is the last one
        table = _read(self.folder / "rows.arrow", fields).unify_dictionaries()
        buyers = _read(self.folder / "buyers.arrow")["buyer_no"]
        table = table.append_column("buyer_no", buyers if len(buyers) else pa.nulls(len(table), pa.int32()))
        if self.repeats:
            table = table.filter(~np.isin(table["line"].to_numpy(), np.array(self.repeats)))
        if not numbered:
            # each record is an order of its own, and line 7 of another file is another one
            lines = pc.utf8_lpad(table["line"].cast(_TEXT), 9, "0")
            table = table.append_column("order_id", pc.binary_join_element_wise(self.digest[:8], lines, "-"))
        return table.drop_columns("line") if "line" in table.column_names else table

    def days(self, names: Sequence[str]) -> Ints:
        """Days that any of these times of an accepted record falls on, as ordinals, ascending."""
        places = [self.columns.index(name) for name in names if name in self.columns]
        places += [self.columns.index("line")] if places and self.repeats else []
        times = _read(self.folder / "rows.arrow", places) if places else pa.table({})
        if "line" in times.column_names:
            times = times.drop_columns("line").filter(~np.isin(times["line"].to_numpy(), np.array(self.repeats)))
        seconds = [column.cast(_TIME).cast(_FEN) for column in times.columns]
        held = [pc.unique(pc.divide(column, 86_400)).drop_null().to_numpy() for column in seconds]
        return np.unique(np.concatenate([np.zeros(0, np.int64), *held])) + _EPOCH_DAY

    def keys(self) -> pa.Array:
        """Keys of the identities, at their buyer_no."""
        return _read(self.folder / "keys.arrow")["key"].combine_chunks()


def part_folder(store: Path, content: str, secret: bytes, own: Path | None = None) -> Path:
    """Where the part lies that these bytes give under the formats, the rules and the secret of today.

    content: names the bytes (digest of the file, and which table of it). own: folder of the client's formats."""
    gone = sorted(key.hex() for key in erased(store, secret))
    made_from = "\0".join([VERSION, content, _rules(own), name_of(secret), *gone])
    return store / "parts" / hashlib.sha256(made_from.encode()).hexdigest()[:32]


def named(name: str, own: Path | None = None) -> list[str]:
    """What formats read of a file's name."""
    return [found[1] for pattern in catalogue(own).naming if (found := re.search(pattern, name))]


def part_of(
    source: TableSource, folder: Path, secret: bytes, progress: Progress | None = None, wanted: str | None = None
) -> tuple[Account, Part | None]:
    """The part of one export, read unless `folder` holds it already; None for a refused one. wanted: key of a format,
    else the header decides."""
    if not (folder / "account.json").is_file():
        account = _write(source, folder, secret, progress, wanted)
        if account.refused:
            return account, None
    return stored_part(folder, source.name, source.own)


def stored_part(folder: Path, name: str, own: Path | None = None) -> tuple[Account, Part]:
    """The part in `folder`, for an export that is now called `name`. own: folder of the client's formats."""
    entry = json.loads((folder / "account.json").read_text(encoding="utf-8"))
    read_by = formats(own)[entry["format"]]
    columns, repeats = tuple(entry["columns"]), tuple(entry["repeats"])
    part = Part(folder, name, read_by, exported(name), columns, repeats, entry["digest"], entry["erased"],
                entry["identities"] is not None)  # fmt: skip
    account = replace(STORED.validate_python(entry), file=name, entry=read_by)
    if read_by.kind == "orders" and is_remark(name.rsplit("/", maxsplit=1)[-1].split("!")):
        account.note("remark_name")  # of the name of today, so not stored
    return account, part


def _rules(own: Path | None) -> str:
    with reads.reader():  # noted with the exports
        nobody = nobody_file().read_text(encoding="utf-8")
    return hashlib.sha256(repr([nobody, *catalogue(own).rules]).encode()).hexdigest()


def _write(source: TableSource, folder: Path, secret: bytes, progress: Progress | None, wanted: str | None) -> Account:
    """Read a source into `folder`, which appears only when it is complete."""
    making = folder.with_name(f"{folder.name}.{os.getpid()}")
    making.mkdir(parents=True)
    ring, writer = Keyring(secret), None
    try:

        def sink(table: pa.Table, lines: Ints, entry: Format) -> None:
            nonlocal writer
            rows = _canonical(table, lines, entry, secret)
            if "buyer_id" in table.column_names:
                ring.add(table["buyer_id"])
            if writer is None:
                # as a stream, for each block may have words of its own
                writer = pa.ipc.new_stream(making / "rows.arrow", rows.schema, options=_LEAN)
            writer.write_table(rows)

        reading = read(source, wanted, sink=sink, progress=progress)
        if writer is not None:
            writer.close()
        account = reading.account
        if account.refused or reading.layout is None:
            return account
        more = _write_buyers(making, ring, erased(folder.parent.parent, secret))
        with pa.OSFile(str(making / "rows.arrow")) as file:
            more |= {"columns": pa.ipc.open_stream(file).schema.names, "repeats": reading.dropped.tolist()}
        stored = json.dumps(STORED.dump_python(account, mode="json", exclude=NOT_STORED) | more)
        (making / "account.json").write_text(stored, encoding="utf-8")
        try:
            making.rename(folder)
        except OSError:
            if not (folder / "account.json").is_file():  # else another process was first with the same content
                raise
        return account
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _write_buyers(folder: Path, ring: Keyring, gone: frozenset[bytes]) -> dict[str, object]:
    """Write buyers.arrow and keys.arrow; rows of erased buyers go. Returns how many did."""
    numbers, keys = ring.numbers()
    left_out = 0
    erased_numbers = pa.array([number for number, key in enumerate(keys) if key in gone] if gone else [], pa.int32())
    if len(erased_numbers):
        stays = pc.invert(pc.is_in(numbers, erased_numbers))
        _write_table(_read(folder / "rows.arrow").filter(stays), folder / "rows.arrow")
        left_out = len(numbers) - (pc.sum(stays).as_py() or 0)
        numbers = numbers.filter(stays)
        # nobody's key stands in the place of an erased one, so that the others keep theirs
        keys = [bytes(SIZE) if key in gone else key for key in keys]
    _write_table(pa.table({"buyer_no": numbers}), folder / "buyers.arrow")
    whole = pa.py_buffer(b"".join(keys))
    held = pa.FixedSizeBinaryArray.from_buffers(pa.binary(SIZE), len(keys), [None, whole])
    _write_table(pa.table({"key": held}), folder / "keys.arrow")
    return {"erased": left_out}


def _read(path: Path, fields: Sequence[int] = ()) -> pa.Table:
    """A table; some of its fields, or all."""
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_stream(file, options=pa.ipc.IpcReadOptions(included_fields=[*fields])).read_all()


def _write_table(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, table.schema, options=_LEAN) as writer:
        writer.write_table(table)


def _canonical(table: pa.Table, lines: Ints, entry: Format, secret: bytes) -> pa.Table:
    """What is kept of a block: no column that may hold an identity, and no text as it stands. WORDS are coded: they
    are few, and rows are many."""
    kept, meanings = {}, tables()[entry.kind].columns
    for name in table.column_names:
        column, reads = table[name], entry.columns[name].read
        if reads == "buyer" or meanings[name] == "text" or (entry.kind == "orders" and name not in COLUMNS):
            continue
        if reads in ("text", "id") and meanings[name] in ("words", "code"):
            column = _mapped(column, _said if meanings[name] == "words" else partial(_coded, secret))
        if name in WORDS:
            kept[name] = column.dictionary_encode()
        elif entry.kind == "orders" or pa.types.is_dictionary(column.type):
            kept[name] = column.cast(COLUMNS[name] if entry.kind == "orders" else _TEXT)
        else:
            kept[name] = column
    if "refunded_fen" in kept:  # some exports print what went back with a minus; a mixture is refused before
        kept["refunded_fen"] = pc.abs(kept["refunded_fen"])
    return pa.table({**kept, "line": pa.array(lines, pa.int64())})


def _mapped(column: pa.ChunkedArray, say: Callable[[str], str | None]) -> pa.Array:
    """A column of text with every different text replaced once."""
    coded = column.combine_chunks().dictionary_encode()
    return pa.array(map(say, coded.dictionary.to_pylist()), _TEXT).dictionary_encode().take(coded.indices)


def _said(text: str) -> str | None:
    """The words of a closed list that stand in a text, in their order."""
    return " ".join(words().findall(text)) or None


def _coded(secret: bytes, text: str) -> str:
    """A code that is the same for the same text, and tells nothing else."""
    return Keyring.key(secret, text).hex()[:16]

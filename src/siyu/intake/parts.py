"""One export as a typed part of the store, addressed by what it was made from."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from siyu.intake.accounting import Account, stored_account
from siyu.intake.encodings import encoding_of
from siyu.intake.formats import formats
from siyu.intake.keys import Keyring
from siyu.intake.lines import Ints
from siyu.intake.reading import Progress, read
from siyu.intake.refusal import RefusedError
from siyu.intake.sources import Source

VERSION = "1"  # raise it when the same bytes would give other parts
_TEXT, _FEN, _TIME = pa.string(), pa.int64(), pa.timestamp("s")
COLUMNS: dict[str, pa.DataType] = {
    "order_id": _TEXT, "line_id": _TEXT, "created_at": _TIME, "paid_at": _TIME, "completed_at": _TIME,
    "status": _TEXT, "refund_state": _TEXT, "paid_fen": _FEN, "order_paid_fen": _FEN, "net_fen": _FEN,
    "refunded_fen": _FEN, "freight_fen": _FEN, "platform_subsidy_fen": _FEN, "creator_subsidy_fen": _FEN,
    "merchant_discount_fen": _FEN, "fee_platform_fen": _FEN, "fee_creator_fen": _FEN, "quantity": _FEN,
    "product_id": _TEXT, "product_spec": _TEXT, "shop": _TEXT, "traffic_form": _TEXT, "traffic_source": _TEXT,
    "traffic_channel": _TEXT, "traffic_kind": _TEXT, "creator_id": _TEXT,
}  # fmt: skip
SCHEMA = pa.schema([*COLUMNS.items(), ("buyer_no", pa.int32()), ("line", pa.int64())])
_EPOCH = re.compile(r"(?:^|/)(\d{10})_[^/]*$")


@dataclass(frozen=True)
class Part:
    """folder: holds orders.parquet, buyers.parquet (key per buyer_no), dropped.parquet, account.json.

    epoch: seconds in the file's name that tell when it was exported; 0 when it does not say. columns: those
    of COLUMNS that the export holds. repeats: whether some of its lines are left out as repeats.
    """

    folder: Path
    name: str
    format: str
    epoch: int
    columns: tuple[str, ...]
    repeats: bool


def part_of(
    source: Source, store: Path, secret: bytes, progress: Progress | None = None
) -> tuple[Account, Part | None]:
    """The part of one order export, read unless the store holds it already; None for other kinds and refusals."""
    try:
        digest = encoding_of(source).digest
    except RefusedError:
        return read(source).account, None
    address = hashlib.sha256("\0".join([VERSION, digest, _rules(), _name(secret)]).encode()).hexdigest()[:32]
    folder = store / "parts" / address
    if not (folder / "account.json").is_file():
        account = _write(source, folder, secret, progress)
        if account.refused or account.format is None or formats()[account.format].kind != "orders":
            return account, None
    entry = json.loads((folder / "account.json").read_text(encoding="utf-8"))
    found = _EPOCH.search(source.name)
    epoch = int(found.group(1)) if found else 0
    part = Part(folder, source.name, entry["format"], epoch, tuple(entry["columns"]), entry["repeats"])
    return stored_account(entry, source.name), part


def _rules() -> str:
    return hashlib.sha256(repr(sorted(entry.model_dump_json() for entry in formats().values())).encode()).hexdigest()


def _name(secret: bytes) -> str:
    """A name for the secret that does not give it away: keys of two secrets never meet in one store."""
    return hashlib.sha256(b"name of the key" + secret).hexdigest()


def _write(source: Source, folder: Path, secret: bytes, progress: Progress | None) -> Account:
    """Read a source into `folder`, which appears only when it is complete."""
    making = folder.with_name(f"{folder.name}.{os.getpid()}")
    making.mkdir(parents=True)
    try:
        ring = Keyring(secret, "buyer")
        with pq.ParquetWriter(making / "orders.parquet", SCHEMA, compression="lz4") as writer:

            def sink(table: pa.Table, lines: Ints) -> None:
                if "paid_at" in table.column_names:  # an order export, whatever the account says in the end
                    writer.write_table(_canonical(table, lines, ring))

            reading = read(source, sink=sink, progress=progress)
        account = reading.account
        if account.refused or account.format is None or formats()[account.format].kind != "orders":
            return account
        keys = pa.table({"key": pa.array(ring.keys, pa.binary())})
        pq.write_table(keys, making / "buyers.parquet")
        pq.write_table(pa.table({"line": pa.array(reading.dropped, pa.int64())}), making / "dropped.parquet")
        held = ["order_id", *(key for key in COLUMNS if reading.layout and key in reading.layout.places)]
        more = {"columns": list(dict.fromkeys(held)), "repeats": bool(reading.dropped.size)}
        stored = json.dumps(account.as_stored() | more, ensure_ascii=False)
        (making / "account.json").write_text(stored, encoding="utf-8")
        making.rename(folder)
        return account
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _canonical(table: pa.Table, lines: Ints, ring: Keyring) -> pa.Table:
    count, columns = table.num_rows, []
    for name, kind in COLUMNS.items():
        if name == "order_id" and name not in table.column_names:  # each record is an order of its own
            columns.append(pa.array(lines, pa.int64()).cast(_TEXT))
            continue
        columns.append(table[name].cast(kind) if name in table.column_names else pa.nulls(count, kind))
    buyers = ring.numbers(table["buyer_id"]) if "buyer_id" in table.column_names else pa.nulls(count, pa.int32())
    return pa.table([*columns, buyers, pa.array(lines, pa.int64())], schema=SCHEMA)

"""What a subject's exports hold: accounts of every file, and canonical tables as far as they allow them.

The exports lie in `exports/` of the subject's folder. What is made of them lies beside the subject folders, in
`.store/<subject>/`, addressed by content: an unchanged file is not read again."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pandas as pd
import pyarrow as pa
from psutil import pid_exists
from pydantic import TypeAdapter

from siyu import reads
from siyu.errors import Problem, UsageError, nearest, shown_path
from siyu.intake.abreast import abreast
from siyu.intake.formats.catalogue import catalogue
from siyu.intake.reading.accounting import Account
from siyu.intake.reading.export import Progress
from siyu.intake.reading.problems import Trouble
from siyu.intake.reading.sources import EXPORTS, own_formats, sources, stamp_of
from siyu.intake.store.assignments import assigned
from siyu.intake.store.canonical import standing_tables
from siyu.intake.store.exported import observe
from siyu.intake.store.identity import Identity
from siyu.intake.store.inventory import Export, exports_in, private, remember
from siyu.intake.store.keyring import secret
from siyu.intake.store.order_lines import Counts
from siyu.intake.store.parts import VERSION, Part, named, part_folder, part_of, stored_part
from siyu.intake.store.recognition import note_exports, public_name
from siyu.intake.store.snapshots import NOTED, Clash, refuse_clashes, refuse_pages, refuse_repeats
from siyu.observed import Observation
from siyu.paths import store_of, subject_dirs

LARGE = 1 << 28  # bytes of a file: what is held while it is read grows with it
SHAPE = "12"  # raise it when the same parts would give other tables
STORED = TypeAdapter(tuple[tuple[Counts, ...], tuple[Clash, ...], tuple[Observation, ...]])  # beside the tables


@dataclass(frozen=True)
class Books:
    """accounts: of every table of every export. orders, purchases, members, follows: Parquet files, see `store`.

    reported: every other table that an export holds, by its name in `tables.yml`. assignments: see
    `siyu.intake.store.assignments`. counts: order lines by platform. observed: of each table with times. digest:
    sha256 of all inputs and of the formats that read them; the secret has no part in it."""

    accounts: tuple[Account, ...]
    orders: Path | None
    purchases: Path | None
    members: Path | None
    follows: Path | None
    reported: Mapping[str, Path]
    assignments: pd.DataFrame | None
    identity: Identity
    counts: tuple[Counts, ...]
    observed: tuple[Observation, ...]
    erased: int
    digest: str

    def frame(self, kind: str) -> pd.DataFrame | None:
        """A reported table: times as timestamps, money in fen, shares 0-1; None without an export of it."""
        if kind not in self.reported:
            return None
        reads.opens(self.reported[kind])
        rows: pd.DataFrame = pd.read_parquet(self.reported[kind])
        return rows

    @property
    def sessions(self) -> pd.DataFrame | None:
        """A row per live session, as the client's dashboards report them."""
        return self.frame("sessions")

    @property
    def aggregates(self) -> pd.DataFrame | None:
        """A row per period, as the client's dashboards report it."""
        return self.frame("aggregates")

    @property
    def absent(self) -> dict[str, Mapping[str, str]]:
        """Of each platform, what some export of it has no column for, and the header that it would have."""
        return {one.platform: one.absent for one in self.counts if one.absent}


def books(subject: str, progress: Progress | None = None) -> Books:
    """The books of a subject, made anew as far as its exports have changed.

    progress: called with the bytes read since the last call. Raises UsageError for an unknown subject, and when the
    secret cannot be used."""
    folders = subject_dirs()
    if subject not in folders:
        raise UsageError([Problem("parameters", 0, "subject", subject, "a known subject", nearest(subject, folders))])
    return books_of(folders[subject] / EXPORTS, store_of(folders[subject]), progress)


def books_of(exports: Path, store: Path, progress: Progress | None = None) -> Books:
    """The books of the exports in a folder, kept in `store`."""
    pa.set_memory_pool(pa.system_memory_pool())  # gives back what is let go; of ten million lines, a fifth
    with private(store):
        return _books_of(exports, store, progress)


def _books_of(exports: Path, store: Path, progress: Progress | None) -> Books:
    accounts, parts = list[Account](), list[Part]()
    note = store / "exports.json"
    with ThreadPoolExecutor(1) as pool:
        # while bytes are digested; what is wrong with a format is said where it is used
        pool.submit(catalogue, own_formats(exports))
        files = exports_in(exports, note)
    of_file: dict[Path, list[Account]] = {export.path: [] for export in files}
    if files:
        key = secret(store, exports)
        large = Lock()  # such files take turns; of equal ones the second finds what was made of the first
        turns = {one.digest: large if one.stamp[:1] > [LARGE] else Lock() for one in files}

        def read(export: Export) -> list[tuple[Account, Part | None]]:
            with turns[export.digest]:
                return [*_tables(export, store, key, progress)]

        for export, tables in zip(files, abreast(read, files, ahead=len(files)), strict=True):
            for number, (account, part) in enumerate(tables, 1):
                account.public = public_name(account.format, export.digest) + (f"-{number}" if number > 1 else "")
                accounts.append(account)
                of_file[export.path].append(account)
                if part is not None:
                    parts.append(part)
        remember(note, files)
        refuse_repeats(accounts)
        refuse_pages(accounts)
    note_exports(exports, store, of_file, [export.digest for export in files])
    content = [(export.name, export.digest) for export in files]
    content += [("erased", str(part.erased)) for part in parts if part.erased]
    return _made(accounts, parts, store, _name(content, parts), exports.parent)


def _tables(
    export: Export, store: Path, key: bytes, progress: Progress | None
) -> Iterator[tuple[Account, Part | None]]:
    """The tables of one file; a file of which the store holds every table is not opened."""
    shown, own = shown_path(export.path), export.own
    content = " ".join([export.digest, *named(export.path.name, own)])
    addresses = [part_folder(store, f"{content} {number}", key, own) for number in range(len(export.tables or []))]
    if export.tables and all((folder / "account.json").is_file() for folder in addresses):
        for folder, name in zip(addresses, export.tables, strict=True):
            yield stored_part(folder, shown + name, own)
        return
    if stamp_of(export.path) != export.stamp:
        account = Account(shown)
        account.refuse(Trouble(0, None, "changed"))
        yield account, None
        return
    names: list[str] | None = []
    for number, source in enumerate(sources(export.path, export.digest)):
        account, part = Account(source.name), None
        if source.refused is not None:
            account.refuse(source.refused.trouble)
        else:
            account, part = part_of(source, part_folder(store, f"{content} {number}", key, own), key, progress)
        # a refused table is looked at again: there is no part to remember it by
        names = [*names, source.name.removeprefix(shown)] if part is not None and names is not None else None
        yield account, part
    export.tables = names


def _name(content: Sequence[tuple[str, str]], parts: Sequence[Part]) -> str:
    used = sorted({part.format.model_dump_json() for part in parts})
    return hashlib.sha256(json.dumps([VERSION, SHAPE, *content, *used]).encode()).hexdigest()


def _made(accounts: Sequence[Account], parts: Sequence[Part], store: Path, digest: str, subject: Path) -> Books:
    """The tables, written into a folder of their own that appears only when it is complete."""
    refused = {account.file for account in accounts if account.refused}
    used = [part for part in parts if part.name not in refused]
    folder = store / "tables" / digest[:32]
    if not used:  # nor what was made of files that are gone, or that no format reads any more
        _leave_only(folder.parent, set())
        _leave_only(store / "parts", {part.folder for part in parts})
    if used and not (folder / "counts.json").is_file():
        making = folder.with_name(f"{folder.name}.{os.getpid()}")
        making.mkdir(parents=True)
        try:
            counted, clashes = standing_tables(used, making)
            out = {clash.file for clash in clashes if clash.code not in NOTED}
            found = (tuple(counted), tuple(clashes), observe([part for part in used if part.name not in out]))
            (making / "counts.json").write_bytes(STORED.dump_json(found))
            _leave_only(folder.parent, {making, folder})
            _leave_only(store / "parts", {part.folder for part in parts})
            try:
                making.rename(folder)
            except OSError:
                if not (folder / "counts.json").is_file():  # else another process was first with the same content
                    raise
        finally:
            shutil.rmtree(making, ignore_errors=True)
    content = (folder / "counts.json").read_bytes() if used else b"[[], [], []]"
    counts, gone, observed = STORED.validate_json(content)
    refuse_clashes(accounts, gone)
    refused = {account.file for account in accounts if account.refused}
    used = [part for part in used if part.name not in refused]
    paths = {name: folder / f"{name}.parquet" for name in ("orders", "purchases", "members", "follows")}
    kinds = {part.format.kind for part in used}
    reported = {name: path for name in sorted(kinds - set(paths)) if (path := folder / f"{name}.parquet").is_file()}
    return Books(
        tuple(accounts),
        **{name: path if used and path.is_file() else None for name, path in paths.items()},
        assignments=assigned(subject, pd.read_parquet(reported["assignments"]) if "assignments" in reported else None),
        identity=_identity(counts, accounts), erased=sum(part.erased for part in used),
        reported=reported, counts=counts, observed=observed, digest=digest,
    )  # fmt: skip


def _leave_only(folder: Path, wanted: set[Path]) -> None:
    """Remove what exports made that are no longer there, but nothing that another process is still writing."""
    for old in folder.iterdir() if folder.is_dir() else ():
        _, _, process = old.name.partition(".")
        if old not in wanted and not (process and pid_exists(int(process))):
            shutil.rmtree(old, ignore_errors=True)  # another process may be removing it, too


def _identity(counts: Sequence[Counts], accounts: Sequence[Account]) -> Identity:
    records, usable = sum(one.records for one in counts), sum(one.usable for one in counts)
    if not records:
        return Identity(0.0, 0, "no_orders")
    if usable:
        return Identity(usable / records, records, None)
    asked = any(account.identities is not None and account.kind == "orders" for account in accounts)
    return Identity(0.0, records, "masked" if asked else "no_buyer_column")

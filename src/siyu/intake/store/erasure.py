"""Removing a client, or one buyer of a client, from what the exports were made into.

A buyer to be removed is remembered by key, never by identity, so that reading the exports again does not bring the
records back. What was published of them is withdrawn; it can be made anew of what is left."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow.compute as pc

from siyu.errors import Problem, UsageError, shown_path
from siyu.intake.formats.cells import buyer
from siyu.intake.formats.identities import plain
from siyu.intake.reading.sources import EXPORTS, own_formats
from siyu.intake.store.assignments import ROWS, TERMS, without
from siyu.intake.store.client_tables import books_of
from siyu.intake.store.identity import KEY_TABLE_FILE
from siyu.intake.store.keyring import Keyring, add_erased, secret
from siyu.intake.store.parts import stored_part
from siyu.paths import FORMATS, format_files, store_of
from siyu.subjects import Subject, load_subject


@dataclass(frozen=True)
class Erased:
    """removed: folders and files that are gone. records: by export, of the buyer, gone from the store.

    remaining: files that still hold the buyer as somebody wrote him down; withdrawn: reports that are gone; published:
    reports of public data, which stay."""

    removed: tuple[Path, ...] = ()
    records: Mapping[str, int] = field(default_factory=dict)
    remaining: tuple[str, ...] = ()
    withdrawn: tuple[Path, ...] = ()
    published: tuple[Path, ...] = ()


def erase(subject: str, reports: Path) -> Erased:
    """Remove the exports of a subject and everything made of them; subject.yml and other settings stay.

    Public and synthetic data (suppress_below 0) keep their exports. Raises UsageError for an unknown subject."""
    about = load_subject(subject)
    targets = [store_of(about.folder), *(about.folder / name for name in (ROWS, TERMS))]
    if about.suppress_below:
        targets += [about.folder / EXPORTS, about.folder / FORMATS, about.folder / KEY_TABLE_FILE]
    there = tuple(path for path in targets if path.exists())
    for path in there:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return _withdrawn(Erased(there), reports, about)


def erase_buyer(subject: str, identity: str, reports: Path) -> Erased:
    """Remove the records of one buyer from the store, now and whenever the exports are read again.

    identity: as an export or key table prints it. Orders that only a key table ties to the buyer stay as orders of
    nobody. Raises UsageError for an unknown subject, and for text that is no usable identity."""
    about = load_subject(subject)
    exports, store = about.folder / EXPORTS, store_of(about.folder)
    own = own_formats(exports)
    value, _ = buyer(identity)
    if not isinstance(value, str):
        raise UsageError(
            [Problem("command line", 0, "--buyer", "a masked or empty identity", "one that is usable", "")]
        )
    books = books_of(exports, store)  # so that every export has been looked through
    exact, loose = (Keyring.key(secret(store, exports), one) for one in (value, plain(value)))
    records, orders, gone = {}, set[str](), {exact}
    for account in sorted((store / "parts").glob("*/account.json")):
        folder = account.parent
        name = json.loads(account.read_text(encoding="utf-8"))["file"]
        _, part = stored_part(folder, name, own)
        keys, column = part.keys().to_pylist(), part.format.columns.get("buyer_id")
        key = loose if column is not None and column.spelling == "loose" else exact
        if key in keys:
            gone.add(key)
            rows = part.rows()
            rows = rows.filter(pc.equal(rows["buyer_no"], keys.index(key)))
            records[name] = len(rows)
            orders.update(rows["order_id"].to_pylist() if "order_id" in rows.column_names else ())
    if records or any(account.refused for account in books.accounts):  # which may be read one day
        for key in gone:
            add_erased(store, secret(store, exports), key)
        without(about.folder, orders)
        books_of(exports, store)
    mine = [path for path in format_files(own).values() if path.parent == own]
    written = [shown_path(path) for path in mine if identity.strip().encode() in path.read_bytes()]
    done = Erased(records=records, remaining=(*records, *written))
    return _withdrawn(done, reports, about) if records else done


def _withdrawn(done: Erased, reports: Path, about: Subject) -> Erased:
    """The same, with the published report of a client taken away; reports of public data stay."""
    folder = reports / about.id
    if not folder.is_dir():
        return done
    if not about.suppress_below:
        return replace(done, published=(folder,))
    shutil.rmtree(folder)
    return replace(done, withdrawn=(folder,))

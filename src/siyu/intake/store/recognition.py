"""What the tables of a client are made of: export files, the format each is in, and who was erased.

A format is recognised by the headers of a file among all formats there are. So the outcome is a fact of its own: it is
decided anew when the list of formats changes, and a format that wins nothing changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from siyu import reads
from siyu.intake.formats.canonical_tables import tables_file
from siyu.intake.formats.identities import nobody_file
from siyu.intake.reading.sources import own_formats
from siyu.intake.store.inventory import exports_in, private, written
from siyu.paths import address, format_files, store_of
from siyu.reads.digests import digest, sha256_of

if TYPE_CHECKING:
    from siyu.intake.reading.accounting import Account

_NOTE = "recognised.json"
# of each table of a file: key of its format, or why there is none (code, found, expected)
Outcome = list[list[str]]


def note_exports(exports: Path, store: Path, accounts: Mapping[Path, Iterable[Account]], digests: list[str]) -> None:
    """Note what the tables of a client are made of. accounts: of the tables in each file; digests: of the files."""
    reads.set_apart(store)
    reads.set_apart(exports)
    reads.note(*_listed(exports, accounts))
    reads.entry(store / "erased.json", "keys")
    found = [[_outcome(account) for account in tables] for tables in accounts.values()]
    for content, outcome in zip(digests, found, strict=True):
        name = _address(exports, content, outcome)
        reads.note(name, content)
        reads.note(f"{name}#format", _digest(outcome, own_formats(exports)))
    files = format_files(own_formats(exports))
    for path in (nobody_file(), tables_file()) if found else ():
        reads.content(path)
    for key in {table[0] for outcome in found for table in outcome if len(table) == 1}:
        reads.content(files[key])
    if any(not account.refused for tables in accounts.values() for account in tables):
        _remember(store, dict(zip(digests, found, strict=True)), own_formats(exports))


def exports_now(exports: Path, *, opening: bool = True) -> dict[str, str]:
    """address -> digest, as `note_exports` would note them, of every file and its formats; a file's address is not
    its name, which may be a person's. Files that have not been touched since they were read are not opened, unless the
    list of formats has changed; without `opening`, what would have to be opened is left out."""
    store = store_of(exports.parent)
    note = store / _NOTE
    held = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    own = own_formats(exports)
    known = held["exports"] if held.get("formats") == _formats(own) else {}
    files = exports_in(exports, store / "exports.json")
    new = {one.digest: _recognised(one.path) for one in files if opening and one.digest not in known}
    found = {one.digest: known[one.digest] for one in files if one.digest in known} | new
    if new:
        _remember(store, found, own)
    names = {_address(exports, content, outcome): content for content, outcome in found.items()}
    formats_of = {f"{name}#format": _digest(found[content], own) for name, content in names.items()}
    return names | formats_of | dict([_listed(exports, [one.path for one in files])])


def public_name(format_key: str | None, content: str) -> str:
    """What an export is called in artefacts, by its format and its digest."""
    return f"{format_key or 'unknown'}-{content[:8]}"


def _address(exports: Path, content: str, outcome: Outcome) -> str:
    known = next((table[0] for table in outcome if len(table) == 1), None)
    return f"{address(exports)}/{public_name(known, content)}"


def _listed(exports: Path, files: Iterable[Path]) -> tuple[str, str]:
    """The address of the folder, and the digest of the names in it; what no reader looks at does not count."""
    return f"{address(exports)}/", digest(sorted(path.relative_to(exports).as_posix() for path in files))


def _outcome(account: Account) -> list[str]:
    if account.format:
        return [account.format]
    trouble = account.problems[0]
    return [trouble.code, trouble.found, trouble.expected]


def _recognised(path: Path) -> Outcome:
    from siyu.intake.reading.export import recognised  # here: seconds of imports, for when formats have changed
    from siyu.intake.reading.sources import sources

    return [_outcome(recognised(source)) for source in sources(path)]


def _digest(outcome: Outcome, own: Path | None) -> str:
    files = format_files(own)
    with reads.reader():
        return digest([[*table, sha256_of(files[table[0]])] if len(table) == 1 else table for table in outcome])


def _formats(own: Path | None) -> str:
    with reads.reader():
        return digest({key: sha256_of(path) for key, path in format_files(own).items()})


def _remember(store: Path, exports: Mapping[str, Outcome], own: Path | None) -> None:
    with private(store):
        written(store / _NOTE, json.dumps({"formats": _formats(own), "exports": exports}, ensure_ascii=False))

"""A new subject: its folder, its exports, and a draft of questions where no format fits them."""

import re
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import chain, count
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from siyu.errors import Problem, UsageError, printable
from siyu.intake.containers.wide import unfolded
from siyu.intake.formats.catalogue import catalogue, formats
from siyu.intake.new.checking import accounts
from siyu.intake.new.drafts import Draft, drafted, extended, told_apart
from siyu.intake.reading.accounting import Account
from siyu.intake.reading.encodings import blocks, encoding_of
from siyu.intake.reading.headers import head
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.sources import EXPORTS, TableSource, is_link, junk, sources
from siyu.intake.store.client_tables import books_of
from siyu.intake.store.identity import KEY_TABLE_FILE, write_key_table
from siyu.observed import ORDERS
from siyu.paths import FORMATS, data_dir, own_data_dir, store_of, subject_dirs

CASE = "luzhou_laojiao"  # the published case a client is compared with unless subject.yml says otherwise
_ID = re.compile(r"[a-z0-9_]{1,40}")
_OWN = ("subject.yml", "form.yml", FORMATS)  # of a client's folder, beside its exports


@dataclass
class Newcomer:
    """What was made. drafts: formats that ask, by path; nothing is computed with them yet.

    key_table: to be filled in by the client, when exports name no buyers. left: what a client's folder that the exports
    come from holds beside them, and was not taken over."""

    folder: Path
    left: list[Path] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    drafts: dict[Path, Draft] = field(default_factory=dict)
    key_table: Path | None = None


def newcomer(subject: str, given: Sequence[Path]) -> Newcomer:
    """Make the folder of a subject from files or folders of exports, which are copied.

    Raises UsageError, before anything is written: bad or known id, a path that is not there or cannot be copied, a name
    twice. What fails later takes the folder with it."""
    folder = (own_data_dir() or data_dir() / "subjects") / subject
    _check(subject, folder, given)
    try:
        return _made(subject, folder, given)
    except BaseException:
        for made in (folder, store_of(folder)):
            shutil.rmtree(made, ignore_errors=True)
        raise


def _made(subject: str, folder: Path, given: Sequence[Path]) -> Newcomer:
    homes = dict.fromkeys(
        home for path in given for home in (path, *path.absolute().parents[:2]) if (home / _OWN[0]).is_file()
    )
    made = Newcomer(folder, [home / name for home in homes for name in _OWN if (home / name).exists()])
    exports = folder / EXPORTS
    exports.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    for path in _taken(given):
        _copy(path, exports / _name(path))
    _draft(made, subject, exports)
    made.accounts, as_of, nameless = _read(exports)
    if unclear := {
        one.file for one in made.accounts if any(problem.code == "lines_unclear" for problem in one.problems)
    }:
        _draft(made, subject, exports, unclear)
    made.accounts += [
        account for path in given for link in path.rglob("*") if is_link(link) for account in accounts([link])
    ]
    if nameless:
        made.key_table = folder / KEY_TABLE_FILE
        write_key_table(made.key_table, sorted(nameless))
    settings = {
        "name": {"zh": subject, "en": subject}, "kind": "client", "case": CASE, "currency": "CNY",
        "as_of": as_of, "suppress_below": 10, "category": "all",
    }  # fmt: skip
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False, default_flow_style=None)
    (folder / "subject.yml").write_text(text, encoding="utf-8")
    return made


def _check(subject: str, folder: Path, given: Sequence[Path]) -> None:
    problems = []

    def fault(column: str, found: str, expected: str, step: str) -> None:
        problems.append(Problem("command line", 0, column, found, expected, step))

    if not _ID.fullmatch(subject):
        fault("SUBJECT", subject, "an id of a-z, 0-9 and _, at most forty", "Choose another id.")
    elif subject in subject_dirs() or folder.exists():
        step = "Put further exports into its folder, or choose another id."
        fault("SUBJECT", subject, "an id that is not taken", step)
    names = [_name(path) for path in _taken(given)]
    for path in given:
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            fault("--from", printable(path), "a file or folder", "Check the path.")
        elif folder.resolve().is_relative_to(path.resolve()) or not _name(path):
            fault("--from", printable(path), "a folder of exports, not one that holds the data", "Name the exports.")
    for name in sorted({name for name in names if names.count(name) > 1}):
        fault("--from", name, "each name once", "Rename one of the files.")
    if problems:
        raise UsageError(problems)


def _taken(given: Sequence[Path]) -> list[Path]:
    """What is copied: of a folder that is called as the one it goes to, all that lies in it."""
    found = list[Path]()
    for path in given:
        whole = _name(path) != EXPORTS or is_link(path) or not path.is_dir()
        found += [path] if whole else [child for child in sorted(path.iterdir()) if not junk(child)]
    return found


def _name(path: Path) -> str:
    return path.name or path.resolve().name


def _copy(source: Path, target: Path) -> None:
    """Copies for their owner's eyes only; junk, hidden files and links stay behind."""
    if source.is_dir():
        target.mkdir(mode=0o700)
        for child in sorted(source.iterdir()):
            if not junk(child):
                _copy(child, target / child.name)
        return
    shutil.copyfile(source, target)
    shutil.copystat(source, target)
    target.chmod(0o600)


def _draft(made: Newcomer, subject: str, exports: Path, unclear: Collection[str] = ()) -> None:
    """A format for each kind of table that none fits, or says enough about; of files once read, for those `unclear`."""
    own = made.folder / FORMATS
    for source in sources(exports):
        if unclear and source.name not in unclear:
            continue
        try:
            draft = _asking(source, subject, own, unclear=bool(unclear))
        except RefusedError:
            continue  # the account of the file says why it cannot be read
        if draft is not None:
            names = chain([subject], (f"{subject}_{number}" for number in count(2)))
            own.mkdir(exist_ok=True, mode=0o700)
            free = (own / f"{name}.yml" for name in names if name not in formats(own))
            target = next(path for path in free if not path.exists())
            target.write_text(draft.text, encoding="utf-8")
            target.chmod(0o600)
            made.drafts[target] = draft


def _asking(source: TableSource, subject: str, own: Path, *, unclear: bool) -> Draft | None:
    """The questions about a table, None when it has a format that is enough."""
    known = catalogue(own)
    try:
        source = unfolded(source)
        top = head(next(blocks(source, encoding_of(source)), b""), None, known)
        if unclear:
            return told_apart(top.layout, source, subject)
    except RefusedError as error:
        if error.trouble.code == "unknown_format":
            return drafted(source, subject)
        if error.trouble.code == "undecided_columns" and error.layout is not None:
            return extended(error.layout, subject)
    return None


def _read(exports: Path) -> tuple[list[Account], date, set[str]]:
    """The accounts, the last observed day of the orders (today without any), orders whose buyer no export tells."""
    found = books_of(exports, store_of(exports.parent))
    days = {one.file: (one.since, one.until) for one in found.observed}
    for account in found.accounts:
        account.observed = days.get(account.file)
    nameless = [platform for platform, lacks in found.absent.items() if "buyer_id" in lacks]
    orders = (
        pq.read_table(found.orders, columns=["platform", "order_id", "buyer_id"]) if found.orders and nameless else None
    )
    unknown = pc.field("platform").isin(nameless) & pc.field("buyer_id").is_null()  # a key table may know others
    ids = orders.filter(unknown)["order_id"].to_pylist() if orders else []
    beijing = datetime.now(UTC) + timedelta(hours=8)
    ends = [one.until for one in found.observed if one.kind == ORDERS]
    return list(found.accounts), max(ends, default=beijing.date()), set(ids)

"""A new subject: its folder, its exports, a draft of a format where none fits. Nothing is asked."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain, count
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from siyu.errors import Problem, UsageError
from siyu.intake.formats.catalogue import Format, formats
from siyu.intake.new.checking import refuse_repeats
from siyu.intake.new.drafts import drafted
from siyu.intake.reading.accounting import Account
from siyu.intake.reading.encodings import blocks, encoding_of
from siyu.intake.reading.export import read
from siyu.intake.reading.headers import head
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.sources import TableSource, sources
from siyu.intake.store.identity import KEY_TABLE_FILE, write_key_table
from siyu.intake.store.inventory import EXPORTS
from siyu.intake.store.observation import TIMES, ended
from siyu.intake.store.parts import epoch_of
from siyu.observed import ORDERS
from siyu.paths import data_dir, subject_dirs

CASE = "luzhou_laojiao"  # the published case a client is compared with unless subject.yml says otherwise
_ID = re.compile(r"[a-z0-9_]{1,40}")


@dataclass
class Newcomer:
    """What was made. drafts: formats that are in use now; unfinished: those that lack a column.

    key_table: to be filled in by the client, when exports name no buyers.
    """

    folder: Path
    accounts: list[Account] = field(default_factory=list)
    drafts: list[Path] = field(default_factory=list)
    unfinished: list[Path] = field(default_factory=list)
    key_table: Path | None = None


def newcomer(subject: str, given: Sequence[Path]) -> Newcomer:
    """Make the folder of a subject from files or folders of exports, which are copied.

    Raises UsageError, before anything is written: bad or known id, a path that is not there, a name twice.
    """
    root = Path(os.environ["SIYU_DATA"]) if os.environ.get("SIYU_DATA") else data_dir() / "subjects"
    folder = root / subject
    _check(subject, folder, given)
    made = Newcomer(folder)
    exports = folder / EXPORTS
    exports.mkdir(parents=True)
    for path in given:
        _copy(path, exports / path.name)
    _draft(made, subject, exports)
    made.accounts, as_of, nameless = _read(exports)
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
        fault(
            "SUBJECT", subject, "an id that is not taken", "Put further exports into its folder, or choose another id."
        )
    names = [path.name for path in given]
    for path in given:
        if not path.exists() or path.is_symlink():
            fault("--from", str(path), "a file or folder", "Check the path.")
        elif names.count(path.name) > 1:
            fault("--from", path.name, "each name once", "Rename one of the files.")
    if problems:
        raise UsageError(problems)


def _copy(source: Path, target: Path) -> None:
    """Copies for their owner's eyes only; hidden files and links stay behind."""
    if source.is_dir():
        target.mkdir()
        for child in sorted(source.iterdir()):
            if not child.name.startswith(".") and not child.is_symlink():
                _copy(child, target / child.name)
        return
    shutil.copyfile(source, target)
    shutil.copystat(source, target)
    target.chmod(0o600)


def _draft(made: Newcomer, subject: str, exports: Path) -> None:
    """A format for each kind of table that none fits."""
    own = Path(os.environ["SIYU_DATA"]) if os.environ.get("SIYU_DATA") else data_dir()
    for source in sources(exports):
        if not _unknown(source):
            continue
        try:
            draft = drafted(source, subject)
        except RefusedError:
            continue  # the account of the file says why it cannot be read
        names = chain([f"{subject}.yml"], (f"{subject}_{number}.yml" for number in count(2)))
        folder = made.folder if draft.missing else own / "formats"
        target = next(folder / name for name in names if _free(name, folder))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(draft.text, encoding="utf-8")
        (made.unfinished if draft.missing else made.drafts).append(target)
        formats.cache_clear()  # the next file may have the same headers


def _free(name: str, folder: Path) -> bool:
    return name.removesuffix(".yml") not in formats() and not (folder / name).exists()


def _unknown(source: TableSource) -> bool:
    try:
        head(next(blocks(source, encoding_of(source)), b""), None)
    except RefusedError as error:
        return error.trouble.code == "unknown_format"
    return False


def _read(exports: Path) -> tuple[list[Account], date, set[str]]:
    """The accounts, the last observed day of the orders (today without any), orders without a buyer column."""
    ends, nameless = list[date](), set[str]()

    def sink(epoch: int, table: pa.Table, _: object, entry: Format) -> None:
        if entry.kind != ORDERS:
            return
        if "order_id" in table.column_names and "buyer_id" not in table.column_names:
            nameless.update(table["order_id"].unique().to_pylist())
        times = [pc.max(table[name]).as_py() for name in TIMES[ORDERS] if name in table.column_names]
        ends.extend(ended(epoch, time.date()) for time in times if time is not None)

    found = [read(source, sink=partial(sink, epoch_of(source.name))).account for source in sources(exports)]
    refuse_repeats(found)
    beijing = datetime.now(UTC) + timedelta(hours=8)
    return found, max(ends, default=beijing.date()), nameless

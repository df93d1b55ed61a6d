"""What siyu finds in a project: its files, the key, stores, locks, formats, and how far reports are up to date."""

import json
import os
import stat
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from siyu.errors import ProblemsError, several, shown_path
from siyu.intake.formats.catalogue import FormatError, catalogue
from siyu.intake.store.keyring import SIZE, lies_within
from siyu.paths import FORMATS, MARKER, key_path, project_root, reports_dir, store_of, subject_dirs
from siyu.runs.ask.earlier import with_earlier
from siyu.runs.ask.plan import planned
from siyu.runs.ask.present import Present
from siyu.runs.ask.requests import checked
from siyu.runs.ask.reuse import decided
from siyu.runs.ask.wishes import Given, Wish, place
from siyu.runs.files.locks import Lock
from siyu.runs.files.record import FAILED, opened
from siyu.runs.files.storage import read_json
from siyu.runs.files.workspace import Workspace
from siyu.upkeep.machine import LIMITED, OK, WRONG, Line


def project() -> Iterator[Line]:
    """The project folder, and whether its files are those of this version. Raises UsageError where there is none."""
    root, version = project_root(), metadata.version("siyu")
    marker = root / MARKER
    try:
        made = read_json(marker)["version"] if marker.is_file() else version
    except (ValueError, KeyError, TypeError):
        step = f"""Write {{"version": "", "files": {{}}}} into it, then: siyu init {shown_path(root)}"""
        yield Line("project", WRONG, f"{shown_path(marker)} cannot be read", step)
        return
    found = f"{shown_path(root)}, siyu {version}"
    if made == version:
        yield Line("project", OK, found)
    else:
        yield Line("project", LIMITED, f"{found}, its files are of {made}", f"Run: siyu init {shown_path(root)}")


def key() -> Iterator[Line]:
    """The secret of buyers' keys: its size, and that nobody else reads it."""
    path = key_path()
    if lies_within(path):
        step = "Move it to a folder of its own, and set SIYU_KEY to that."
        yield Line("key", WRONG, f"{path} lies in the project, its data or reports", step)
    elif not path.exists():
        yield Line("key", OK, f"none yet; {path} is made when a buyer is first read")
    elif _shared(path):
        yield Line("key", WRONG, f"{path} can be read by others", f"Run: chmod 600 {path}")
    elif path.stat().st_size != SIZE:
        step = "Restore it from a copy; else erase the clients and read them anew."
        yield Line("key", WRONG, f"{path} is damaged", step)
    else:
        yield Line("key", OK, f"{path}; keep a copy apart from the data")


def stores() -> Iterator[Line]:
    """What was decoded of each client: for its owner's eyes only."""
    folders = [store for folder in subject_dirs().values() if (store := store_of(folder)).is_dir()]
    for store in (shown := [store for store in folders if _shared(store)]):
        yield Line("store", WRONG, f"{shown_path(store)} can be read by others", f"Run: chmod -R go-rwx {store}")
    if not shown:
        yield Line("store", OK, f"{several(len(folders), 'client')}, each for its owner alone")


def leftovers() -> Iterator[Line]:
    """Runs that ended without clearing up; a lock itself ends with its process."""
    ended = []
    for path in sorted((Workspace(reports_dir()).hidden / "runs").glob("*")):
        lock = Lock(path)
        if lock.acquire(lock.holder()):
            lock.release()
            ended.append(path.name)
    left = Line(
        "runs", LIMITED, f"{several(len(ended), 'run')} ended without clearing up", "The next siyu report clears them."
    )
    yield left if ended else Line("runs", OK, "nothing left behind")


def formats() -> Iterator[Line]:
    """Formats that cannot be used, of the project and of each client, and drafts that still ask."""
    broken, asking = dict[str, FormatError](), set[str]()
    for own in (None, *(folder / FORMATS for folder in subject_dirs().values())):
        known = catalogue(own)
        broken |= known.broken
        asking |= {f"{name}.yml" for name in known.own & known.formats.keys() if known.formats[name].open}
    for name, error in broken.items():
        yield Line("formats", WRONG, f"{name}: {error.problems[0]}", "Mend it, then: siyu check EXPORT.")
    for name in sorted(asking):
        yield Line("formats", LIMITED, f"{name} is a draft that asks", "Answer each ? in it, then: siyu check EXPORT.")
    if not broken and not asking:
        yield Line("formats", OK, f"{len(catalogue().formats)} can be used")


def subjects() -> Iterator[Line]:
    """Every subject: whether it can be read, is published, and is as its inputs are now."""
    workspace, present, good = Workspace(reports_dir()), Present(), 0
    for name in subject_dirs():
        try:
            check = _subject(name, workspace, present)
        except ProblemsError as error:
            check = Line("subject", WRONG, f"{name}: {error.problems[0]}", f"Mend it, then: siyu report {name}")
        good += check is None
        yield from [check] if check else []
    yield Line("subject", OK, f"{good} up to date")


def _subject(name: str, workspace: Workspace, present: Present) -> Line | None:
    """What is to be done for a subject; None when nothing is."""
    record = opened(workspace.out / name)
    [request] = checked([_wished(name, record or {})])
    if record is None:
        return Line("subject", LIMITED, f"{name}: no report yet", f"Run: siyu report {name}")
    decision = decided(planned(with_earlier(request, workspace.out)), workspace, present, force=False)
    if record["status"] == FAILED or decision.execute:
        found = "failed" if record["status"] == FAILED else f"out of date: {decision}"
        return Line("subject", LIMITED, f"{name}: {found}", f"Run: siyu report {name}")
    return None


def _wished(name: str, record: dict[str, Any]) -> Wish:
    """The request that the published report came from."""
    here = place("run.json")
    if not record:
        return Wish(name, here)
    values = {row["name"]: row["value"] for row in record["parameters"] if row["overridden"]}
    given = {key: Given(json.dumps(one) if isinstance(one, bool) else str(one), here) for key, one in values.items()}
    return Wish(name, here, tuple(record["languages"]), record["as_of"], given)


def _shared(path: Path) -> bool:
    """Whether others than the owner have any right to it."""
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)

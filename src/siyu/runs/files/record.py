"""The record of a run: `run.json`, its seal, and whether a published folder still matches it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from siyu.reads.digests import digest, sha256_of
from siyu.runs.files.made import listed, paired
from siyu.runs.files.storage import files_below, pretty, read_json, write

SCHEMA = 2
PUBLISHED, FAILED = "published", "failed"
RUN, JOURNAL = "run.json", "journal.json"
_UNSEALED = (RUN, JOURNAL)


def seal_of(record: Mapping[str, Any]) -> str:
    """sha256 of the canonical JSON of the record without its seal."""
    return digest({name: entry for name, entry in record.items() if name != "seal"})


def sealed(folder: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Write `run.json` last: the record with the digest of every file in `folder`, and the seal."""
    files = {name: sha256_of(path) for name, path in files_below(folder).items() if name not in _UNSEALED}
    complete = {**record, "files": listed(files)}
    complete["seal"] = seal_of(complete)
    write(folder / RUN, pretty(complete))
    return complete


def mismatches(folder: Path) -> list[str]:
    """What differs between a folder and its `run.json`, one line each; empty when the seal holds."""
    record, fault = _opened(folder)
    return [fault] if record is None else _differences(folder, record)


def whole(folder: Path) -> dict[str, Any] | None:
    """The record of a published report that matches its folder, else None."""
    record = opened(folder)
    if record is None or (record.get("schema"), record["status"]) != (SCHEMA, PUBLISHED):
        return None  # what another schema wrote is read by nobody here
    return None if _differences(folder, record) else record


def opened(folder: Path) -> dict[str, Any] | None:
    """The record of a folder, or None when there is none that can be read."""
    return _opened(folder)[0]


def _differences(folder: Path, record: Mapping[str, Any]) -> list[str]:
    found = []
    if record.get("seal") != seal_of(record):
        found.append(f"{RUN}: changed since it was sealed")
    sealed_files = paired(record["files"])
    present = files_below(folder)
    for name, sha256 in sealed_files.items():
        if name not in present:
            found.append(f"{name}: missing")
        elif present[name].is_symlink():
            found.append(f"{name}: a link, not a file")
        elif sha256_of(present[name]) != sha256:
            found.append(f"{name}: changed since it was sealed")
    found += [f"{name}: not part of the report" for name in sorted({*present} - {*sealed_files, *_UNSEALED})]
    return found


def _opened(folder: Path) -> tuple[dict[str, Any] | None, str]:
    try:
        record = read_json(folder / RUN)
        names = [entry["path"] for entry in record["files"] if entry["sha256"]]
    except FileNotFoundError:
        return None, f"{RUN}: missing"
    except OSError as error:
        return None, f"{RUN}: {error.strerror}"
    except (KeyError, TypeError, ValueError):
        return None, f"{RUN}: not a record of a run"
    if any(name.startswith("/") or ".." in Path(name).parts for name in names):
        return None, f"{RUN}: names files outside of its folder"
    return record, ""

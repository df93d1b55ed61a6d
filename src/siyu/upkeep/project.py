"""A project folder for an installed package: notebooks to edit, data to add to, pages on how to work with them.

Its marker lists each file as it was delivered, so that a later version of the package takes the place of what nobody
has touched, and of nothing else.
"""

import json
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from siyu.errors import Problem, UsageError, shown_path
from siyu.paths import MARKER, checkout, package_dir
from siyu.reads.digests import sha256_of
from siyu.runs.files.storage import files_below, pretty, write

_OWN = Path(__file__).parent / "folder"  # what only project folders have; a dot in front is written as dot_


@dataclass
class Handover:
    """What was done to a project folder, by names of files. left: touched by somebody, so left as they are."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def bundle() -> dict[str, Path]:
    """name -> file of everything that a project folder starts with. Raises UsageError in a checkout."""
    if checkout():
        expected = "an installed package"
        step = "Work in the checkout, or build a wheel from it (pip wheel --no-deps .) and install that."
        raise UsageError([Problem("command line", 0, "", "a checkout, which is a project folder", expected, step)])
    own = {name.replace("dot_", "."): path for name, path in files_below(_OWN).items()}
    return files_below(package_dir() / "bundled") | own


def deliver(folder: Path, files: dict[str, Path]) -> Handover:
    """Make a project folder, or bring one up to this version of the package.

    Raises UsageError for a folder that holds anything else."""
    before = delivered(folder)
    if before is None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        found, expected = "a folder with other things in it", "a new or empty one, or one that siyu init has made"
        raise UsageError([Problem(shown_path(folder), 0, "", found, expected, "Name another folder.")])
    done, now = Handover(), dict[str, str]()
    if before is None:  # so that one which is cut short can be run again
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / MARKER, pretty({"version": "", "files": now}))
    for name, source in files.items():
        target, now[name] = folder / name, sha256_of(source)
        there = sha256_of(target) if target.is_file() else None
        if there not in (None, now[name], (before or {}).get(name)):
            done.left.append(name)
        elif there != now[name]:
            target.parent.mkdir(parents=True, exist_ok=True)
            write(target, source.read_bytes())
            done.written.append(name)
    for name, digest in (before or {}).items():
        if name not in files and (folder / name).is_file() and sha256_of(folder / name) == digest:
            (folder / name).unlink()
            done.removed.append(name)
    write(folder / MARKER, pretty({"version": metadata.version("siyu"), "files": now}))
    return done


def delivered(folder: Path) -> dict[str, str] | None:
    """name -> digest of what was delivered to a project folder; None when it is none."""
    try:
        return dict(json.loads((folder / MARKER).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None

"""Keys: digests of everything a section or a report is made from. Equal keys mean nothing changed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from siyu.paths import data_dir, project_root
from siyu.runs.files.storage import canonical, files_below, sha256, sha256_of
from siyu.subjects import Subject

# Packages whose version shows in a report or decides what is in it.
PACKAGES = ("papermill", "nbclient", "ipykernel", "pandas", "numpy", "matplotlib", "seaborn")
# Notebooks cannot import these (import-linter), so a change there renders anew but executes nothing.
_NOT_EXECUTED = ("render", "runs", "commands", "scorecard", "simulator", "schemas")


def key(*parts: Any) -> str:
    """One digest of JSON-like parts."""
    return sha256(canonical(list(parts)))


def inputs(subject: Subject) -> list[dict[str, str]]:
    """[{path, sha256}] of every data file a section of this subject can read, sorted by path.

    Bundled files are named from the project's folder, those of a subject kept elsewhere from its parent.
    They are read once a process.
    """
    listed = dict(_bundled_inputs())
    listed |= {_name(path, subject): sha256_of(path) for path in files_below(subject.folder)}
    return [{"path": path, "sha256": listed[path]} for path in sorted(listed)]


def inputs_now(subject: Subject) -> list[dict[str, str]]:
    """The same, with every file read anew."""
    _bundled_inputs.cache_clear()
    return inputs(subject)


@lru_cache(maxsize=1)
def executed_code() -> str:
    """Digest of the code that notebooks run, the locked packages and the Python series."""
    package = project_root() / "src" / "siyu"
    ours = [path for path in _sources(package) if path.relative_to(package).parts[0] not in _NOT_EXECUTED]
    return key(_digests(ours), _lock(), list(sys.version_info[:2]))


@lru_cache(maxsize=1)
def rendering_code() -> str:
    """Digest of all code, for what is made out of executed notebooks."""
    return key(_digests(_sources(project_root() / "src" / "siyu")), _lock(), list(sys.version_info[:2]))


def versions() -> dict[str, str]:
    """What a report was made with: Python, packages, digests of the code and of the lock."""
    found = {name: metadata.version(name) for name in ("siyu", *PACKAGES)}
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python, **found, "code": rendering_code(), "lock": _lock()}


@lru_cache(maxsize=1)
def _bundled_inputs() -> tuple[tuple[str, str], ...]:
    data = data_dir()
    files = [path for path in files_below(data) if path.relative_to(data).parts[0] != "subjects"]
    return tuple((path.relative_to(project_root()).as_posix(), sha256_of(path)) for path in files)


def _name(path: Path, subject: Subject) -> str:
    try:
        return path.relative_to(project_root()).as_posix()
    except ValueError:
        return path.relative_to(subject.folder.parent).as_posix()


def _sources(package: Path) -> list[Path]:
    return [path for path in files_below(package) if "__pycache__" not in path.parts]


def _digests(paths: Iterable[Path]) -> list[list[str]]:
    return [[path.relative_to(project_root()).as_posix(), sha256_of(path)] for path in paths]


@lru_cache(maxsize=1)
def _lock() -> str:
    path = project_root() / "requirements.txt"
    return sha256_of(path) if path.exists() else ""

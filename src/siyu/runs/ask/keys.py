"""Digests of what the project itself puts into a report: code, lock, interpreter, notebook, parameters."""

import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from siyu.paths import address, checkout, package_dir
from siyu.reads.digests import ABSENT, digest, sha256_of
from siyu.runs.files.storage import files_below

# Packages whose version shows in a report or decides what is in it.
PACKAGES = ("papermill", "nbclient", "ipykernel", "pandas", "numpy", "matplotlib", "seaborn")
_CODE = "src/siyu/"
_NO_CODE = {"__pycache__", "bundled"}  # made by Python; what `siyu init` copies
# What is made out of executed notebooks never gets here.
_NOT_RENDERED = tuple(f"{_CODE}{name}/" for name in ("commands", "scorecard", "simulator"))


@lru_cache(maxsize=1)
def package() -> dict[str, str]:
    """address -> digest of every file of this package, as they were when this process first looked."""
    files = files_below(package_dir())
    ours = {name: path for name, path in files.items() if not _NO_CODE & set(Path(name).parts)}
    return {address(path): sha256_of(path) for path in ours.values()}


def code(names: Mapping[str, Any]) -> dict[str, str]:
    """The files of this package among some addresses, with their digests."""
    return {name: package().get(name, ABSENT) for name in names if name.startswith(_CODE)}


def around(parameters: Mapping[str, Any]) -> dict[str, str]:
    """What every section is made with beside its code and its notebook: the lock, Python, the parameters."""
    given = {f"parameters#{name}": digest(value) for name, value in parameters.items()}
    return {"requirements.txt": lock(), "python": digest(list(sys.version_info[:2])), **given}


@lru_cache(maxsize=1)
def rendering_code() -> str:
    """Digest of the code that executed notebooks are checked and rendered with, and of the lock."""
    ours = {name: found for name, found in package().items() if not name.startswith(_NOT_RENDERED)}
    return digest([ours, lock(), list(sys.version_info[:2])])


def versions() -> dict[str, str]:
    """What a report was made with: Python, packages, digests of the code and of the lock."""
    found = {name: metadata.version(name) for name in ("siyu", *PACKAGES)}
    return {"python": ".".join(map(str, sys.version_info[:3])), **found, "code": rendering_code(), "lock": lock()}


@lru_cache(maxsize=1)
def lock() -> str:
    """Digest of the locked packages; of those that are there, where the package was installed without the lock."""
    if root := checkout():
        return sha256_of(root / "requirements.txt")
    return digest(sorted(path.name for path in package_dir().parent.glob("*.dist-info")))

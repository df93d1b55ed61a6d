"""Where the project keeps things. Nothing else in the package knows the layout on disk."""

from __future__ import annotations

import os
from pathlib import Path


def project_root() -> Path:
    """The checkout this package belongs to (the folder with `notebooks/` and `data/`)."""
    return Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """Bundled data: evidence, assumptions, fees, definitions, formats, bundled subjects."""
    return project_root() / "data"


def notebooks_dir() -> Path:
    """The bundled notebooks, one question each."""
    return project_root() / "notebooks"


def subject_dirs() -> dict[str, Path]:
    """Every known subject id with its folder. Folders under `SIYU_DATA` come before bundled ones."""
    roots = [data_dir() / "subjects"]
    if extra := os.environ.get("SIYU_DATA"):
        roots.append(Path(extra))
    found: dict[str, Path] = {}
    for root in roots:
        for config in sorted(root.glob("*/subject.yml")):
            found[config.parent.name] = config.parent
    return found

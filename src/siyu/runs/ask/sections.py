"""Sections: the bundled notebooks, and which of them a subject's report is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from siyu.errors import Problem, UsageError, shown_path
from siyu.paths import notebooks_dir
from siyu.runs.ask.parameters import Parameter, declared
from siyu.runs.files.storage import sha256

# The report's plan. A case is judged on what was published; the rest needs a client's own figures.
SECTIONS = (
    "01_evidence",
    "02_case_study",
    "03_platform_economics",
    "04_reach",
    "05_growth",
    "06_orders",
    "07_repurchase",
    "08_customer_value",
    "09_playbook",
)
CASE_SECTIONS = SECTIONS[:3]
NOT_FOR_A_CASE = "Needs a client's own figures."
# Two currencies are never compared, and the cases, fees and assumptions of the ledgers are all in one.
IN_CNY = ("02_case_study", "03_platform_economics")
NOT_IN_CNY = "Its case, fees and assumptions are in CNY, the figures of this subject are not."


@dataclass(frozen=True)
class Notebook:
    """A bundled notebook as committed. content: the parsed JSON. digest: hash of what is executed.

    shareable: subjects compared with the same case on the same date share what it gives."""

    name: str
    path: Path
    content: Mapping[str, Any]
    digest: str
    parameters: Mapping[str, Parameter]
    shareable: bool = False


@lru_cache(maxsize=1)
def notebooks() -> dict[str, Notebook]:
    """The bundled notebooks by section name. Raises UsageError with the faults of all of them."""
    found, problems = {}, []
    for name in SECTIONS:
        path = notebooks_dir() / f"{name}.ipynb"
        if not path.exists():
            continue
        try:
            found[name] = load(path)
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(problems)
    return found


def load(path: Path) -> Notebook:
    """One notebook file. Outputs do not count for its digest: they are not executed."""
    file = shown_path(path)
    try:
        content = json.loads(path.read_bytes())
        cells = [(c["cell_type"], "".join(c["source"]), c["metadata"].get("tags", [])) for c in content["cells"]]
    except (ValueError, KeyError, TypeError) as error:
        problem = Problem(file, 0, "", type(error).__name__, "a notebook in JSON", "Restore it from version control.")
        raise UsageError([problem]) from error
    about = content["metadata"].get("siyu", {})
    shareable = bool(about.get("shareable", False))
    return Notebook(path.stem, path, content, sha256(json.dumps(cells).encode()), declared(content, file), shareable)


def applicable(kind: str, currency: str) -> dict[str, str]:
    """Section -> why a report of this kind (case or client) does not run it, "" where it does; in order."""
    if kind == "case":
        listed = [name for name in SECTIONS if name in notebooks() or name not in CASE_SECTIONS]
    else:
        listed = [name for name in SECTIONS if name in notebooks()]
    return {name: _obstacle(name, kind, currency) for name in listed}


def _obstacle(name: str, kind: str, currency: str) -> str:
    if kind == "case" and name not in CASE_SECTIONS:
        return NOT_FOR_A_CASE
    return NOT_IN_CNY if name in IN_CNY and currency != "CNY" else ""

"""Whole reports of bundled subjects, from the notebooks that are committed as executed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from siyu.paths import notebooks_dir, project_root
from siyu.render.report import Report
from siyu.runs.ask.sections import notebooks, profiles
from siyu.runs.make.reporting import collected

PUBLISHED = ("01_evidence", "02_case_study")


def section(name: str, kind: str, path: Path | None, status: str = "ok", reason: Any = None) -> dict[str, Any]:
    about = profiles()[name]
    told = {"notebook": name, "question": about.question.model_dump(), "rank": about.rank(kind)}
    told |= {"lead": about.lead.finding if about.lead else "", "aside": kind == "client" and name in PUBLISHED}
    return {**told, "status": status, "reason": reason, "path": str(path) if path else None}


def reported(kind: str, sections: Iterable[dict[str, Any]], **about: Any) -> Report:
    return collected({"subject": {**about.pop("subject"), "kind": kind}, "sections": list(sections), **about})


@pytest.fixture(scope="session")
def case_report() -> Report:
    """The sealed sample."""
    made = project_root() / "reports" / "luzhou_laojiao"
    record = json.loads((made / "run.json").read_text(encoding="utf-8"))
    sections = []
    for entry in record["sections"]:
        path = made / "notebooks" / f"{entry['notebook']}.ipynb" if entry["status"] == "ok" else None
        sections.append(section(entry["notebook"], "case", path, entry["status"], entry.get("reason")))
    told = {name: record[name] for name in ("as_of", "parameters")}
    return reported("case", sections, subject={"id": record["subject"], "name": record["name"]}, **told)


@pytest.fixture(scope="session")
def client_report() -> Report:
    """As long as that of the demo: its sections, and those on published figures as they were run for the case."""
    name = {"zh": "合成演示店铺（demo）", "en": "Synthetic shop (demo)"}
    sections = [section(one, "client", notebooks_dir() / f"{one}.ipynb") for one in notebooks()]
    return reported("client", sections, subject={"id": "demo", "name": name}, as_of="2025-12-31", parameters=[])

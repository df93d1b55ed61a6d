"""The files of a report, apart from its record."""

from collections.abc import Sequence
from pathlib import Path

from siyu.record import Findings
from siyu.runs.files.storage import read_json

FINDINGS = "findings"
PLAN = "plan.json"  # beside the findings, where one of them proposes a plan
# What is made once for each language. A kind added here needs its case in `reporting.render`.
_NAMES = {"report": "report.{}.html", "deck": "deck.{}.pptx", "tables": "tables.{}.xlsx"}


def renderings(languages: Sequence[str]) -> list[tuple[str, str]]:
    """(kind, language) of everything that is made out of executed notebooks; what takes longest comes first."""
    return [*((kind, code) for kind in _NAMES for code in languages), (FINDINGS, "")]


def findings_of(folder: Path) -> Findings:
    """The findings of a report, and what moved. Raises OSError, or ValueError when the file is not what was written."""
    return Findings.model_validate(read_json(folder / file_name(FINDINGS, "")))


def file_name(kind: str, language: str) -> str:
    """Name of a file within the folder of its report."""
    return f"{FINDINGS}.json" if kind == FINDINGS else {**_NAMES, "pdf": "report.{}.pdf"}[kind].format(language)

"""From executed notebooks to the files of a report: findings.json and a page in each language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from siyu.findings import title
from siyu.language import LANGUAGES, Language
from siyu.render.deck import deck_bytes
from siyu.render.page.html import render_report
from siyu.render.page.printing import pdf_bytes
from siyu.render.report import OK, Report, SectionReport
from siyu.render.tables import tables_bytes
from siyu.runs.files import executed, storage
from siyu.runs.files.report_files import FINDINGS, file_name


def render(task: Mapping[str, Any]) -> None:
    """Write one file of a report into its folder.

    task: kind (a key of RENDERINGS), language, folder, subject and case ({id, name, kind}), as_of, parameters
    [{name, default, value, overridden, meaning}], sections [{notebook, status, reason, path of the executed
    notebook or null, question, lead, rank}], template (path of a .pptx or null), pdf (whether the page is printed too).
    """
    kind, language, folder = task["kind"], task["language"], Path(task["folder"])
    report = collected(task)
    if kind == "deck" and task["template"]:
        content = deck_bytes(language, report, Path(task["template"]))
    else:
        content = RENDERINGS[kind](report, language)
    target = folder / file_name(kind, language)
    storage.write(target, content)
    if kind == "report" and task["pdf"]:
        storage.write(folder / file_name("pdf", language), pdf_bytes(target, report.as_of))


def collected(task: Mapping[str, Any]) -> Report:
    """Everything a rendering needs, out of the executed notebooks alone."""
    opened = [(entry, storage.read_json(Path(entry["path"]))) for entry in task["sections"] if entry["path"]]
    notebooks = {entry["notebook"]: notebook for entry, notebook in opened}
    records: dict[str, dict[str, Any]] = {}
    for notebook in notebooks.values():
        records |= executed.references(notebook)
    return Report(
        subject=task["subject"],
        as_of=task["as_of"],
        sections=[_section(entry, notebooks.get(entry["notebook"])) for entry in task["sections"]],
        sources={ref: record for ref, record in records.items() if record["kind"] != "conflict"},
        parameters=task["parameters"],
        case=task["case"],
        conflicts=[_conflict(record, records) for record in records.values() if record["kind"] == "conflict"],
    )


def findings_file(findings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The content of findings.json: the records with their titles in every language."""
    spoken = [Language(code) for code in LANGUAGES]
    titled = [{**record, "title": {one.code: title(record, one) for one in spoken}} for record in findings]
    return {"schema": 1, "findings": titled}


def _findings(report: Report, _language: str) -> bytes:
    return storage.pretty(findings_file(report.findings))


def _page(report: Report, language: str) -> bytes:
    return render_report(report, language).encode()


def _deck(report: Report, language: str) -> bytes:
    return deck_bytes(language, report)


def _tables(report: Report, language: str) -> bytes:
    return tables_bytes(language, report)


RENDERINGS: Mapping[str, Callable[[Report, str], bytes]] = {
    FINDINGS: _findings,
    "report": _page,
    "deck": _deck,
    "tables": _tables,
}


def _section(entry: Mapping[str, Any], notebook: Mapping[str, Any] | None) -> SectionReport:
    told = {name: entry[name] for name in ("question", "lead", "rank")}
    if notebook is None:
        return SectionReport(entry["notebook"], entry["status"], entry["reason"], **told)
    shown = entry["status"] == OK
    return SectionReport(
        notebook=entry["notebook"],
        status=entry["status"],
        reason=entry["reason"],
        markdown=executed.words(notebook),
        findings=executed.findings(notebook) if shown else [],
        pngs=executed.pictures(notebook) if shown else {},
        **told,
    )


def _conflict(record: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A conflict as renderings take it: claims as refs, with the unit they are in."""
    claims = [f"claim:{claim_id}" for claim_id in record["claims"]]
    kept = (
        "adopted_low",
        "adopted_high",
        "resolution",
        "differing_field",
        "reason",
        "confidence",
        "corroboration",
    )
    return {
        "id": record["ref"].removeprefix("conflict:"),
        "kind": record["type"],
        "topic": record["name"],
        "claims": claims,
        "adopted": [f"claim:{claim_id}" for claim_id in record["adopted"]],
        "unit": records[claims[0]]["unit"] if claims else None,
        **{name: record[name] for name in kept},
    }

"""From executed notebooks to the files of a report: findings.json and a page in each language."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from siyu.evidence.steps import load_steps
from siyu.findings import SCHEMA, title
from siyu.language import Language
from siyu.paths import data_dir
from siyu.record import Both, Entry, Findings, TitledFinding, wording
from siyu.render.deck import deck_bytes
from siyu.render.page.html import render_report
from siyu.render.page.printing import pdf_bytes
from siyu.render.report import OK, About, Report, SectionReport, Setting
from siyu.render.summary import summarised
from siyu.render.tables import tables_bytes
from siyu.runs.files import executed, storage
from siyu.runs.files.report_files import FINDINGS, file_name
from siyu.runs.make.moves import moves, previous


def render(task: Mapping[str, Any]) -> None:
    """Write one file of a report into its folder.

    task: kind (a key of RENDERINGS), language, folder, subject and case ({id, name, kind}), as_of, parameters
    [{name, default, value, overridden, meaning}], sections [{notebook, status, reason, path of the executed
    notebook or null, question, lead, rank, aside}], template (path of a .pptx or null), pdf (whether the page is
    printed too), appendix (whether the deck has one), before (see `moves.since`).
    """
    kind, language, folder = task["kind"], task["language"], Path(task["folder"])
    report = collected(task)
    if kind == "deck":
        template = Path(task["template"]) if task["template"] else None
        content = deck_bytes(language, report, template, full=task["appendix"])
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
    merged: dict[str, Entry] = {}
    for notebook in notebooks.values():
        merged |= executed.references(notebook)
    sections = [_section(entry, notebooks.get(entry["notebook"])) for entry in task["sections"]]
    before = task.get("before", {})
    return Report(
        subject=About(**{**task["subject"], "name": Both(**task["subject"]["name"])}),
        as_of=task["as_of"],
        sections=sections,
        entries=merged,
        settings=[Setting(**row) for row in task["parameters"]],
        steps=load_steps(data_dir() / "playbook" / "steps.csv"),
        previous=previous(before),
        moved=moves(before, [finding for section in sections for finding in section.findings]),
    )


def findings_file(report: Report) -> Findings:
    """The content of findings.json: the records with their titles in every language."""
    chinese, english = Language("zh"), Language("en")
    titled = [
        TitledFinding.model_validate(
            {**record.as_json(), "title": {"zh": title(record, chinese), "en": title(record, english)}}
        )
        for record in report.findings
    ]
    return Findings(schema=SCHEMA, findings=tuple(titled), moved=tuple(report.moved), summary=summarised(report))


def _findings(report: Report, _language: str) -> bytes:
    return storage.pretty(findings_file(report).as_json())


def _page(report: Report, language: str) -> bytes:
    return render_report(report, language).encode()


def _tables(report: Report, language: str) -> bytes:
    return tables_bytes(language, report)


RENDERINGS: Mapping[str, Callable[[Report, str], bytes]] = {
    FINDINGS: _findings,
    "report": _page,
    "tables": _tables,
}


def _section(entry: Mapping[str, Any], notebook: Mapping[str, Any] | None) -> SectionReport:
    reason = None if entry["reason"] is None else wording(entry["reason"])
    told = {name: entry[name] for name in ("question", "lead", "rank", "aside")}
    if notebook is None:
        return SectionReport(entry["notebook"], entry["status"], reason, **told)
    shown = entry["status"] == OK
    return SectionReport(
        notebook=entry["notebook"],
        status=entry["status"],
        reason=reason,
        markdown=executed.words(notebook),
        findings=executed.findings(notebook) if shown else [],
        pngs=executed.pictures(notebook) if shown else {},
        **told,
    )

"""From executed notebooks to the files of a report: findings.json and a page in each language."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from siyu.findings import SCHEMA, title
from siyu.language import Language
from siyu.record import Both, Entry, FindingRecord, Findings, TitledFinding, wording
from siyu.render.deck import deck_bytes
from siyu.render.page.html import render_report
from siyu.render.page.printing import pdf_bytes
from siyu.render.report import OK, About, Report, SectionReport, Setting
from siyu.render.tables import tables_bytes
from siyu.runs.files import executed, storage
from siyu.runs.files.report_files import file_name


def render(task: Mapping[str, Any]) -> None:
    """Write one file of a report into its folder.

    task: kind (see `report_files.renderings`), language, folder, subject {id, name, kind}, as_of, parameters
    [{name, default, value, overridden, meaning}], sections [{notebook, status, reason, path of the executed
    notebook or null, question, lead, rank}], template (path of a .pptx or null), pdf (whether the page is printed too).
    """
    kind, language, folder = task["kind"], task["language"], Path(task["folder"])
    report, target = collected(task), folder / file_name(kind, language)
    match kind:
        case "report":
            content = render_report(report, language).encode()
        case "deck":
            content = deck_bytes(language, report, Path(task["template"]) if task["template"] else None)
        case "tables":
            content = tables_bytes(language, report)
        case _:
            content = storage.pretty(findings_file(report.findings).as_json())
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
    return Report(
        subject=About(**{**task["subject"], "name": Both(**task["subject"]["name"])}),
        as_of=task["as_of"],
        sections=[_section(entry, notebooks.get(entry["notebook"])) for entry in task["sections"]],
        entries=merged,
        settings=[Setting(**row) for row in task["parameters"]],
    )


def findings_file(findings: Iterable[FindingRecord]) -> Findings:
    """The content of findings.json: the records with their titles in every language."""
    chinese, english = Language("zh"), Language("en")
    titled = [
        TitledFinding.model_validate(
            {**record.as_json(), "title": {"zh": title(record, chinese), "en": title(record, english)}}
        )
        for record in findings
    ]
    return Findings(schema=SCHEMA, findings=tuple(titled))


def _section(entry: Mapping[str, Any], notebook: Mapping[str, Any] | None) -> SectionReport:
    told = {name: entry[name] for name in ("notebook", "status", "question", "lead", "rank")}
    told["reason"] = None if entry["reason"] is None else wording(entry["reason"])
    if notebook is not None:
        told["markdown"] = executed.words(notebook)
    if notebook is not None and entry["status"] == OK:
        told |= {"findings": executed.findings(notebook), "pngs": executed.pictures(notebook)}
    return SectionReport(**told)

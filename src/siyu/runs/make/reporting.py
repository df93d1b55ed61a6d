"""From executed notebooks to the files of a report: findings.json and a page in each language."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from siyu.findings import SCHEMA, title
from siyu.language import LANGUAGES, Language
from siyu.paths import data_dir
from siyu.playbook.tasks import load_steps
from siyu.record import Both, Entry, Findings, TitledFinding, wording
from siyu.render.deck import deck_bytes
from siyu.render.page.html import render_report
from siyu.render.page.printing import pdf_bytes
from siyu.render.report import OK, About, Report, SectionReport, Setting
from siyu.render.summary import summarised
from siyu.render.tables import tables_bytes
from siyu.runs.files import executed, storage
from siyu.runs.files.report_files import PLAN, file_name
from siyu.runs.make.moves import moves, previous

_GATHERED = ("subject", "as_of", "parameters", "sections", "before")  # of a task: what its report is made of


def render(task: Mapping[str, Any]) -> None:
    """Write one file of a report into its folder.

    task: kind (see `report_files.renderings`), language, languages (all of the report), folder, subject {id, name,
    kind}, as_of, parameters [{name, default, value, overridden, meaning}], sections [{notebook, status, reason, path
    of the executed notebook or null, question, lead, rank, aside}], template (path of a .pptx or null), pdf (whether
    the page is printed too), appendix (whether the deck has one), before (see `moves.since`).
    """
    kind, language, folder = task["kind"], task["language"], Path(task["folder"])
    written = [Path(entry["path"]).stat().st_mtime_ns for entry in task["sections"] if entry["path"]]
    report = _gathered(json.dumps({name: task.get(name) for name in _GATHERED}), tuple(written))
    target = folder / file_name(kind, language)
    match kind:
        case "report":
            content = render_report(report, language, task.get("languages", LANGUAGES)).encode()
        case "deck":
            template = Path(task["template"]) if task["template"] else None
            content = deck_bytes(language, report, template, full=task["appendix"])
        case "tables":
            content = tables_bytes(language, report)
        case _:
            content = storage.pretty(findings_file(report).as_json())
            for plan in (one.plan for one in report.findings if one.plan):
                storage.write(folder / PLAN, storage.pretty(plan.as_json()))
    storage.write(target, content)
    if kind == "report" and task["pdf"]:
        storage.write(folder / file_name("pdf", language), pdf_bytes(target, report.as_of))


@lru_cache(maxsize=1)
def _gathered(task: str, _written: tuple[int, ...]) -> Report:
    """The report of a task: a worker that renders several of its files reads the notebooks once."""
    return collected(json.loads(task))


def collected(task: Mapping[str, Any]) -> Report:
    """Everything a rendering needs, out of the executed notebooks alone."""
    opened = [(entry, storage.read_json(Path(entry["path"]))) for entry in task["sections"] if entry["path"]]
    notebooks = {entry["notebook"]: notebook for entry, notebook in opened}
    merged: dict[str, Entry] = {}
    for notebook in notebooks.values():
        merged |= executed.references(notebook)
    sections = [_section(entry, notebooks.get(entry["notebook"])) for entry in task["sections"]]
    before = task.get("before") or {}
    return Report(
        subject=About(**{**task["subject"], "name": Both(**task["subject"]["name"])}), as_of=task["as_of"],
        sections=sections, entries=merged, settings=[Setting(**row) for row in task["parameters"]],
        steps=load_steps(data_dir() / "playbook" / "tasks.csv"), previous=previous(before),
        moved=moves(before, [finding for section in sections for finding in section.findings]),
    )  # fmt: skip


def findings_file(report: Report) -> Findings:
    """The content of findings.json: the records with their titles in every language."""
    languages = [Language(code) for code in ("zh", "en")]
    told = [(record, {one.code: title(record, one) for one in languages}) for record in report.findings]
    titled = tuple(TitledFinding.model_validate({**record.as_json(), "title": text}) for record, text in told)
    return Findings(schema=SCHEMA, findings=titled, moved=tuple(report.moved), summary=summarised(report))


def _section(entry: Mapping[str, Any], notebook: Mapping[str, Any] | None) -> SectionReport:
    told = {name: entry[name] for name in ("notebook", "status", "question", "lead", "rank", "aside")}
    told["reason"] = None if entry["reason"] is None else wording(entry["reason"])
    if notebook is not None:
        told["markdown"] = executed.words(notebook)
    if notebook is not None and entry["status"] == OK:
        told["findings"] = executed.findings(notebook)
    return SectionReport(**told)

"""The account of a run: what renderings are told of it, and what goes into `run.json`, published or failed."""

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from siyu.record import Findings, RecordPart
from siyu.runs.ask import keys
from siyu.runs.ask.plan import FAILED, NO_INPUT, OK, RunPlan, SectionPlan
from siyu.runs.ask.profile import Kind
from siyu.runs.ask.sections import profiles
from siyu.runs.files import executed, storage
from siyu.runs.files.made import Made, listed
from siyu.runs.files.record import PUBLISHED, SCHEMA
from siyu.runs.files.workspace import SectionStore

Faults = Mapping[str, Sequence[str]]


def account(
    plan: RunPlan, store: SectionStore, faults: Faults, previous: Mapping[str, Any] | None,
    findings: Findings | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The record of a run without its files and seal. previous: {seal, as_of} of the report before; findings: of a
    report without faults."""
    request, made = plan.request, made_of(plan, store)
    about, read = request.subject, ChainMap(dict(plan.inputs), *(dict(one.inputs) for one in made.values()))
    record = {
        "schema": SCHEMA, "status": FAILED if faults else PUBLISHED, "subject": about.id, "kind": about.kind,
        "public": about.suppress_below == 0, "name": about.name.model_dump(), "as_of": request.as_of,
        "observed": _observed(made, store), "languages": list(request.languages), "runner": plan.runner,
        "previous": previous, "key": plan.key(made), "inputs": listed(dict(read)), "parameters": list(plan.parameters),
        "versions": keys.versions(),
        "sections": [_section(section, store, faults, made) for section in plan.sections],
    }  # fmt: skip
    if faults:
        record["reasons"] = reasons(faults)
    elif findings is not None:
        answers = [finding for finding in findings.findings if finding.role == "answer"]
        answers.sort(key=lambda one: profiles()[one.section].rank(request.subject.kind))
        record["answers"] = [finding.as_json() for finding in answers]
        record |= {name: entry for name, entry in findings.as_json().items() if name in ("moved", "summary")}
    return record


def _observed(made: Iterable[str], store: SectionStore) -> dict[str, str] | None:
    """First and last observed day of the subject's own orders, by the first section that tells."""
    spans = (executed.observed(storage.read_json(store.notebook(name))) for name in made)
    return next((span for span in spans if span), None)


def reasons(faults: Faults) -> list[str]:
    """One line a fault."""
    return [f"{label}: {fault}" for label, found in faults.items() for fault in found]


def rendering(plan: RunPlan, store: SectionStore, folder: Path) -> dict[str, Any]:
    """What a worker is told that renders a report into `folder`, see `siyu.runs.make.reporting.render`."""
    request = plan.request
    return {
        "folder": str(folder), "subject": request.subject.model_dump(include={"id", "name", "kind", "currency"}),
        "as_of": request.as_of, "parameters": list(plan.parameters), "languages": list(request.languages),
        "template": str(request.delivery.template.resolve()) if request.delivery.template else None,
        "pdf": request.delivery.pdf, "appendix": request.delivery.appendix,
        "sections": [_told(section, store, folder, request.subject.kind) for section in plan.sections],
    }  # fmt: skip


def _told(section: SectionPlan, store: SectionStore, folder: Path, kind: Kind) -> dict[str, Any]:
    (status, reason), profile = _state(section, store), profiles()[section.notebook]
    path = str(folder / "notebooks" / f"{section.notebook}.ipynb") if section.status == OK else None
    told = {"notebook": section.notebook, "status": status, "reason": reason, "path": path}
    told |= {"question": profile.question.model_dump(), "lead": profile.lead.finding if profile.lead else ""}
    return told | {"rank": profile.rank(kind), "aside": kind == "client" and "claims" in profile.needs}


def _state(section: SectionPlan, store: SectionStore) -> tuple[str, Any]:
    """(status, reason or None) of a section that has been run well or is not to be run."""
    if section.status != OK:
        return section.status, section.reason
    reason = executed.no_input(storage.read_json(store.notebook(section.notebook)))
    return (NO_INPUT, reason.as_json() if isinstance(reason, RecordPart) else reason) if reason else (OK, None)


def made_of(plan: RunPlan, store: SectionStore) -> dict[str, Made]:
    """notebook -> what its section was made from, of those that are good."""
    kept = {section.notebook: store.accepted(section.notebook) for section in plan.runs}
    return {name: one for name, one in kept.items() if one is not None}


def _section(section: SectionPlan, store: SectionStore, faults: Faults, made: Mapping[str, Made]) -> dict[str, Any]:
    question = profiles()[section.notebook].question.model_dump()
    entry: dict[str, Any] = {"notebook": section.notebook, "question": question, "inputs": []}
    if section.notebook in faults:
        return {**entry, "status": FAILED, "reason": "; ".join(faults[section.notebook])}
    if section.status == OK and section.notebook not in made:
        return {**entry, "status": FAILED, "reason": "was not run to its end"}
    if section.status == OK:
        entry |= made[section.notebook].as_json()
    status, reason = _state(section, store)
    return {**entry, "status": status, **({"reason": reason} if reason else {})}

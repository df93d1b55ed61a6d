"""The account of a run: what goes into `run.json` about a subject, published or failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siyu.runs.ask import keys
from siyu.runs.ask.plan import FAILED, NO_INPUT, OK, Plan, SectionPlan
from siyu.runs.ask.sections import profiles
from siyu.runs.files import executed, storage
from siyu.runs.files.record import PUBLISHED, SCHEMA
from siyu.runs.files.workspace import SectionStore

Faults = Mapping[str, Sequence[str]]


def account(
    plan: Plan, store: SectionStore, faults: Faults, findings: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The record of a run without its files and seal. findings: with titles, of a report without faults."""
    request = plan.request
    record = {
        "schema": SCHEMA,
        "status": FAILED if faults else PUBLISHED,
        "subject": request.subject.id,
        "kind": request.subject.kind,
        "name": request.subject.name.model_dump(),
        "as_of": request.as_of,
        "languages": list(request.languages),
        "runner": plan.runner,
        "key": plan.key,
        "inputs": list(plan.inputs),
        "parameters": list(plan.parameters),
        "versions": keys.versions(),
        "sections": [_section(section, store, faults) for section in plan.sections],
    }
    if faults:
        record["reasons"] = reasons(faults)
    else:
        answers = [finding for finding in findings if finding["role"] == "answer"]
        record["answers"] = sorted(answers, key=lambda one: profiles()[one["section"]].rank(request.subject.kind))
    return record


def reasons(faults: Faults) -> list[str]:
    """One line a fault."""
    return [f"{label}: {fault}" for label, found in faults.items() for fault in found]


def section_state(section: SectionPlan, store: SectionStore) -> tuple[str, Any]:
    """(status, reason or None) of a section that has been run well or is not to be run."""
    if section.status != OK:
        return section.status, section.reason
    reason = executed.no_input(storage.read_json(store.notebook(section.notebook)))
    return (NO_INPUT, reason) if reason else (OK, None)


def _section(section: SectionPlan, store: SectionStore, faults: Faults) -> dict[str, Any]:
    question = profiles()[section.notebook].question.model_dump()
    entry: dict[str, Any] = {"notebook": section.notebook, "question": question}
    if section.status == OK:
        entry["key"] = section.key
    if section.notebook in faults:
        return {**entry, "status": FAILED, "reason": "; ".join(faults[section.notebook])}
    if section.status == OK and store.accepted(section.notebook, section.key) is None:
        return {**entry, "status": FAILED, "reason": "was not run to its end"}
    status, reason = section_state(section, store)
    return {**entry, "status": status, **({"reason": reason} if reason else {})}

"""A plan: what one subject's report is made from, section by section, with the key of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from siyu.runs.ask import keys
from siyu.runs.ask.output_options import Delivery
from siyu.runs.ask.parameters import Parameter, Scalar
from siyu.runs.ask.sections import applicable, notebooks, profiles
from siyu.subjects import Subject

OK, NO_INPUT, NOT_APPLICABLE, FAILED = "ok", "no_input", "not_applicable", "failed"


@dataclass(frozen=True)
class Limits:
    """Of one subject: seconds of wall time, bytes of resident memory at a time, bytes of output."""

    seconds: float = 900.0
    memory: int = 4 << 30
    output: int = 50 << 20


Case = Subject  # a published case is a subject of kind `case`


@dataclass(frozen=True)
class Request:
    """What was asked for one subject, checked. case: the published case it is compared with."""

    subject: Subject
    case: Case
    languages: tuple[str, ...]
    as_of: str
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    delivery: Delivery = field(default_factory=Delivery)


@dataclass(frozen=True)
class SectionPlan:
    """One section: the values it gets, and the key of its result. Not run when `status` is not ok.

    given: its executed notebook, when something else has run it.   reason: why it is not run.
    """

    notebook: str
    status: str
    parameters: Mapping[str, Scalar]
    key: str
    given: bytes | None = field(default=None, repr=False)
    reason: str | None = None


@dataclass(frozen=True)
class Plan:
    """key: of the whole report. inputs: [{path, sha256}]. parameters: rows for the report."""

    request: Request
    sections: tuple[SectionPlan, ...]
    inputs: tuple[Mapping[str, str], ...]
    parameters: tuple[Mapping[str, Any], ...]
    key: str
    runner: str = "siyu"

    @property
    def runs(self) -> tuple[SectionPlan, ...]:
        """The sections that are executed, here or elsewhere."""
        return tuple(section for section in self.sections if section.status == OK)


def planned(request: Request) -> Plan:
    """The plan of a request, from the files as they are now."""
    inputs = keys.inputs(request.subject)
    shared = keys.key(keys.executed_code(), inputs)
    sections = []
    for name, obstacle in applicable(request.subject.kind, request.subject.currency).items():
        if obstacle:
            sections.append(SectionPlan(name, NOT_APPLICABLE, {}, "", reason=obstacle))
            continue
        notebook = notebooks()[name]
        values = _injected(request, notebook.parameters)
        sections.append(SectionPlan(name, OK, values, keys.key(shared, notebook.digest, values)))
    rows = parameter_rows({one.notebook: one.parameters for one in sections if one.status == OK}, request.parameters)
    read = (*inputs, *request.delivery.inputs)
    return Plan(request, tuple(sections), read, rows, report_key(request, sections))


def changed_inputs(plan: Plan) -> list[str]:
    """Paths of inputs that are not any more what the plan was made from."""
    if plan.runner != "siyu":
        return []
    before = {entry["path"]: entry["sha256"] for entry in plan.inputs}
    now = {
        entry["path"]: entry["sha256"]
        for entry in (*keys.inputs_now(plan.request.subject), *plan.request.delivery.inputs)
    }
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def report_key(request: Request, sections: Iterable[SectionPlan]) -> str:
    """Key of a whole report made of these sections."""
    told = {name: profile.model_dump() for name, profile in profiles().items()}  # questions, and what leads
    made_of = [[section.notebook, section.status, section.key, told.get(section.notebook)] for section in sections]
    return keys.key(keys.rendering_code(), made_of, list(request.languages), request.as_of, request.delivery.key)


def _injected(request: Request, parameters: Mapping[str, Parameter]) -> dict[str, Scalar]:
    """What is injected: whose report it is, and what was overridden, as far as the section declares it."""
    fixed = {"subject": request.subject.id, "case": request.case.id, "as_of": request.as_of}
    return {name: value for name, value in {**fixed, **request.parameters}.items() if name in parameters}


def parameter_rows(values: Mapping[str, Mapping[str, Scalar]], overridden: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """Each parameter of some sections once: default, value, whether it was overridden, meaning.

    values: section -> parameter -> the value it ran with, where that is not the default.
    """
    rows: dict[str, dict[str, Any]] = {}
    changed = set(overridden)
    for section, given in values.items():
        for parameter in notebooks()[section].parameters.values():
            row = {
                "name": parameter.name,
                "default": parameter.default,
                "value": given.get(parameter.name, parameter.default),
                "overridden": parameter.name in changed,
                "meaning": parameter.meaning,
            }
            rows.setdefault(parameter.name, row)
    return tuple(rows.values())

"""A plan: what one subject's report is made from, section by section, with the key of each."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from siyu.paths import address, data_dir
from siyu.reads.digests import Digests, digest
from siyu.runs.ask import keys
from siyu.runs.ask.parameters import Parameter, Scalar
from siyu.runs.ask.sections import applicable, notebooks, profiles
from siyu.runs.ask.wishes import Delivery, Limits
from siyu.runs.files.made import Made
from siyu.subjects import Subject

# A client's rows of these go before the bundled ones.
OVERRIDES = ("assumptions.csv", "fees.csv")
EXPORTS = "exports"
EARLIER = "earlier"  # parameter that takes the plan of the report before; an input, so it is not listed as a setting
OK, NO_INPUT, NOT_APPLICABLE, FAILED = "ok", "no_input", "not_applicable", "failed"


@dataclass(frozen=True)
class Request:
    """What was asked for one subject, checked. case: the published case it is compared with. earlier: the plan of the
    report before, as JSON, "" without."""

    subject: Subject
    case: Subject
    languages: tuple[str, ...]
    as_of: str
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    delivery: Delivery = field(default_factory=Delivery)
    earlier: str = ""

    @property
    def anywhere(self) -> Self:
        """The same for another working directory."""
        template = self.delivery.template
        return replace(self, delivery=replace(self.delivery, template=template.resolve())) if template else self

    @property
    def reviewed(self) -> dict[str, str]:
        """Address -> digest of the plan of the report before."""
        return {"previous/plan.json": hashlib.sha256(self.earlier.encode()).hexdigest()} if self.earlier else {}


@dataclass(frozen=True)
class SectionPlan:
    """One section and the values it gets. Not run when `status` is not ok.

    given: its executed notebook, when something else has run it.   reason: why it is not run.
    shared: names the result that all subjects share who ask for it; "" for one of this subject alone.
    own: files of the subject for whose sake it is not shared.
    """

    notebook: str
    status: str
    parameters: Mapping[str, Scalar]
    given: bytes | None = field(default=None, repr=False)
    reason: str | None = None
    shared: str = ""
    own: tuple[str, ...] = ()

    @property
    def made_elsewhere(self) -> Made:
        """What a section was made from that is given: its notebook, as far as anybody knows."""
        return Made({f"notebooks/{self.notebook}.ipynb": hashlib.sha256(self.given or b"").hexdigest()}, {})

    @property
    def around(self) -> dict[str, str]:
        """address -> digest of what it is made with beside code."""
        return {f"notebooks/{self.notebook}.ipynb": notebooks()[self.notebook].digest, **keys.around(self.parameters)}


@dataclass(frozen=True)
class RunPlan:
    """inputs: address -> digest of what the report takes beside its sections. parameters: rows for the report."""

    request: Request
    sections: tuple[SectionPlan, ...]
    inputs: Mapping[str, str]
    parameters: tuple[Mapping[str, Any], ...]
    runner: str = "siyu"

    @property
    def runs(self) -> tuple[SectionPlan, ...]:
        """The sections that are executed, here or elsewhere."""
        return tuple(section for section in self.sections if section.status == OK)

    def key(self, made: Mapping[str, Made]) -> str:
        """Key of the whole report. made: section -> what it was made from."""
        keyed = {name: one.key for name, one in made.items()}
        sections = [[section.notebook, section.status, keyed.get(section.notebook, "")] for section in self.sections]
        request = self.request
        delivered = [list(request.delivery.inputs.values()), request.delivery.pdf, request.delivery.appendix]
        told = [list(request.languages), request.as_of, delivered, list(self.parameters)]
        about = {name: profile.model_dump() for name, profile in profiles().items()}  # questions, and what leads
        return digest([keys.rendering_code(), dict(self.inputs), sections, told, about])


def planned(request: Request) -> RunPlan:
    """The plan of a request, from the files as they are now."""
    sections, shown = [], {}
    for name, obstacle in applicable(request.subject.kind, request.subject.currency).items():
        sections.append(SectionPlan(name, NOT_APPLICABLE, {}, reason=obstacle) if obstacle else _section(name, request))
        if not obstacle:
            shown[name] = _injected(request, notebooks()[name].parameters)
    return RunPlan(request, tuple(sections), report_inputs(request), parameter_rows(shown, request.parameters))


def report_inputs(request: Request) -> dict[str, str]:
    """address -> digest of what renderings take beside the executed notebooks."""
    folders = {request.subject.folder, request.case.folder}
    files = Digests()
    read = [address(folder / "subject.yml") for folder in sorted(folders)]
    read += [address(data_dir() / "definitions.yml"), address(data_dir() / "playbook" / "tasks.csv")]
    return {name: files.file(name) for name in read} | request.delivery.inputs | request.reviewed


def _section(name: str, request: Request) -> SectionPlan:
    """A section of this subject alone, or of everybody who is compared with the case on that date. A published case has
    findings of its own on its figures: what it does not state."""
    notebook, values = notebooks()[name], _injected(request, notebooks()[name].parameters)
    goods = "category" in notebook.parameters  # what asks for goods reads assumptions and fees of a client
    if not notebook.profile.shareable or (request.subject.kind == "case" and not goods):
        return SectionPlan(name, OK, values)
    if goods and (own := _own(request.subject)):
        return SectionPlan(name, OK, values, own=tuple(own))
    values["subject"] = ""
    if goods:
        values["category"] = values.get("category") or request.subject.category
    return SectionPlan(name, OK, values, shared=digest([name, values])[:32])


def _own(subject: Subject) -> list[str]:
    """Addresses of what a subject's economics are made from, beside what everybody shares."""
    found = [address(path) for file in OVERRIDES if (path := subject.folder / file).exists()]
    if (exports := subject.folder / EXPORTS).is_dir():  # what they hold is measured
        found.append(f"{address(exports)}/")
    return [*found, address(subject.folder / "subject.yml")] if subject.facts else found


def _injected(request: Request, parameters: Mapping[str, Parameter]) -> dict[str, Scalar]:
    """What is injected: whose report it is, and what was overridden, as far as the section declares it."""
    fixed = {"subject": request.subject.id, "case": request.case.id, "as_of": request.as_of, EARLIER: request.earlier}
    return {name: value for name, value in {**fixed, **request.parameters}.items() if name in parameters}


def parameter_rows(values: Mapping[str, Mapping[str, Scalar]], overridden: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """Each parameter of some sections once: default, value, whether it was overridden, meaning.

    values: section -> parameter -> the value it ran with, where that is not the default.
    """
    rows: dict[str, dict[str, Any]] = {}
    changed = set(overridden)
    for section, given in values.items():
        for name, one in notebooks()[section].parameters.items():
            row = {"name": name, "default": one.default, "value": given.get(name, one.default)}
            rows.setdefault(name, {**row, "overridden": name in changed, "meaning": one.meaning})
    rows.pop(EARLIER, None)
    return tuple(rows.values())

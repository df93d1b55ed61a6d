"""The decision: what of a plan is still good, what has to be done, and which input is the reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from siyu.runs.ask import keys
from siyu.runs.ask.plan import RunPlan, SectionPlan
from siyu.runs.ask.present import Present
from siyu.runs.files.made import Made, paired
from siyu.runs.files.workspace import Workspace

_TOLD = 5  # reasons told to people


@dataclass(frozen=True)
class Renewal:
    """unchanged: the published report stands.   execute, reuse: sections to run, sections taken over.

    standing: what those among `reuse` were made from that the subject has itself: given, left by an earlier run,
    or published; the rest comes from another subject.
    because: addresses that differ from what was used before, of sections and of the report.
    """

    unchanged: bool
    execute: tuple[str, ...] = ()
    reuse: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    standing: Mapping[str, Made] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.unchanged:
            return "unchanged"
        taken = f"; take over {', '.join(self.reuse)}" if self.reuse else ""
        more = f" and {len(self.because) - _TOLD} more" if len(self.because) > _TOLD else ""
        why = f"; because of {', '.join(self.because[:_TOLD])}{more}" if self.because else ""
        return (f"execute {', '.join(self.execute)}" if self.execute else "render anew") + taken + why

    def as_json(self, subject: str) -> dict[str, Any]:
        """The contract's line of `report --dry-run --json`."""
        told = {name: list(getattr(self, name)) for name in ("execute", "reuse")}
        return {"subject": subject, **told, "render": not self.unchanged, "because": list(self.because)}


def decided(plan: RunPlan, workspace: Workspace, present: Present, *, force: bool) -> Renewal:
    """Compare a plan with what is published, with what an earlier run has left, and with what others share."""
    standing = {one.notebook: one.made_elsewhere for one in plan.runs if one.given is not None}
    asked = [section for section in plan.runs if section.given is None]
    names, given = tuple(section.notebook for section in asked), tuple(standing)
    if force:
        return Renewal(False, names, given, standing=standing)
    published = present.published(workspace.out / plan.request.subject.id)
    made, because = dict(standing), set[str]()
    for section in asked:
        changes = []
        for own, candidate in _candidates(section, plan, workspace, published):
            if not (found := present.changed(candidate, section.around)):
                made[section.notebook] = candidate
                if own:
                    standing[section.notebook] = candidate
                break
            changes.append(found)
        else:
            because |= _reasons(section, changes[0]) if changes else set()
    execute = tuple(name for name in names if name not in made)
    if published is not None and not execute:
        if published.get("key") == plan.key(made):
            return Renewal(True, reuse=given + names)
        because |= _report_reasons(plan, published)
    reuse = given + tuple(name for name in names if name in made)
    return Renewal(False, execute, reuse, tuple(sorted(because)), standing)


def together(plans: Sequence[RunPlan], decisions: Sequence[Renewal]) -> list[Renewal]:
    """What a batch would do: of those who share a section that is not there yet, the first one executes it."""
    taken, found = set[str](), []
    for plan, decision in zip(plans, decisions, strict=True):
        shared = {one.notebook: one.shared for one in plan.runs if one.shared and one.notebook in decision.execute}
        others = tuple(name for name, result in shared.items() if result in taken)
        taken |= set(shared.values())
        execute = tuple(name for name in decision.execute if name not in others)
        found.append(replace(decision, execute=execute, reuse=(*decision.reuse, *others)))
    return found


def _candidates(
    section: SectionPlan, plan: RunPlan, workspace: Workspace, published: Mapping[str, Any] | None
) -> Iterator[tuple[bool, Made]]:
    """(whether the subject has it itself, what it was made from) of each result there is, the nearest first."""
    if (kept := workspace.sections(plan.request.subject.id).accepted(section.notebook)) is not None:
        yield True, kept
    for entry in published["sections"] if published else ():
        if entry["notebook"] == section.notebook and "made_with" in entry:
            yield True, Made.read(entry)
    if section.shared and (made := workspace.shared(section.shared).accepted(section.notebook)) is not None:
        yield False, made


def _reasons(section: SectionPlan, changed: list[str]) -> set[str]:
    """What is told of changes: that a section is not shared any more has its reason in files of the subject."""
    if "parameters#subject" not in changed:
        return {*changed}
    return {*section.own, *(name for name in changed if not name.startswith("parameters#"))} or {*changed}


def _report_reasons(plan: RunPlan, published: Mapping[str, Any]) -> set[str]:
    """Why a report is rendered anew whose sections stand."""
    then = paired(published["inputs"])
    found = {name for name, sha256 in plan.inputs.items() if then.get(name) != sha256}
    if published["versions"].get("code") != keys.rendering_code():
        found.add("src/siyu")
    if published["languages"] != list(plan.request.languages):
        found.add("languages")
    return found

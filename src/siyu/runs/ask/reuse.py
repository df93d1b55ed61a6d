"""The decision: what of a plan is still good, what has to be done, and which input is the reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from siyu.runs.ask import keys
from siyu.runs.ask.plan import Plan, SectionPlan
from siyu.runs.ask.present import Present
from siyu.runs.files.made import Made
from siyu.runs.files.record import PUBLISHED
from siyu.runs.files.storage import sha256
from siyu.runs.files.workspace import SectionStore, Workspace

_SUBJECT, _KEPT = "parameters#subject", "kept"
_TOLD = 5  # reasons told to people


@dataclass(frozen=True)
class Renewal:
    """unchanged: the published report stands.   execute, reuse: sections to run, sections taken over.

    kept: those among `reuse` that an earlier run has left.   adopt: what those were made from that come out of
    the published report.   The rest of `reuse` comes from another subject.
    because: addresses that differ from what was used before, of sections and of the report.
    """

    unchanged: bool
    execute: tuple[str, ...] = ()
    reuse: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    adopt: Mapping[str, Made] = field(default_factory=dict)
    because: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.unchanged:
            return "unchanged"
        taken = f"; take over {', '.join(self.reuse)}" if self.reuse else ""
        more = f" and {len(self.because) - _TOLD} more" if len(self.because) > _TOLD else ""
        why = f"; because of {', '.join(self.because[:_TOLD])}{more}" if self.because else ""
        return (f"execute {', '.join(self.execute)}" if self.execute else "render anew") + taken + why

    def as_json(self, subject: str) -> dict[str, Any]:
        """The contract's line of `report --dry-run --json`."""
        return {
            "subject": subject,
            "execute": list(self.execute),
            "reuse": list(self.reuse),
            "render": not self.unchanged,
            "because": list(self.because),
        }


def decided(plan: Plan, workspace: Workspace, present: Present, *, force: bool) -> Renewal:
    """Compare a plan with what is published, with what an earlier run has left, and with what others share."""
    names = tuple(section.notebook for section in plan.runs if section.given is None)
    given = tuple(section.notebook for section in plan.runs if section.given is not None)
    if force:
        return Renewal(unchanged=False, execute=names, reuse=given)
    published = present.published(workspace.out / plan.request.subject.id)
    made, adopt, kept, because = {name: given_made(plan, name) for name in given}, {}, [], set[str]()
    for section in plan.runs:
        changes = []
        for place, candidate in _candidates(section, plan, workspace, published) if section.given is None else ():
            found = present.changed(candidate, section.around)
            if not found:
                made[section.notebook] = candidate
                if place == PUBLISHED:
                    adopt[section.notebook] = candidate
                elif place == _KEPT:
                    kept.append(section.notebook)
                break
            changes.append(_reasons(section, found))
        else:
            because |= set(changes[0]) if changes else set()
    execute = tuple(name for name in names if name not in made)
    key = plan.key({name: one.key for name, one in made.items()})
    if published is not None and not execute:
        if published.get("key") == key:
            return Renewal(unchanged=True, reuse=given + names)
        because |= _report_reasons(plan, published)
    reuse = given + tuple(name for name in names if name in made)
    return Renewal(False, execute, reuse, tuple(kept), adopt, tuple(sorted(because)))


def together(plans: Sequence[Plan], decisions: Sequence[Renewal]) -> list[Renewal]:
    """What a batch would do: of those who share a section that is not there yet, the first one executes it."""
    taken, found = set[str](), []
    for plan, decision in zip(plans, decisions, strict=True):
        shared = {one.notebook: one.shared for one in plan.runs if one.shared and one.notebook in decision.execute}
        others = tuple(name for name, result in shared.items() if result in taken)
        taken |= set(shared.values())
        execute = tuple(name for name in decision.execute if name not in others)
        found.append(replace(decision, execute=execute, reuse=(*decision.reuse, *others)))
    return found


def given_made(plan: Plan, name: str) -> Made:
    """What a section was made from that something else has executed: its notebook, as far as anybody knows."""
    content = next(section.given for section in plan.runs if section.notebook == name)
    return Made({f"notebooks/{name}.ipynb": sha256(content or b"")}, {})


def _candidates(
    section: SectionPlan, plan: Plan, workspace: Workspace, published: Mapping[str, Any] | None
) -> Iterator[tuple[str, Made]]:
    """(where, what it was made from) of each result there is of a section, those nearest at hand first."""
    stores = [SectionStore(workspace.sections(plan.request.subject.id))]
    if (kept := stores[0].accepted(section.notebook)) is not None:
        yield _KEPT, kept
    for entry in published["sections"] if published else ():
        if entry["notebook"] == section.notebook and "made_with" in entry:
            yield PUBLISHED, Made.read(entry)
    if section.shared and (made := workspace.shared(section.shared).accepted(section.notebook)) is not None:
        yield "shared", made


def _reasons(section: SectionPlan, changed: list[str]) -> list[str]:
    """What is told of changes: that a section is not shared any more has its reason in files of the subject."""
    if _SUBJECT not in changed:
        return changed
    others = [name for name in changed if not name.startswith("parameters#")]
    return sorted({*others, *section.own}) or changed


def _report_reasons(plan: Plan, published: Mapping[str, Any]) -> set[str]:
    """Why a report is rendered anew whose sections stand."""
    then = {entry["path"]: entry["sha256"] for entry in published["inputs"]}
    found = {name for name, sha256 in plan.inputs.items() if then.get(name) != sha256}
    if published["versions"].get("code") != keys.rendering_code():
        found.add("src/siyu")
    if published["languages"] != list(plan.request.languages):
        found.add("languages")
    return found

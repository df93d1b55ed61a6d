"""The decision: what of a plan is still good, and what has to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from siyu.runs.ask.plan import Plan
from siyu.runs.files.record import PUBLISHED, mismatches, opened
from siyu.runs.files.workspace import SectionStore, Workspace


@dataclass(frozen=True)
class Decision:
    """unchanged: the published report stands.   execute, reuse: sections to run, sections taken over.

    adopt: sections among `reuse` that come out of the published report.
    """

    unchanged: bool
    execute: tuple[str, ...] = ()
    reuse: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.unchanged:
            return "unchanged"
        taken = f"; take over {', '.join(self.reuse)}" if self.reuse else ""
        return (f"execute {', '.join(self.execute)}" if self.execute else "render anew") + taken


def decided(plan: Plan, workspace: Workspace, *, force: bool) -> Decision:
    """Compare a plan with what is published and with what an earlier run has left."""
    names = tuple(section.notebook for section in plan.runs if section.given is None)
    given = tuple(section.notebook for section in plan.runs if section.given is not None)
    if force:
        return Decision(unchanged=False, execute=names, reuse=given)
    subject = plan.request.subject.id
    published = opened(workspace.out / subject)
    whole = published is not None and published["status"] == PUBLISHED and not mismatches(workspace.out / subject)
    if published is not None and whole and published.get("key") == plan.key:
        return Decision(unchanged=True)
    made = _keys(published) if published is not None and whole else {}
    store = SectionStore(workspace.sections(subject))
    adopt = tuple(section.notebook for section in plan.runs if made.get(section.notebook) == section.key)
    kept = tuple(one.notebook for one in plan.runs if store.accepted(one.notebook, one.key) is not None)
    reuse = tuple(name for name in names if name in adopt or name in kept)
    return Decision(
        unchanged=False,
        execute=tuple(name for name in names if name not in reuse),
        reuse=given + reuse,
        adopt=tuple(name for name in adopt if name not in kept),
    )


def _keys(record: dict[str, Any]) -> dict[str, str]:
    return {section["notebook"]: section["key"] for section in record["sections"] if section.get("key")}

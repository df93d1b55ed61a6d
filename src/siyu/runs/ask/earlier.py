"""The plan of the report before, as its next report reviews it: handed to the section as text, so that a report that is
made again from the same reads the same."""

import hashlib
from dataclasses import replace
from pathlib import Path

from siyu.record import Plan
from siyu.runs.ask.plan import Request
from siyu.runs.files.made import paired
from siyu.runs.files.record import opened
from siyu.runs.files.report_files import PLAN


def with_earlier(request: Request, out: Path) -> Request:
    """The request with the newest sealed plan in its published folder that speaks of an earlier date, if there is one:
    that of the report before, or the one that that report reviewed."""
    folder = out / request.subject.id
    record = opened(folder)
    sealed = paired(record["files"]).get(PLAN) if record else None
    if sealed is None or not (folder / PLAN).is_file():
        return request
    content = (folder / PLAN).read_bytes()
    if hashlib.sha256(content).hexdigest() != sealed:
        return request  # not as it was sealed: no plan to be held to
    plan: Plan | None = Plan.model_validate_json(content)
    while plan is not None and plan.as_of >= request.as_of:
        plan = plan.before
    if plan is None:
        return request
    return replace(request, earlier=plan.model_copy(update={"before": None}).model_dump_json(by_alias=True))

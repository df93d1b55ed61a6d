"""A planning put together from what a workbook has opened."""

from __future__ import annotations

from datetime import date

from siyu.economy import Economy, decision
from siyu.figure import Figure
from siyu.growth.brand import Growth
from siyu.own_data import Holdings
from siyu.playbook.form import Form
from siyu.playbook.known import Known
from siyu.playbook.plan import Planning
from siyu.playbook.tasks import bundled_tasks
from siyu.reach.audience import Audience
from siyu.record import Plan
from siyu.subjects import Subject
from siyu.value.worth import Assumed, Worth


def planning(
    subject: Subject, as_of: date, own: Holdings, assumed: Assumed, form: Form, reach: Audience, growth: Growth,
    economy: Economy | None, earlier: str,
) -> Planning:  # fmt: skip
    """What to do next about what is known of a client. economy: None where its currency or date has none; earlier: the
    plan of the report before, as JSON, "" without."""
    frames, ads = own.largest("members", "follows", "sessions", "assignments"), own.reported("ad_days")
    worth = Worth(frames, own.k, subject.currency, assumed, ads)
    before = Plan.model_validate_json(earlier) if earlier else None
    held = Known(own, worth, form, bool(own.refs("orders")) and frames.dated, reach, growth)
    return Planning(held, bundled_tasks(), as_of, subject.id, unknowns(economy) if economy else {}, before)


def unknowns(economy: Economy) -> dict[str, Figure]:
    """Inputs of the economics -> what knowing them for a year of the client is worth, see `decision.ranking`."""
    ranked = decision.ranking(economy, decision.order_decision(economy), decision.audience_decision(economy))
    return {one.group: one.year for one in ranked if one.year is not None}

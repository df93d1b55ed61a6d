"""Where a deal of a category can close: a rule table, first match wins.

The rules order the source's own examples: snacks close on the platform; lessons after a trial; wedding photos
live before the deal and on referral after it; property, cars and home fitting close offline. The source gives
no threshold: `big_ticket` and the horizon are parameters.
"""

from dataclasses import dataclass
from typing import Literal

Closing = Literal["lead_visit", "referral", "trial", "platform"]


@dataclass(frozen=True)
class Category:
    """order_value: CNY. visit_needed: a visit or a trial comes first. gap: median months between orders."""

    order_value: float
    visit_needed: bool
    gap: float


def closing_route(category: Category, horizon: float, big_ticket: float) -> Closing:
    """lead_visit: reach people on the platform, close offline. referral: one deal a life, then introductions.
    trial: trial first, then a WeChat deal. platform: closes on a page.

    horizon: months. big_ticket: order value (CNY) from which a needed visit decides the route."""
    if category.visit_needed and category.order_value >= big_ticket:
        return "lead_visit"
    if category.gap > horizon:
        return "referral"
    return "trial" if category.visit_needed else "platform"

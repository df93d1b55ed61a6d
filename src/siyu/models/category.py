"""Where a deal of a category can close: a rule table, first match wins.

The rules order the source's own examples: snacks close on the platform; lessons after a trial; wedding photos
live before the deal and on referral after it; property, cars and home fitting close offline. The source gives
no threshold: `big_ticket` and the horizon are parameters.
"""

from typing import Literal

Closing = Literal["lead_visit", "referral", "trial", "platform"]


def closing_route(order_value: float, gap: float, horizon: float, big_ticket: float, *, visit_needed: bool) -> Closing:
    """lead_visit: reach people on the platform, close offline. referral: one deal a life, then introductions.
    trial: trial first, then a WeChat deal. platform: closes on a page.

    gap: median months between orders. horizon: months. big_ticket: order value (CNY) from which a needed visit (or
    trial) decides the route."""
    if visit_needed and order_value >= big_ticket:
        return "lead_visit"
    if gap > horizon:
        return "referral"
    return "trial" if visit_needed else "platform"

"""What messages take from an audience and what they bring, week by week, as SymPy expressions.

People left: N[t+1] = N[t] exp(-(h0 + h1 p)) + joins, with p messages a week. A week brings c0 + c1 p - c2 p^2 of each.
Per member of the first week, over `WEEKS` weeks, a later week discounted as money is. Only what `formulas` prints.
"""

from dataclasses import dataclass
from functools import cache

from sympy import Expr, Integer, Max, Rational, Symbol, exp, log

from siyu.errors import nearest
from siyu.formulas.contribution import CHEAPEST, YEAR_DAYS, YEAR_MONTHS
from siyu.formulas.symbols import UNIT_OF
from siyu.formulas.symbols import symbol as known

WEEKS = 52
MONTH_WEEKS = Rational(YEAR_DAYS, YEAR_MONTHS * 7)
# inputs beside those of the economics, which draw their own
OWN = {
    "base_exit", "pool_joins", "seen_orders", "message_fatigue", "quiet_orders", "confirm_share", "not_friend_share",
    "limit_share", "minutes_direct", "minutes_message", "audience_of_message", "week_pushes",
    "own_h0", "own_h1", "own_c0", "own_c1", "own_c2",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A place that messages reach people in. seen, opt_out, gift, staff: inputs of a message seen, of people lost by
    it, of content and presents, of people an operator looks after. usual: messages a month that are usual.

    hand: written to each by name; task: goes out only when staff confirm it; listed: to a list with gone friends and
    a quota; licensed: of an account that costs."""

    seen: str
    opt_out: str
    gift: str = "push_cost_wechat"
    staff: str = "contacts_per_operator_wecom"
    usual: str = "pushes_wecom"
    hand: bool = False
    task: bool = False
    listed: bool = False
    licensed: bool = False


_DOUYIN = "push_cost_douyin", "fans_per_operator", "pushes_douyin"
_PERSONAL = "push_cost_wechat", "contacts_per_operator_personal", "pushes_personal"
# by channel of data/tables.yml
SCENES: dict[str, Scene] = {
    "fan_group": Scene("seen_douyin", "opt_out_douyin", *_DOUYIN),
    "private_message": Scene("seen_message_douyin", "opt_out_message_douyin", *_DOUYIN),
    "group": Scene("seen_wecom", "opt_out_wecom", task=True, licensed=True),
    "mass": Scene("seen_wecom", "opt_out_wecom", task=True, listed=True, licensed=True),
    "moments": Scene("seen_moments", "opt_out_personal", *_PERSONAL),
    "direct": Scene("seen_direct", "opt_out_direct", *_PERSONAL, hand=True),
    "official": Scene("seen_service", "opt_out_official"),
    "subscription": Scene("seen_subscription", "opt_out_official"),
}
NAMES = {*OWN, *(name for one in SCENES.values() for name in (one.seen, one.opt_out))}


def s(name: str) -> Symbol:
    """The symbol of an input. Raises ValueError with the nearest name."""
    if name in UNIT_OF:
        return known(name)
    if name not in NAMES:
        raise ValueError(f"no input {name!r}. {nearest(name, NAMES | UNIT_OF.keys())}")
    return Symbol(name, real=True)


PUSHES = s("week_pushes")


@cache
def order_kept() -> Expr:
    """Contribution of an order that a message brings, before fees and taxes. CNY."""
    return s("order_value") * (1 - s("refund_rate")) * s("gross_margin") - s("fulfilment")


@cache
def base_hazard() -> Expr:
    """h0: leaving in a week without a message."""
    return -log(1 - s("base_exit")) / MONTH_WEEKS


@cache
def push_hazard(scene: str) -> Expr:
    """h1: leaving by a message."""
    return -log(1 - s(SCENES[scene].opt_out))


@cache
def stays(scene: str, pushes: Expr = PUSHES) -> Expr:
    """Share of the people of a week that are there in the next."""
    return exp(-(base_hazard() + push_hazard(scene) * pushes))


@cache
def brings(scene: str, pushes: Expr = PUSHES) -> Expr:
    """What a week brings of a member: c0 + c1 p - c2 p^2. CNY."""
    seen = s(SCENES[scene].seen) * s("seen_orders") * order_kept()
    quiet = s("quiet_orders") / MONTH_WEEKS * order_kept()
    return quiet + (seen - s(SCENES[scene].gift)) * pushes - seen * s("message_fatigue") * pushes**2


@cache
def weekly_discount() -> Expr:
    """What a yuan a week later is worth today."""
    return exp(-Max(s("capital_cost"), CHEAPEST) * 7 / YEAR_DAYS)


def _sum(share: Expr) -> Expr:
    return (1 - share**WEEKS) / (1 - share)


def members_left(left: Expr) -> Expr:
    """Members after `WEEKS` weeks per member of the first, joins in. left: share of a week that stays."""
    return left**WEEKS + s("pool_joins") / MONTH_WEEKS * _sum(left)


def value_of(left: Expr, brought: Expr) -> Expr:
    """What a pool brings in `WEEKS` weeks, discounted, per member of the first. brought: by member and week."""
    money = weekly_discount()
    steady = s("pool_joins") / MONTH_WEEKS / (1 - left)
    return brought * (steady * _sum(money) + (1 - steady) * _sum(money * left))


@cache
def held(scene: str, pushes: Expr = PUSHES) -> Expr:
    """Members after `WEEKS` weeks per member of the first, joins in."""
    return members_left(stays(scene, pushes))


@cache
def pool_value(scene: str, pushes: Expr = PUSHES) -> Expr:
    """What the people of a scene bring, per member of the first week. CNY."""
    return value_of(stays(scene, pushes), brings(scene, pushes))


@cache
def own_stays(pushes: Expr = PUSHES) -> Expr:
    """The same as `stays`, of hazards measured on the client's own groups."""
    return exp(-(s("own_h0") + s("own_h1") * pushes))


@cache
def own_brings(pushes: Expr = PUSHES) -> Expr:
    """The same as `brings`, of own sales by member and week; less what the messages cost. CNY."""
    sold = s("own_c0") + s("own_c1") * pushes - s("own_c2") * pushes**2
    return sold * order_kept() / s("order_value") - s("push_cost_wechat") * pushes


@cache
def next_message(scene: str, pushes: Expr = PUSHES) -> Expr:
    """What one message a week more adds to it. CNY."""
    return pool_value(scene, pushes + 1) - pool_value(scene, pushes)


@cache
def usual(scene: str) -> Expr:
    """Messages a week that are usual in a scene."""
    return s(SCENES[scene].usual) / MONTH_WEEKS


@cache
def member_value(scene: str) -> Expr:
    """What one member brings in `WEEKS` weeks at the usual frequency, discounted; nothing where that is a loss. CNY."""
    value = brings(scene, usual(scene)) * _sum(weekly_discount() * stays(scene, usual(scene)))
    return Max(value, Integer(0), evaluate=False)  # nothing is known of its sign, and to look takes a second


@cache
def delivered(scene: str) -> Expr:
    """Share of a message's targets that it reaches."""
    about = SCENES[scene]
    listed = 1 - s("not_friend_share") - s("limit_share") if about.listed else Integer(1)
    return listed * s("confirm_share") if about.task else listed


@cache
def price_terms(scene: str) -> dict[str, Expr]:
    """What a delivered message costs: labour, gifts, licence, and the people it loses. CNY."""
    about = SCENES[scene]
    minutes = s("minutes_direct") if about.hand else s("minutes_message") / s("audience_of_message")
    terms = {"labour": minutes / s("minutes_per_month") * s("wage") / delivered(scene), "gifts": s(about.gift)}
    if about.licensed:
        monthly = s("licence") / YEAR_MONTHS / s(about.staff)
        terms["licence"] = monthly / s(about.usual) / delivered(scene)
    return {**terms, "people": s(about.opt_out) * member_value(scene)}


@cache
def price(scene: str) -> Expr:
    """All of it, per delivered message. CNY."""
    total: Expr = sum(price_terms(scene).values(), Integer(0))
    return total


@cache
def price_seen(scene: str) -> Expr:
    """The same per message that is seen."""
    return price(scene) / s(SCENES[scene].seen)

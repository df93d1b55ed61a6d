"""What the economics come to in words: messages that turn with the figures they name."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from siyu.economy import Economy, labels
from siyu.economy.decision import TIE, Decision, Unknown, of_year
from siyu.economy.measures import contacts_needed, order_gain, thousand
from siyu.economy.names import route_name
from siyu.economy.own import OwnInputs
from siyu.economy.route_choice import Swings, weak_share
from siyu.economy.tables import closing, extremes
from siyu.figure import Absent, Figure
from siyu.formulas.breakeven import fee_star, median_gap, tolerable_loss
from siyu.formulas.contribution import contribution
from siyu.formulas.symbols import BASE
from siyu.language import Text
from siyu.messages import msg
from siyu.record import Opening, wording
from siyu.routes import route_of
from siyu.verdict import SURE, Verdict


def _why(decision: Decision) -> str:
    if decision.better.value >= SURE:
        return "sure"
    return "slight" if decision.decided else "open"


def _side(decision: Decision) -> str:
    return "stay" if decision.leader == BASE else "move"


def _told(decision: Decision) -> str:
    return "decided" if decision.decided else "open"


@dataclass(frozen=True)
class Switch:
    """One order that is there anyway, on Douyin or by the WeChat route in question.

    fee: what Douyin takes. friction: orders lost in moving. weak: share of the uncertainty from weak rows."""

    decision: Decision
    unknown: Text
    route: Text
    figures: Mapping[str, Figure]

    @property
    def verdict(self) -> Verdict:
        """Where an order keeps more, how sure that is, and at which fee it turns."""
        message = labels.SWITCH[_side(self.decision)][_why(self.decision)]
        return Verdict({"id": message, "args": {"unknown": self.unknown, "route": self.route}}, self.figures)


def switch(economy: Economy, decision: Decision, first: Unknown, fee: Figure) -> Switch:
    """The verdict on one order. first: the unknown to be measured first. fee: of Douyin."""
    route = economy.rival
    values = {"better": decision.better, "fee_star": economy.stated("fee_star", fee_star(route, "order"))}
    values |= {"bearable_loss": economy.stated("bearable_loss", tolerable_loss(route, "order")), "fee": fee}
    values |= {"friction": economy.row(route_of(route).friction, "move_friction"), "worth": decision.worth}
    values |= {"error": decision.error, "weak": weak_share(economy, order_gain(route))}
    return Switch(decision, economy.group_names[first.group], route_name(route), values)


def gains(economy: Economy) -> Text:
    """What a positive gain of moving an order means."""
    return {"id": msg("the {route} keeps more of an order"), "args": {"route": route_name(economy.rival)}}


def published(switch: Switch) -> dict[str, Figure]:
    """What the page shows until a slider is moved: how often moving is better, switch fee, bearable loss."""
    moving = next(route for route in switch.decision.shares if route != BASE)
    figures = {"fee": switch.figures["fee_star"], "loss": switch.figures["bearable_loss"]}
    return {"better": switch.decision.shares[moving], **figures}


@dataclass(frozen=True)
class People:
    """A thousand people still to be won: the route that brings most on average, and the next. verdict: of both."""

    decision: Decision
    names: Mapping[str, Text]
    verdict: Verdict

    @property
    def wins(self) -> Verdict:
        """How often the two bring most."""
        message = msg("The {first} is {share} likely to bring most, the {second} {second_share}")
        shares = {"share": self.decision.better, "second_share": self.decision.shares[self.decision.rival]}
        return Verdict({"id": message, "args": self.names}, {**shares, "error": self.decision.error})


def people(economy: Economy, decision: Decision) -> People:
    """What a thousand people bring by the routes with an audience of the brand's own."""
    two = {"best": decision.leader, "next_best": decision.rival}
    values = {name: economy.stated("thousand_contribution", thousand(route)) for name, route in two.items()}
    names = {"first": route_name(decision.leader), "second": route_name(decision.rival)}
    figures = {"better": decision.better, **values, "everything": decision.worth, "error": decision.error}
    return People(decision, names, Verdict({"id": labels.PEOPLE[_told(decision)], "args": names}, figures))


def measurement(economy: Economy, ranked: list[Unknown], order: Decision, audience: Decision) -> Verdict:
    """Which unknown to measure first, and what that is worth to both choices; in a year where there is a volume."""
    first = ranked[0]
    told = "none" if first.both.value <= TIE else "draws" if first.year is None else "volume"
    everything = of_year(economy, order.worth, audience.worth)
    values: dict[str, Figure | Absent] = {"worth": first.both, "of_orders": first.order, "of_people": first.thousand}
    values |= {"everything_order": order.worth, "everything": audience.worth}
    if first.year is not None and everything is not None:
        values |= {"year": first.year, "everything_year": everything}
    return Verdict({"id": labels.MEASURE[told], "args": {"measure": economy.group_names[first.group]}}, values)


def own_figures(own: OwnInputs) -> Verdict:
    """Which inputs the client's own record gives."""
    sources = tuple(sorted({*(one.row.ref for one in own.measured.values()), *own.fee_refs}))
    count, updated = len(own.measured) + len(own.charged), sum(one.updated for one in own.measured.values())
    if not count:
        return Verdict(labels.OWN["replaced"], {"count": Absent(("paid_orders",))})
    numbers = {"count": count, "updated": updated}
    values = {name: Figure(n, n, n, "count", sources=sources) for name, n in numbers.items()}
    return Verdict(labels.OWN["updated" if updated else "replaced"], values)


def start(economy: Economy) -> Verdict:
    """Whether one operator can look after the contacts that carry one."""
    route = next(route for route in economy.routes if route_of(route).scene == "personal")
    needed = economy.stated("contacts_needed", contacts_needed(route))
    capacity = economy.row("contacts_per_operator_personal", "contacts_capacity")
    pays = "better" if needed.value > capacity.value else "middle"
    return Verdict({"id": labels.STARTING[pays]}, {"needed": needed, "capacity": capacity})


def order_kept(economy: Economy) -> Verdict:
    """The route that keeps most of an order before any is lost in moving."""
    kept = {route: economy.stated("order_contribution", contribution(route)) for route in economy.routes}
    most = max(kept, key=lambda route: kept[route].value)
    message = msg("Before orders are lost in moving, the {route} keeps most of an order: {kept}")
    return Verdict({"id": message, "args": {"route": route_name(most)}}, {"kept": kept[most]})


def best_category(economy: Economy, marks: pd.DataFrame) -> Verdict:
    """The goods and the fee at which moving an order gains most. marks: of `tables.category_heat`."""
    top = max(marks.to_dict("records"), key=lambda mark: float(mark["value"]))
    message = msg("Moving an order gains most for {category} at a fee of {fee}: {gain} of its price")
    names = {"category": economy.category_names[top["label"]], "fee": top["series"]}
    return Verdict({"id": message, "args": names}, {"gain": extremes(marks, "moving_gain_share")[1]})


def category_fit(economy: Economy) -> Verdict:
    """Where a deal of the category closes."""
    values = {"gap": economy.stated("median_gap", median_gap())}
    return Verdict({"id": labels.CLOSING[closing(economy)], "args": {"category": economy.name}}, values)


def widest_swing(economy: Economy, swings: Swings) -> Verdict:
    """The input that moves the gain of moving people most on its own."""
    message = msg("On its own, '{input}' moves the gain of the {route} most: from {swing.low} to {swing.high}")
    names = {"input": economy.input_names[swings.name], "route": route_name(economy.rival)}
    return Verdict({"id": message, "args": names}, {"swing": swings.widest})


def largest_share(economy: Economy, explained: Mapping[str, Figure]) -> Verdict:
    """The group of inputs behind most of what is uncertain. explained: of `route_choice.shares`."""
    (group, share), *_ = explained.items()
    message = msg("'{group}' stands behind {share} of what is uncertain in the gain")
    return Verdict({"id": message, "args": {"group": economy.group_names[group]}}, {"share": share})


def answer(economy: Economy, switch: Switch, people: People, first: Unknown) -> Verdict:
    """What to do with the orders there are and with people still to be won, what turns it, what to measure first."""
    order, audience = switch.decision, people.decision
    side = _side(order) + "_elsewhere" * economy.elsewhere if order.decided else "open"
    message = labels.ANSWERS[side][_told(audience)]
    names = {**people.names, "unknown": switch.unknown, "route": switch.route}
    figures: dict[str, Figure | Absent] = {"better": order.better, "share": audience.better, "worth": first.both}
    figures |= {name: switch.figures[name] for name in ("fee_star", "bearable_loss", "fee", "friction")}
    figures |= {name: people.verdict.figures[name] for name in ("best", "next_best")}
    texts = labels.CARDS | {"better": labels.CARDS["better"][_side(order)]}
    cards = {name: {"id": text, "args": names} for name, text in texts.items()}
    turns = tuple(wording({"id": turn, "args": names}) for turn in labels.TURNS[_side(order)])
    opening = Opening(reasons=("switch", "per_thousand"), turns=turns)
    return Verdict({"id": message, "args": names}, figures, cards, opening)

"""What the economics come to in words: messages that turn with the figures they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from siyu.economy import Economy
from siyu.economy.measures import contacts_needed, order_gain, thousand
from siyu.economy.names import route_name
from siyu.economy.route_choice import TIE, Swings, Worth, shares, weak_share, wins
from siyu.economy.tables import closing, extremes
from siyu.figure import Figure
from siyu.formulas import ROUTES, contribution, fee_star, friction_star, referral_model
from siyu.language import Text
from siyu.marked import msg
from siyu.verdict import Verdict

ROUTE = "wechat_personal"  # the WeChat route that an order is moved to in these messages
START = {
    "needed": msg("Contacts that carry one operator"),
    "capacity": msg("Contacts one operator can look after"),
}
UNDECIDED = 0.5  # share of the uncertainty from weak rows above which nothing is decided
_SWITCH = {
    # (undecided, whether any loss is bearable at today's fee)
    (False, True): msg(
        "The personal deal keeps more above a fee of {fee_star}; at today's {fee}, if it loses fewer than "
        "{friction_star.value} of orders"
    ),
    (False, False): msg(
        "The personal deal keeps more above a fee of {fee_star}; at today's {fee} it keeps less even if no order "
        "is lost"
    ),
    (True, True): msg(
        "Not decidable until '{unknown}' is measured: a personal deal keeps more above a fee of {fee_star}; at today's "
        "{fee}, if it loses fewer than {friction_star.value} of orders"
    ),
    (True, False): msg(
        "Not decidable until '{unknown}' is measured: a personal deal keeps more above a fee of {fee_star}; at today's "
        "{fee} it keeps less even if no order is lost"
    ),
}
_ADVICE = {
    # (undecided, whether the fee is below the switch)
    (True, True): msg(
        "Until '{unknown}' is measured, keep the orders you have on Douyin: a personal deal keeps more only above a "
        "fee of {fee_star}, today's is {fee}"
    ),
    (True, False): msg(
        "Until '{unknown}' is measured, try personal deals: they keep more above a fee of {fee_star}, today's is {fee}"
    ),
    (False, True): msg(
        "Keep the orders you have on Douyin: a personal deal keeps more only above a fee of {fee_star}, "
        "today's is {fee}"
    ),
    (False, False): msg(
        "Move the orders you have to personal deals: they keep more above a fee of {fee_star}, today's is {fee}"
    ),
}
_CLOSING = {
    "platform": msg(
        "In {category}, buyers come back after {gap} months and need no visit: deals close on the platform"
    ),
    "trial": msg("In {category}, a trial comes first and buyers come back after {gap} months: deals close on WeChat"),
    "referral": msg("In {category}, buyers come back after {gap} months only: growth comes from referral"),
    "lead_visit": msg(
        "In {category}, a visit decides and buyers come back after {gap} months: the platform gives leads"
    ),
}


@dataclass(frozen=True)
class Switch:
    """One order that is there anyway: the fee above which a personal deal keeps more, against today's.

    friction_star: orders that may be lost at today's fee. friction: that are. weak: share of the uncertainty from
    weak rows. unknown: the group of inputs behind most of it."""

    fee_star: Figure
    friction_star: Figure
    fee: Figure
    friction: Figure
    weak: Figure
    unknown: Text

    @property
    def verdict(self) -> Verdict:
        """At which fee the order keeps more, and whether that can be decided."""
        names = ("fee_star", "friction_star", "fee", "friction", "weak")
        message = _SWITCH[self.weak.value > UNDECIDED, self.friction_star.value > 0]
        return Verdict(self._said(message), {name: getattr(self, name) for name in names})

    @property
    def advice(self) -> Text:
        """What to do with the orders there are."""
        return self._said(_ADVICE[self.weak.value > UNDECIDED, self.fee_star.value > self.fee.value])

    def _said(self, message: str) -> Text:
        return {"id": message, "args": {"unknown": self.unknown}}


def switch(economy: Economy, fee: Figure) -> Switch:
    """The switch to a personal deal. fee: of Douyin today."""
    gain = order_gain(ROUTE)
    return Switch(
        economy.stated("fee_star", fee_star(ROUTE, "order")),
        economy.stated("friction_star", friction_star(ROUTE, "order")),
        fee,
        economy.row("move_friction_personal", "move_friction"),
        weak_share(economy, gain),
        economy.group_names[next(iter(shares(economy, gain)))],
    )


@dataclass(frozen=True)
class People:
    """A thousand people still to be won: the two routes that bring most in most draws.

    shares: route -> share of draws, most first. verdict: of what the two bring."""

    shares: Mapping[str, Figure]
    names: Mapping[str, Text]
    verdict: Verdict

    @property
    def wins(self) -> Verdict:
        """How often the two bring most."""
        first, second, *_ = self.shares.values()
        message = msg("The {first} brings most in {share} of the draws, the {second} in {second_share}")
        return Verdict({"id": message, "args": self.names}, {"share": first, "second_share": second})


def people(economy: Economy) -> People:
    """What a thousand people bring by the routes with an audience of the brand's own."""
    won = wins(economy)
    first, second, *_ = won
    best, next_best = (economy.stated("thousand_contribution", thousand(route)) for route in (first, second))
    message = (
        msg(
            "A thousand people acquired bring {best} through the {first} and {next_best} through the {second}: "
            "the ranges overlap"
        )
        if next_best.high > best.low
        else msg(
            "A thousand people acquired bring {best} through the {first} and {next_best} through the {second}: "
            "the ranges do not overlap"
        )
    )
    names = {"first": route_name(first), "second": route_name(second)}
    return People(won, names, Verdict({"id": message, "args": names}, {"best": best, "next_best": next_best}))


def measurement(economy: Economy, worth: Worth) -> Verdict:
    """Which unknown to measure first, and what that is worth."""
    first, second, third, *_ = worth.groups.values()
    message = (
        msg("Measure '{measure}' first: knowing it is worth {worth} per thousand people")
        if first.value > TIE
        else msg(
            "No single unknown would change the choice of route; the nearest is '{measure}', worth {worth} per "
            "thousand people"
        )
    )
    values = {"worth": first, "second": second, "third": third, "everything": worth.everything}
    return Verdict({"id": message, "args": {"measure": economy.group_names[worth.first]}}, values)


def start(economy: Economy) -> Verdict:
    """Whether one operator can look after the contacts that carry one."""
    needed = economy.stated("contacts_needed", contacts_needed(ROUTE))
    capacity = economy.row("contacts_per_operator_personal", "contacts_capacity")
    message = (
        msg("{needed} contacts carry one operator, who can look after {capacity}: starting pays only at the better end")
        if needed.value > capacity.value
        else msg(
            "{needed} contacts carry one operator, who can look after {capacity}: starting pays in the middle case"
        )
    )
    return Verdict({"id": message}, {"needed": needed, "capacity": capacity})


def order_kept(economy: Economy) -> Verdict:
    """The route that keeps most of an order before any is lost in moving."""
    kept = {route: economy.stated("order_contribution", contribution(route)) for route in ROUTES}
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
    values = {"gap": economy.stated("median_gap", referral_model().gap)}
    return Verdict({"id": _CLOSING[closing(economy)], "args": {"category": economy.name}}, values)


def widest_swing(economy: Economy, swings: Swings) -> Verdict:
    """The input that moves the gain of a personal deal most on its own."""
    message = msg("On its own, '{input}' moves the gain of a personal deal most: from {swing.low} to {swing.high}")
    return Verdict({"id": message, "args": {"input": economy.input_names[swings.name]}}, {"swing": swings.widest})


def largest_share(economy: Economy, explained: Mapping[str, Figure]) -> Verdict:
    """The group of inputs behind most of what is uncertain. explained: of `route_choice.shares`."""
    (group, share), *_ = explained.items()
    message = msg("'{group}' stands behind {share} of what is uncertain in the gain")
    return Verdict({"id": message, "args": {"group": economy.group_names[group]}}, {"share": share})


def answer(economy: Economy, switch: Switch, won: People, worth: Worth) -> Verdict:
    """What to do with the orders there are and with people still to be won, and what to measure first."""
    share = msg("Share of draws in which the {first} brings most from the same people; the {second} comes next")
    measure = msg("Per thousand people: the worth of measuring '{measure}' first")
    return Verdict(
        switch.advice,
        {
            "fee_star": switch.fee_star,
            "share": next(iter(won.shares.values())),
            "worth": worth.groups[worth.first],
            "fee": switch.fee,
            **won.verdict.figures,
        },
        {
            "fee_star": msg(
                "Fee above which a personal deal keeps more of an order; today's is {fee}, so read the range against it"
            ),
            "share": {"id": share, "args": won.names},
            "worth": {"id": measure, "args": {"measure": economy.group_names[worth.first]}},
        },
    )

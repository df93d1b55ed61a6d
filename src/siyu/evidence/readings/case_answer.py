"""What a published case comes to, by what it states: a fan share, a group that was watched, or sales of single days."""

from collections.abc import Collection, Mapping

import pandas as pd

from siyu.definitions import registry
from siyu.evidence.ledger import Ledger
from siyu.evidence.readings import reliability
from siyu.figure import Absent, Figure
from siyu.messages import msg
from siyu.record import Opening
from siyu.verdict import Verdict

Told = Mapping[str, Figure | Absent]
FANS = ("fan_gmv", "members", "others", "fee_bill", "share", "repeat")
GROUP = ("loss", "start", "end", "chance", "half")
DAYS = ("first", "second", "third")


def answer(ledger: Ledger, suspects: Collection[str], told: Told) -> Verdict:
    """The answer of a case. told: figures by the names of FANS, GROUP and DAYS; suspects: see `reliability.size`."""
    if isinstance(told["loss"], Figure):
        return _group(told)
    if isinstance(told["third"], Figure):
        return _days(told)
    return _fans(ledger, suspects, told)


def day_sales(claims: pd.DataFrame) -> pd.DataFrame:
    """Sales of single days, a row per metric in the order of the ledger: label, printed, metric, day, sources.

    claims: those of the case, with a label. Empty where fewer than three metrics are told."""
    days = claims[(claims["tag"] == "figure") & (claims["unit"] == "CNY") & (claims["statistic"] == "total")]
    days = days.drop_duplicates("metric")
    names = {key: {"en": metric.en, "zh": metric.zh} for key, metric in registry().metrics.items()}
    told = days.assign(metric=days["metric"].map(names), printed=days["as_printed"], day=days["period"])
    return told if len(told) >= len(DAYS) else told.iloc[:0]


def day_figures(days: pd.DataFrame) -> dict[str, Figure | Absent]:
    """The first three of `day_sales` by the names of DAYS."""
    rows = days.to_dict("records")
    if not rows:
        return dict.fromkeys(DAYS, Absent(("transaction_amount",)))
    figures = [Figure(row["value"], row["value"], row["value"], "CNY", sources=tuple(row["sources"])) for row in rows]
    return dict(zip(DAYS, figures, strict=False))


def _fans(ledger: Ledger, suspects: Collection[str], told: Told) -> Verdict:
    return Verdict(
        reliability.size(ledger, suspects, told["fan_gmv"]),
        {name: told[name] for name in FANS},
        {
            "fan_gmv": msg("Of the best month from fans: a maximum, not to be read as usual"),
            "members": msg(
                "Buy again in groups that do nothing, against {others} outside: a rate of {repeat.high} proves no "
                "effect"
            ),
            "fee_bill": msg("Platform fee of a usual month; WeChat saves it if few enough orders are lost on the way"),
        },
        Opening(
            reasons=("fan_gmv", "selection", "repurchase_readings"),
            turns=(
                msg("A test with invitations at random: only that would show whether groups make people buy again"),
                msg("Base and period behind {repeat.high}: it may be a month or a year, of buyers or of orders"),
            ),
            asks=("invited_uplift", "case_base"),
        ),
    )


def _group(told: Told) -> Verdict:
    return Verdict(
        msg(
            "One group of {start} lost {loss} of its members in a month, seen by one observer: no rate for other groups"
        ),
        {name: told[name] for name in GROUP},
        {
            "loss": msg("Of its members a month, net of those who joined meanwhile"),
            "chance": msg("What chance alone allows for in a group of this size, if each decides alone"),
            "half": msg("Months until half of the group is left, should the pace hold"),
        },
        Opening(
            reasons=("group_loss", "group_chance", "group_half"),
            turns=(
                msg("Joins in between: {loss} is net of them, so more people left than the figure says"),
                msg("More groups, longer: chance alone gives {chance} for one group of {start}"),
                msg("A second observer: the counts are one person's, of a group that person chose"),
            ),
            asks=("group_life", "exit_reasons", "second_observer"),
        ),
    )


def _days(told: Told) -> Verdict:
    figures = {name: told[name] for name in DAYS}
    return Verdict(
        msg("{first}, {second} and {third} are three metrics of three days: they must not be ranked"),
        figures,
        {
            "first": msg("An amount traded on one promotion day; placed or paid is not told"),
            "second": msg("Payments of the whole platform on another"),
            "third": msg("Sales of live rooms only on a third"),
        },
        Opening(
            reasons=("day_sales", "unsaid", "01_evidence.case_verdicts"),
            turns=(
                msg("One metric for all three days, from whoever published them: then they may be held side by side"),
                msg("Refunds: none of the three says whether they are taken off"),
            ),
            asks=("case_base", "platform_days"),
        ),
    )

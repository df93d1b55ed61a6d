"""Metrics of messages and exits, beside those of orders; what is not there is the reason why not."""

from collections.abc import Callable

from siyu.figure import Figure
from siyu.orders.metrics import Metric, Missing
from siyu.reach.audience import RECORD, Audience
from siyu.reach.delivery import PARTS, shares
from siyu.reach.labels import LACKING
from siyu.reach.layers import clicks, layering

Found = Figure | str


def weekly_exits(reach: Audience) -> Figure | None:
    """Members who leave in a week, over all days and groups whose exits are recorded; None without any."""
    sums, groups = reach.risk[["left", "risk"]].sum(), reach.risk["group"].nunique()
    if not sums["risk"]:
        return None
    share = float(sums["left"] / sums["risk"] * 7)
    return Figure.exact(share, "weekly_exit_share", reach.refs("group_days", "members", "events"), groups)


def _exits(reach: Audience) -> Found:
    return weekly_exits(reach) or str(LACKING["exits"])


def _by_draw(reach: Audience) -> Found:
    trial = reach.trial
    if trial.code != "tested":
        return str(LACKING[trial.code])
    found = trial.exits.estimate(1).figure("exit_per_message", trial.groups, reach.refs(*RECORD))
    return found or str(LACKING["exits"])


def _best(reach: Audience) -> Found:
    if reach.own is None:
        return str(LACKING["not_drawn" if reach.trial.code == "tested" else reach.trial.code])
    return reach.own.figure("best_frequency", reach.own.optimum)


def _delivered(key: str) -> Callable[[Audience], Found]:
    return lambda reach: (
        shares(reach.delivery, reach.refs("sends", "broadcasts"), reach.k)[key] or str(LACKING["sends"])
    )


def _layered(reach: Audience) -> Found:
    found = layering(clicks(reach.sends, reach.frames))
    figure = None if found is None else found.gain.figure("layering_gain", found.n, reach.refs("sends", "orders"))
    return figure or str(LACKING["clicks"])


METRICS: dict[str, Callable[[Audience], Found]] = {
    "weekly_exit_share": _exits,
    "exit_per_message": _by_draw,
    "best_frequency": _best,
    "layering_gain": _layered,
    **{key: _delivered(key) for key in PARTS},
}


def reach_metrics(reach: Audience, currency: str = "CNY") -> tuple[list[Metric], list[Missing]]:
    """Each metric of an audience, or why it cannot be had; what comes from a draw of groups says so."""
    scope = f"all; {reach.span}"
    found, missing = [], []
    for key, function in METRICS.items():
        mixed = currency != "CNY" and key == "best_frequency"  # own sales less assumed costs
        one = str(LACKING["currency"]) if mixed else function(reach)
        if isinstance(one, Figure):
            found.append(Metric(key, one, scope, "randomised" if key == "exit_per_message" else ""))
        else:
            missing.append(Missing(key, one, scope))
    return found, missing

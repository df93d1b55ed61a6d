"""Metrics of how an audience grows, beside those of orders; what is not there is the reason why not."""

from collections.abc import Callable

from siyu.figure import Absent, Figure
from siyu.growth import exhibits, turning
from siyu.growth.brand import Growth
from siyu.growth.labels import LACKING
from siyu.orders.metrics import Metric, Missing

Found = Figure | str


def _alive(growth: Growth) -> Figure | Absent | None:
    lines, _ = turning.group_life(growth)
    return lines["all"][-1][1] if "all" in lines else None


_SAYS: dict[str, Callable[[Growth], Figure | Absent | None]] = {
    "fans_brought_back": lambda growth: turning.gain(growth)[0].get("back"),
    "fission_k": lambda growth: exhibits.loop(growth)[0].get("k"),
    "active_share": lambda growth: exhibits.users(growth)[1].figures.get("fans"),
    "group_alive": _alive,
    "post_trend": lambda growth: turning.feed(growth)[1].figures.get("trend"),
}


def _metric(key: str) -> Callable[[Growth], Found]:
    def told(growth: Growth) -> Found:
        found = _SAYS[key](growth)
        return found if isinstance(found, Figure) else str(LACKING[key])

    return told


METRICS: dict[str, Callable[[Growth], Found]] = {key: _metric(key) for key in _SAYS}


def growth_metrics(growth: Growth) -> tuple[list[Metric], list[Missing]]:
    """Each metric of how a brand grows, or why it cannot be had."""
    told = {key: function(growth) for key, function in METRICS.items()}
    found = [Metric(key, one, "all", "") for key, one in told.items() if isinstance(one, Figure)]
    return found, [Missing(key, one, "all") for key, one in told.items() if isinstance(one, str)]

"""Metrics of how an audience grows, beside those of orders; what is not there is the reason why not."""

from collections.abc import Callable, Mapping

from siyu.figure import Absent, Figure
from siyu.growth import exhibits, stages, turning
from siyu.growth.brand import Growth
from siyu.growth.funnel import STEPS
from siyu.growth.labels import LACKING
from siyu.growth.ladder import RANKS
from siyu.orders.metrics import Metric, Missing

Figures = Mapping[str, Figure | Absent]


def _oldest(growth: Growth) -> Figures:
    """Groups that still talk at the last age that is known."""
    lines, _ = turning.group_life(growth)
    return {"alive": lines["all"][-1][1]} if "all" in lines else {}


def _read(lacking: str, part: Callable[[Growth], Figures], code: str) -> Callable[[Growth], Figure | str]:
    """A figure of a part by its code; what lacks without it."""

    def read(growth: Growth) -> Figure | str:
        found = part(growth).get(code)
        return found if isinstance(found, Figure) else str(LACKING[lacking])

    return read


METRICS: dict[str, Callable[[Growth], Figure | str]] = {
    "fans_brought_back": _read("wheel", lambda growth: turning.gain(growth)[0], "back"),
    "fan_half_life": _read("wheel", lambda growth: turning.elasticities(growth)[1].figures, "half"),
    **{key: _read("wheel", lambda growth: turning.wheel(growth)[1], code) for key, code in
       (("fan_won", "won"), ("fan_bought", "bought"), ("fan_active", "active"), ("fan_churn", "churn"),
        ("views_brought", "k"))},
    **{f"upgrade_chance.{level}": _read("people", lambda growth: exhibits.cabins(growth)[1], level)
       for level in RANKS[:-1]},
    **{f"step_rate.{step}": _read("people", lambda growth: stages.steps(growth)[1], step) for step in STEPS[1:]},
    "fission_k": _read("people", lambda growth: stages.loop(growth)[0], "k"),
    "amplification": _read("people", lambda growth: stages.loop(growth)[0], "amplified"),
    **{f"room_{step}": _read("rooms", lambda growth: stages.rooms(growth)[0], step)
       for step in ("seen", "deposit", "activate", "convert", "again", "kept")},
    **{f"tightest_chance.{step}": _read("steps", lambda growth: stages.bottleneck(growth)[0], step)
       for step in (*STEPS[1:], "fission")},
    "active_share": _read("people", lambda growth: exhibits.users(growth)[1].figures, "fans"),
    "group_alive": _read("groups", _oldest, "alive"),
    "post_trend": _read("posts", lambda growth: turning.feed(growth)[1].figures, "trend"),
}  # fmt: skip


def growth_metrics(growth: Growth) -> tuple[list[Metric], list[Missing]]:
    """Each metric of a client's growth, or why it cannot be had; the wheel says what may be said of it."""
    found, missing = [], []
    for key, function in METRICS.items():
        one = function(growth)
        if isinstance(one, Figure):
            found.append(Metric(key, one, "all", growth.flywheel.verdict if key == "fans_brought_back" else ""))
        else:
            missing.append(Missing(key, one, "all"))
    return found, missing

"""The ways an order is closed: what each is called, what it works with, and what becomes of its money.

The one list of routes stands in `routes.yml`, their names and the steps of an order in `labels.yml`.
"""

from dataclasses import dataclass

from siyu.errors import nearest
from siyu.messages import tables

_LABELS = tables(__file__)
STEPS: dict[str, str] = _LABELS["STEPS"]
PEOPLE_STEPS: dict[str, str] = _LABELS["PEOPLE_STEPS"]


@dataclass(frozen=True)
class Route:
    """One way to close an order.

    name, word, rule: message ids of its name alone, inside a sentence, and beside a rule or an assumption.
    minutes: symbol of the handling time. scene: where people are reached (`douyin`, `personal`, `wecom`)
    or "" when the audience is the creator's. steps: keys of STEPS, in the order of its waterfall.
    friction: symbol of the orders lost on the way, "" on Douyin. served: whether staff arrange what cannot be
    closed on a page (a visit, a trial). price: symbol of what a person costs. delay: symbol of the days until the
    money is there, "" at once. traffic_form: how its orders came, for fee rules; "" where they do not ask.
    """

    key: str
    platform: str
    name: str
    word: str
    rule: str
    minutes: str
    scene: str
    steps: tuple[str, ...]
    friction: str = ""
    served: bool = False
    price: str = "acquisition_cost"
    delay: str = "settlement_delay_wechat"
    traffic_form: str = ""

    @property
    def insured(self) -> bool:
        """Whether the platform has returns insured."""
        return "insurance" in self.steps

    @property
    def wechat(self) -> bool:
        """Whether people have to be invited over from Douyin first."""
        return self.platform == "wechat"


def _routes() -> dict[str, Route]:
    listed = tables(__file__, "routes.yml")
    names, steps = _LABELS["ROUTES"], {key: tuple(entry.pop("steps")) for key, entry in listed.items()}
    return {key: Route(key=key, steps=steps[key], **names[key], **entry) for key, entry in listed.items()}


ROUTES = _routes()
NAMES = {key: route.name for key, route in ROUTES.items()}
# Routes that build an audience of the brand's own; a creator's audience stays the creator's.
PRIVATE_ROUTES = tuple(key for key, route in ROUTES.items() if route.scene)
WECHAT_ROUTES = tuple(key for key, route in ROUTES.items() if route.wechat)


def route_of(key: str) -> Route:
    """The route `key`. Raises ValueError with the nearest name."""
    if key not in ROUTES:
        raise ValueError(f"no route {key!r}. {nearest(key, ROUTES)}")
    return ROUTES[key]

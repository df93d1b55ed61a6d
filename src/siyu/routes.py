"""The ways an order is closed: what each is called, what it works with, and what becomes of its money.

The one list of routes. A new one is an entry here, its fee rules in `data/fees.csv`, its rows in
`data/assumptions.csv`.
"""

from dataclasses import dataclass

from siyu.errors import nearest
from siyu.messages import msg

# Steps of one order, as message ids, in the order in which they are read; a route has some of them.
STEPS = {
    "paid": msg("Paid by the buyer"),
    "refunds": msg("Refunds"),
    "subsidy": msg("Subsidies of platform and creators"),
    "platform_fee": msg("Platform fee"),
    "payment_fee": msg("Payment fee"),
    "creator": msg("Creator commission"),
    "agency": msg("Agency commission"),
    "mall": msg("Mall software"),
    "guide": msg("Guide commission"),
    "goods": msg("Goods"),
    "vat": msg("VAT"),
    "consumption_tax": msg("Consumption tax"),
    "shipping": msg("Shipping"),
    "insurance": msg("Freight insurance"),
    "waiting": msg("Waiting for the settlement"),
    "handling": msg("Order handling"),
    "broadcast": msg("Broadcast staff"),
    "touch": msg("Staying in touch"),
}
# Steps of what a thousand people acquired bring.
PEOPLE_STEPS = {
    "orders": msg("Orders on this route"),
    "touch": msg("Staying in touch"),
    "invite": msg("Invitations"),
    "both": msg("Contacts who still buy on Douyin"),
    "stayed": msg("Those who stay on Douyin"),
    "acquisition": msg("Acquisition"),
}
_BEFORE, _SETTLED = (
    ("paid", "refunds", "platform_fee", "payment_fee"),
    ("paid", "refunds", "subsidy", "platform_fee", "payment_fee"),
)
_GOODS = ("goods", "vat", "consumption_tax", "shipping")
_INSURED = (*_GOODS, "insurance", "waiting", "handling")
_AFTER = (*_GOODS, "waiting", "handling")


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


ROUTES: dict[str, Route] = {
    route.key: route
    for route in (
        Route(
            "douyin_shop", "douyin",
            msg("Douyin shop"), msg("Douyin shop"), msg("Douyin shop, own broadcast"),
            "minutes_douyin", "douyin", (*_SETTLED, *_INSURED, "broadcast", "touch"),
            delay="settlement_delay", traffic_form="live",
        ),
        Route(
            "douyin_card", "douyin",
            msg("Product card"), msg("product card"), msg("Douyin shop, product card"),
            "minutes_douyin", "douyin", (*_SETTLED, *_INSURED, "touch"),
            delay="settlement_delay", traffic_form="card",
        ),
        Route(
            "douyin_creator", "douyin",
            msg("Douyin creator"), msg("Douyin creator"), msg("Douyin, through creators"),
            "minutes_douyin", "", (*_SETTLED, "creator", "agency", *_INSURED), price="creator_slot_fee",
            delay="settlement_delay", traffic_form="live",
        ),
        Route(
            "wechat_personal", "wechat",
            msg("Personal deal"), msg("personal deal"), msg("WeChat, personal deal"),
            "minutes_personal", "personal", (*_BEFORE, *_GOODS, "handling", "broadcast", "touch"),
            "move_friction_personal", served=True, delay="",
        ),
        Route(  # the chat of a personal deal, paid by the code of a merchant
            "wechat_merchant", "wechat",
            msg("Chat with merchant code"), msg("chat with merchant code"), msg("WeChat, chat with merchant code"),
            "minutes_personal", "personal", (*_BEFORE, *_AFTER, "broadcast", "touch"),
            "move_friction_store", served=True,
        ),
        Route(
            "wechat_miniprogram", "wechat",
            msg("Mini-program"), msg("mini-program"), msg("WeChat mini-program"),
            "minutes_store", "wecom", (*_BEFORE, "mall", *_AFTER, "broadcast", "touch"), "move_friction_store",
        ),
        Route(
            "wechat_shop", "wechat",
            msg("WeChat shop"), msg("WeChat shop"), msg("WeChat shop"),
            "minutes_store", "wecom", (*_BEFORE, *_INSURED, "broadcast", "touch"), "move_friction_store",
        ),
        Route(  # placed in the brand's own mini-program
            "wechat_guided", "wechat",
            msg("Guided order"), msg("guided order"), msg("WeChat, guided order"),
            "minutes_guided", "wecom", (*_BEFORE, "guide", "mall", *_AFTER, "broadcast", "touch"),
            "move_friction_store", served=True,
        ),
    )
}  # fmt: skip
NAMES = {key: route.name for key, route in ROUTES.items()}
# Routes that build an audience of the brand's own; a creator's audience stays the creator's.
PRIVATE_ROUTES = tuple(key for key, route in ROUTES.items() if route.scene)
WECHAT_ROUTES = tuple(key for key, route in ROUTES.items() if route.wechat)


def route_of(key: str) -> Route:
    """The route `key`. Raises ValueError with the nearest name."""
    if key not in ROUTES:
        raise ValueError(f"no route {key!r}. {nearest(key, ROUTES)}")
    return ROUTES[key]

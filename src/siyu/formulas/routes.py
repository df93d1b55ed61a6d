"""The ways an order is closed, and which symbols each one uses."""

from __future__ import annotations

from dataclasses import dataclass

from siyu.errors import nearest


@dataclass(frozen=True)
class Route:
    """One way to close an order.

    minutes: symbol of the handling time. scene: where people are reached (`douyin`, `personal`, `wecom`)
    or "" when the audience is the creator's. friction: symbol of the orders lost on the way, "" on Douyin.
    served: whether staff arrange what cannot be closed on a page (a visit, a trial). insured: whether the
    platform has returns insured. delay: symbol of the days until the money is there, "" at once.
    """

    key: str
    platform: str
    minutes: str
    scene: str
    friction: str = ""
    served: bool = False
    insured: bool = False
    delay: str = "settlement_delay_wechat"

    @property
    def wechat(self) -> bool:
        """Whether people have to be invited over from Douyin first."""
        return self.platform == "wechat"


ROUTES: dict[str, Route] = {
    route.key: route
    for route in (
        Route("douyin_shop", "douyin", "minutes_douyin", "douyin", insured=True, delay="settlement_delay"),
        Route("douyin_card", "douyin", "minutes_douyin", "douyin", insured=True, delay="settlement_delay"),
        Route("douyin_creator", "douyin", "minutes_douyin", "", insured=True, delay="settlement_delay"),
        Route("wechat_personal", "wechat", "minutes_personal", "personal", "move_friction_personal", True, delay=""),
        Route("wechat_merchant", "wechat", "minutes_personal", "personal", "move_friction_store", True),
        Route("wechat_miniprogram", "wechat", "minutes_store", "wecom", "move_friction_store"),
        Route("wechat_shop", "wechat", "minutes_store", "wecom", "move_friction_store", insured=True),
        Route("wechat_guided", "wechat", "minutes_guided", "wecom", "move_friction_store", True),
    )
}
# Routes that build an audience of the brand's own; a creator's audience stays the creator's.
PRIVATE_ROUTES = tuple(key for key, route in ROUTES.items() if route.scene)
WECHAT_ROUTES = tuple(key for key, route in ROUTES.items() if route.wechat)


def route_of(key: str) -> Route:
    """The route `key`. Raises ValueError with the nearest name."""
    if key not in ROUTES:
        raise ValueError(f"no route {key!r}. {nearest(key, ROUTES)}")
    return ROUTES[key]

"""The symbols of the economics: a name, a unit and a meaning each.

A symbol's name is an assumption id (without the category after the dot) or, for `fee_<route>` and
`payment_<route>`, a fee rule looked up for that route.
"""

from dataclasses import dataclass

from sympy import Symbol

from siyu.errors import nearest
from siyu.routes import ROUTES


@dataclass(frozen=True)
class Meaning:
    """unit: a key of data/definitions.yml. text: what one unit of the symbol says."""

    unit: str
    text: str


BASE = "douyin_shop"  # the route that others are held against


def _by_route(prefix: str, unit: str, text: str, without: str = "") -> dict[str, Meaning]:
    return {f"{prefix}_{key}": Meaning(unit, f"{text}: {one.name}") for key, one in ROUTES.items() if key != without}


MEANINGS: dict[str, Meaning] = {
    # The order: what a buyer pays and what the goods cost.
    "order_value": Meaning("CNY", "paid per order, before refunds"),
    "gross_margin": Meaning("ratio", "1 - cost of goods / paid, for goods kept"),
    "refund_rate": Meaning("ratio", "share of paid orders refunded in the Douyin shop"),
    "refund_factor_wechat": Meaning("multiple", "WeChat refund rate over the Douyin refund rate"),
    "subsidy_share": Meaning("ratio", "subsidies of platform and creators per paid yuan, settled to the Douyin shop"),
    "fulfilment": Meaning("CNY", "packing and shipping per order, one way"),
    "refunded_unshipped": Meaning("ratio", "share of refunds before the parcel leaves"),
    "freight_insurance": Meaning("CNY", "premium per insured order"),
    "insured_share": Meaning("ratio", "orders whose return freight an insurance pays, where the platform offers it"),
    # Taxes and the price of money.
    "general_taxpayer": Meaning("ratio", "1 for a general taxpayer, 0 for a small-scale one"),
    "vat_general": Meaning("ratio", "VAT of a general taxpayer, on the price before tax"),
    "vat_small": Meaning("ratio", "VAT of a small-scale taxpayer, on the price before tax"),
    "vat_credit": Meaning("ratio", "cost of goods that carries input tax, general taxpayer"),
    "producer": Meaning("ratio", "1 for the producer of goods under consumption tax, else 0"),
    "consumption_tax": Meaning("ratio", "consumption tax of a producer per yuan paid and kept"),
    "capital_cost": Meaning(
        "ratio_per_year", "price of money: discount of later months, and of waiting for a settlement"
    ),
    "settlement_delay": Meaning("days", "days until Douyin pays out"),
    "settlement_delay_wechat": Meaning("days", "days until WeChat pays a merchant out"),
    # What platforms, payment, creators and guides take, as shares of what is paid and kept.
    **_by_route("fee", "ratio", "platform fee"),
    **_by_route("payment", "ratio", "payment fee beside the platform fee"),
    "creator_commission": Meaning("ratio", "creator's share of what is paid and kept"),
    "agency_commission": Meaning("ratio", "agency's share beside the creator's"),
    "guide_commission": Meaning("ratio", "guide's share of what is paid and kept"),
    "tool_share_miniprogram": Meaning("ratio", "mall software as a share of what is paid and kept"),
    "live_labour_share": Meaning("ratio", "host, studio and stream staff as a share of what is paid"),
    # People who work.
    "wage": Meaning("CNY_per_month", "one operator, all employer cost"),
    "minutes_per_month": Meaning("minutes", "working time of one operator"),
    "minutes_douyin": Meaning("minutes", "handling of one Douyin order"),
    "minutes_personal": Meaning("minutes", "handling of one personal deal: chat, collect, record, ship"),
    "minutes_store": Meaning("minutes", "handling of one order in a mini-program or WeChat shop"),
    "minutes_guided": Meaning("minutes", "handling of one guided order"),
    "fans_per_operator": Meaning("users", "fan-group members one operator looks after on Douyin"),
    "contacts_per_operator_personal": Meaning(
        "users", "contacts one operator keeps on personal accounts, order handling apart"
    ),
    "contacts_per_operator_wecom": Meaning("users", "contacts one operator keeps on WeCom, order handling apart"),
    "licence": Meaning("CNY_per_account_year", "WeCom interconnect licence"),
    # Reach: what is sent, seen, and what it costs in people who leave.
    "pushes_douyin": Meaning("messages_per_month", "group and subscription messages a fan is sent"),
    "pushes_personal": Meaning("messages_per_month", "Moments posts and messages a contact is sent"),
    "pushes_wecom": Meaning("messages_per_month", "WeCom mass messages a contact is sent"),
    "seen_douyin": Meaning("ratio", "chance that a fan sees one message"),
    "seen_personal": Meaning("ratio", "chance that a contact sees one post or message"),
    "seen_wecom": Meaning("ratio", "chance that a contact opens one mass message"),
    "opt_out_douyin": Meaning("ratio_per_push", "fans who leave the group or unsubscribe per message"),
    "opt_out_personal": Meaning("ratio_per_push", "contacts who delete or mute per post or message"),
    "opt_out_wecom": Meaning("ratio_per_push", "contacts who delete or block per mass message"),
    "push_cost_douyin": Meaning("CNY_per_push", "content and red packets per message and fan"),
    "push_cost_wechat": Meaning("CNY_per_push", "content and gifts per message and contact"),
    "silent_churn": Meaning("ratio_per_month", "people who stop responding without leaving"),
    "block_risk_personal": Meaning("ratio_per_month", "contacts lost to bans of personal accounts"),
    "block_risk_wecom": Meaning("ratio_per_month", "contacts lost to bans or limits of WeCom accounts"),
    # People who buy.
    "people": Meaning("users", "people acquired, the base of the audience view"),
    "months": Meaning("months", "horizon"),
    "acquisition_cost": Meaning("CNY_per_customer", "ad spend per person acquired on Douyin"),
    "creator_slot_fee": Meaning("CNY_per_customer", "fixed fees to creators per comparable person"),
    "interest": Meaning("ratio", "share of acquired people who ask, join the group or fill a cart"),
    "closable": Meaning("ratio", "share of deals that close without a visit or a person to talk to"),
    **_by_route("conversion", "ratio", "people in the route who place a first order"),
    "repurchase": Meaning("orders_per_month", "repeat orders of a Douyin buyer over the first year, reached or not"),
    "comeback": Meaning("ratio", "orders of a buyer out of reach over those of one reached"),
    **_by_route("repurchase_factor", "multiple", "repurchase of the same buyer over that in the Douyin shop", BASE),
    # Moving people and orders from Douyin to WeChat.
    "friend_acceptance": Meaning("ratio", "invited people who become a contact"),
    "stay_share": Meaning("ratio", "people who decline the invitation and go on buying on Douyin"),
    "contact_residual": Meaning("ratio", "what contacts still buy on Douyin, of what they would have bought there"),
    "invite_cost": Meaning("CNY", "gift or coupon per new contact"),
    "move_friction_personal": Meaning("ratio", "orders lost when a Douyin order becomes a personal deal"),
    "move_friction_store": Meaning("ratio", "orders lost when a Douyin order moves to a WeChat store"),
    # Break-evens of single decisions.
    "cpm": Meaning("CNY_per_1000_impressions", "price of bought reach"),
    "ctr": Meaning("ratio", "clicks per impression"),
    "live_conversion": Meaning("ratio", "people who pay per click into the live room"),
    "ltv": Meaning("CNY_per_customer", "contribution of one customer over the horizon"),
    "ad_spend": Meaning("CNY_per_month", "media budget before private tools"),
    "ad_fall": Meaning("ratio", "share of the media budget no longer needed"),
    "sales": Meaning("CNY_per_month", "paid sales before private tools"),
    "sales_change": Meaning("ratio", "change of paid sales after private tools"),
    "contribution_share": Meaning("ratio", "contribution per paid yuan before ads and tools"),
    "tool_fee": Meaning("CNY_per_month", "tools of the private domain"),
    "team_cost": Meaning("CNY_per_month", "team that has to be there before the first contact"),
    "setup_cost": Meaning("CNY", "one-off cost of starting"),
    "uplift": Meaning("CNY_per_contact_month", "contribution a contact adds, before the team"),
    "contacts": Meaning("users", "contacts in touch"),
    "sms_cost": Meaning("CNY_per_push", "one message to a known customer"),
    "benefit_cost": Meaning("CNY", "benefit per follower imported"),
    "follow_share": Meaning("ratio", "messaged customers who follow"),
    "import_value": Meaning("CNY_per_customer", "contribution an imported follower adds"),
    "leak_seen": Meaning("users", "people who see the sign or hear the invitation"),
    "leak_added": Meaning("ratio", "people who see it and add the contact"),
    "hop_loss": Meaning("ratio", "people lost at a blocked link or a password that no longer resolves"),
    "contact_value": Meaning("CNY_per_customer", "contribution of one contact over the horizon"),
    "sanction_risk": Meaning("ratio", "chance that the platform sanctions the account over the campaign"),
    "value_at_risk": Meaning("CNY", "contribution lost when the account is sanctioned"),
    "new_orders": Meaning("orders_per_month", "orders in the new shop"),
    "new_contribution": Meaning("CNY", "contribution per order in the new shop"),
    "mover_orders": Meaning("orders_per_month", "orders the movers would have placed in the old shop"),
    "displaced": Meaning("ratio", "share of those orders that the old shop lost"),
    "old_contribution": Meaning("CNY", "contribution per order in the old shop"),
    "referral_invites": Meaning("count", "people a buyer tells"),
    "referral_join": Meaning("ratio", "people told who buy"),
}


def symbol(name: str) -> Symbol:
    """The symbol `name`. Raises ValueError with the nearest name when it has no meaning here."""
    if name not in MEANINGS:
        raise ValueError(f"no symbol {name!r}. {nearest(name, MEANINGS)}")
    return Symbol(name, real=True)

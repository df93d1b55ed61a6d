"""What the codes of this domain are called, as message ids. Frames and figures hold codes; charts attach these last."""

from siyu.language import Text
from siyu.messages import msg

SEGMENTS = {
    "buyers": msg("Buyers with a key"), "repeat": msg("Bought on a second day"), "fans": msg("Follow at the date"),
    "members": msg("In a group at the date"), "both": msg("Follow and are in a group"),
}  # fmt: skip
STEPS = {
    "records": msg("Records in the order exports"), "ignored": msg("Totals, headers, repeats"),
    "quarantined": msg("Set aside as faulty"), "superseded": msg("Replaced by a newer export"),
    "lines": msg("Order lines"), "unpaid": msg("Never paid, or after the date"),
    "nothing_paid": msg("Presents and lines of nothing"), "returned": msg("Refunded in full"),
    "nobody": msg("Without a buyer key"), "analysed": msg("Lines behind buyer figures"),
}  # fmt: skip
FORMS = {
    "live": msg("Live rooms"), "video": msg("Short videos"), "image": msg("Pictures and text"),
    "card": msg("Shop and product cards"), "other": msg("Other forms"), "unassigned": msg("Not told"),
}  # fmt: skip
CURVES = {"corrected": msg("Corrected by Kaplan-Meier"), "plain": msg("All buyers, however long followed")}
TELLERS = {"orders": msg("From orders"), "dashboard": msg("As reported")}
COMPLETENESS = {
    "verified": msg("total agrees"), "last_record_complete": msg("no total to check"),
    "not_verified": msg("not verified"),
}  # fmt: skip
PLATFORMS: dict[str, Text] = {
    "douyin": {"en": "Douyin", "zh": "抖音"}, "wechat": {"en": "WeChat", "zh": "微信"},
    "taobao": {"en": "Taobao and Tmall", "zh": "淘宝／天猫"},
}  # fmt: skip
SOUGHT = {"repeat": msg("Repeat orders people came for"), "first": msg("First orders people came for")}
DOMAINS = {
    "first_public": msg("First orders from unpaid public reach"),
    "first_bought": msg("First orders from bought reach"),
    "net_by_way": msg("Net sales of the private domain, by the way in"),
    "net_by_fan": msg("The same with every follower counted as private"),
}  # fmt: skip
CHARGED = {"charged": msg("Charged"), "rule": msg("Rule on file")}
REFUNDS = {"returned": msg("Came back")}
CONTRASTS = {
    "ever": msg("Ever bought again, as usually compared"),
    "alike": msg("Bought again within a quarter, compared alike"), "others": msg("Others"), "members": msg("Members"),
}  # fmt: skip
UPLIFT = {"difference": msg("After the joining purchase"), "placebo": msg("Before it (placebo)")}
PACE = {
    "pace": msg("Next gap, within purchase numbers"),
    "pace_by_quarter": msg("Next gap, within quarters too"),
    "dip": msg("Last gap before joining"),
}
SELECTION = {
    "selection": msg("Needed if joining did nothing"), "before": msg("Seen before joining"),
    "hazard": msg("Rate of the next purchase, members over others"),
}  # fmt: skip
# columns of tables
FILES = {
    "file": msg("File"), "records": msg("Records"), "accepted": msg("Accepted"), "quarantined": msg("Set aside"),
    "ignored": msg("No records"), "accepted_yuan": msg("Accepted amount"), "completeness": msg("Complete?"),
}  # fmt: skip
PROBLEMS = {"file": msg("File"), "line": msg("Line"), "column": msg("Column"), "reason": msg("Reason")}
COHORTS = {
    "month": msg("First purchase"), "buyers": msg("Buyers"), "within_30": msg("Within a month"),
    "within_90": msg("Within a quarter"), "within_180": msg("Within half a year"),
    "early": msg("Record begins too late?"),
}  # fmt: skip

# why a metric cannot be had
NO_ORDERS = msg("No order could be read: put an order export into the subject's folder of exports")
NO_KEYS = msg(
    "No order names its buyer: ask the platform for a buyer key (doudian_open_id), "
    "or add a table of buyer keys with the main order number"
)
NO_MEMBERS = msg("No table of group members with join times: WeCom keeps no exits, so start recording joins and exits")
NO_FOLLOWS = msg("No table of follows with their times")
NO_DRAW = msg("No invitations by lot have come back: siyu assign draws them")
NO_SESSIONS = msg("No table of live sessions, or no order paid during one")
NO_PAYMENT = msg("The order exports lack a column: nothing tells when an order was paid")
NO_REFUNDS = msg("The order exports lack a column: nothing tells what was refunded")
TOO_FEW = msg("Too few buyers, or the window has not passed for any yet")

"""What the codes of this domain are called, as message ids."""

from siyu.language import Text
from siyu.messages import msg

CURVE = {"value": msg("Net sales of a buyer")}
COHORTS = {
    "month": msg("First purchase"), "buyers": msg("Buyers"), "value_30": msg("In a month"),
    "value_90": msg("In a quarter"), "value_180": msg("In half a year"), "value_365": msg("In a year"),
}  # fmt: skip
ENTRIES = {
    "way_creator": msg("First order by a creator"), "way_bought": msg("First order by bought reach"),
    "way_private": msg("First order by private reach"), "way_public": msg("First order by unpaid public reach"),
    "fan_yes": msg("Followed before the first order"), "fan_no": msg("Did not follow before it"),
    "member_yes": msg("In a group by that evening"), "member_no": msg("In no group by that evening"),
}  # fmt: skip
TOPS = {
    "top_1_share": msg("Top percent of buyers"), "top_10_share": msg("Top tenth of buyers"),
    "top_20_share": msg("Top fifth of buyers"),
}  # fmt: skip
LORENZ = {"brought": msg("Brought by the best buyers")}
GATE = {"check": msg("Test"), "found": msg("Found"), "limit": msg("Limit"), "passed": msg("Passed")}
CHECKS = {
    "whole_record": msg("Months missing from the record, at most"),
    "repeat_buyers": msg("Buyers who came back, at least"),
    "calibration": msg("Calibration in median gaps, at least"),
    "holdout": msg("Holdout over calibration, at least"),
    "error": msg("Error in the holdout, at most"),
    "correlation": msg("Correlation of frequency and spend, below"),
    "spend": msg("Lower end of q, above"),
    "cohorts": msg("p that cohorts buy again alike, above"),
}  # fmt: skip
MODELS: dict[str, Text] = {
    "bg_nbd": {"en": "BG/NBD", "zh": "BG/NBD"}, "mbg_nbd": {"en": "MBG/NBD", "zh": "MBG/NBD"},
    "pareto_nbd": {"en": "Pareto/NBD", "zh": "Pareto/NBD"},
}  # fmt: skip
CANDIDATES = {
    "model": msg("Model"), "score": msg("Log score a buyer in the holdout"), "error": msg("Error in the holdout"),
    "chosen": msg("Chosen?"),
}  # fmt: skip
TRACKS = {"actual": msg("Seen"), "expected": msg("Expected")}
AHEAD = {
    "spend_per_purchase": msg("Spend of a repeat purchase"),
    "new_buyer_365d": msg("Net sales of a new buyer in a year"),
}  # fmt: skip
COSTS = {
    "cac": msg("Cost of a new buyer"), "live": msg("By live rooms"), "video": msg("By short videos"),
    "card": msg("By product cards"), "image": msg("By pictures and text"), "search": msg("By search"),
    "creator": msg("By creators"), "other": msg("By other ads"), "limit": msg("What one may cost"),
}  # fmt: skip
LIMITS = {
    "all": msg("A new buyer, all ways in"), "creator": msg("A buyer by a creator"),
    "bought": msg("A buyer by bought reach"), "private": msg("A buyer by private reach"),
    "public": msg("A buyer by unpaid public reach"), "follower": msg("A follower"),
}  # fmt: skip
CONTRIBUTION = {"contribution": msg("Contribution of a buyer")}
RETURNS = {"sales_roi": msg("Net sales over the cost"), "profit_roi": msg("Contribution over the cost")}
CLICK = {"click_limit": msg("Least click-through that pays")}
CLASSES = {
    "hhh": msg("Recent, often, much"), "hlh": msg("Recent, seldom, much"), "lhh": msg("Long ago, often, much"),
    "llh": msg("Long ago, seldom, much"), "hhl": msg("Recent, often, little"), "hll": msg("Recent, seldom, little"),
    "lhl": msg("Long ago, often, little"), "lll": msg("Long ago, seldom, little"),
}  # fmt: skip
DEED = {
    "deed": msg("What to do"), "buyers": msg("Buyers"), "ahead": msg("Expected of them in a year"),
    "at_stake": msg("If all were still customers"),
}  # fmt: skip
DEEDS = {
    "leave_alone": msg("Leave alone: they come back by themselves"), "win_back": msg("Win back: much is at stake"),
    "watch": msg("Watch: little is at stake"), "let_go": msg("Let go: most are gone"),
}  # fmt: skip
OPTIONS: dict[str, Text] = {letter: {"en": f"Option {letter}", "zh": f"方案{letter}"} for letter in "ABCDEFGH"}
PRESALE = {
    "demand": msg("Demand that deposits foretell"), "batch": msg("Batch to make"),
    "left": msg("Left over, with the presale"), "blind": msg("Left over, without one"),
}  # fmt: skip
CARDS = {
    "value": msg("Net sales of a first-time buyer in the days observed"),
    "buyer": msg("Most that a new buyer may cost"), "follower": msg("Most that a follower may cost"),
    "p_alive": msg("Buyers who are still customers"),
}  # fmt: skip

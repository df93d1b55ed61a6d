"""Words for the closed lists of the data: kinds of range, grades, resolutions. Message ids, not text."""

from __future__ import annotations


def _n(message_id: str) -> str:
    """Marks a message id for the translation check."""
    return message_id


INTERVALS = {
    "none": (_n("single figure"), _n("One figure as stated; no range is known.")),
    "claim_range": (
        _n("range of claims"),
        _n("From the lowest to the highest published reading. Not a statistical error."),
    ),
    "assumption90": (
        _n("range of assumptions"),
        _n("Nine in ten draws from the stated assumptions fall inside. Not a statistical error."),
    ),
    "sampling95": (
        _n("sampling interval"),
        _n("Would cover the true figure in nineteen of twenty samples like this one."),
    ),
}
GRADES = {
    "A": _n("official or primary, and checkable"),
    "B": _n("traceable, no sign of garbling, independent copies"),
    "C": _n("claim of a company or platform, relayed by others"),
    "D": _n("opinion, hearsay or content farm"),
    "E": _n("garbled or contradicted"),
}
COUNTED = _n("listed")
# what stands in as_printed for a passage that holds no figure to quote
PASSAGES = {"(enumerated)": COUNTED, "(formula)": _n("a formula")}
QUALIFIERS = {
    "denominator": _n("denominator"),
    "window": _n("time window"),
    "refunds": _n("before or after refunds"),
    "selection": _n("who was selected"),
}
STATISTICS = {
    "level": _n("usual level"),
    "peak": _n("best period"),
    "total": _n("total"),
    "growth": _n("growth"),
    "limit": _n("upper limit"),
    "start": _n("at the start"),
    "end": _n("at the end"),
}
# statistics that a figure's name has to say; a limit is one by its name
MARKED = ("peak", "start", "end")
RESOLUTIONS = {
    "adopt": _n("adopted"),
    "range": _n("kept as a range"),
    "both": _n("both stand, not comparable"),
    "judged": _n("judged from the evidence"),
    "open": _n("open"),
    "agree": _n("they agree"),
}
CONFLICTS = {
    "rival": _n("rival"),
    "definition": _n("other definition"),
    "reading": _n("other reading"),
    "corroboration": _n("corroboration"),
}
FIELDS = {
    "statistic": _n("statistic"),
    "entity": _n("who is counted"),
    "denominator": _n("denominator"),
    "window": _n("time window"),
    "basis": _n("basis"),
    "period": _n("period"),
    "scope": _n("scope"),
    "unit": _n("unit"),
    "metric": _n("metric"),
}
CONFIDENCES = {
    "high": _n("high confidence"),
    "medium": _n("medium confidence"),
    "low": _n("low confidence"),
    "none": _n("no confidence"),
    "open": _n("undecided"),
}
FAMILIES = {"pert": _n("PERT"), "logpert": _n("PERT on a log scale"), "fixed": _n("fixed")}
STATUSES = {
    "ok": _n("complete"),
    "no_input": _n("no data yet"),
    "not_applicable": _n("does not apply"),
    "failed": _n("failed"),
    "published": _n("published"),
}
ROUTES = {
    "douyin_shop": _n("Douyin shop, own broadcast"),
    "douyin_creator": _n("Douyin, through creators"),
    "wechat_personal": _n("WeChat, personal deal"),
    "wechat_miniprogram": _n("WeChat mini-program"),
    "wechat_shop": _n("WeChat shop"),
    "wechat_guided": _n("WeChat, guided order"),
}
PLATFORMS = {"douyin": _n("Douyin"), "wechat": _n("WeChat"), "wechat_shop": _n("WeChat shop"), "wecom": _n("WeCom")}
FEES = {
    "platform": _n("platform service fee"),
    "payment": _n("payment fee"),
    "creator": _n("creator commission"),
}
CHECKS = {
    "yes": ("✓", _n("yes")),
    "no": ("×", _n("no")),
    "partly": ("◐", _n("partly")),
    "na": ("–", _n("not applicable")),
    "stated": ("✓", _n("stated")),
    "not_stated": ("×", _n("not stated")),
}
# what sections ask, for those that a report does not open
QUESTIONS = {
    "01_evidence": _n("Which published figures can we rely on?"),
    "02_case_study": _n("What do the published figures of this case support?"),
    "03_platform_economics": _n("Where does an order earn more, Douyin or which WeChat route?"),
    "04_reach": _n("How often can we message before we lose the audience?"),
    "05_growth": _n("Does the flywheel turn?"),
    "06_orders": _n("Can these exports be trusted, and who buys?"),
    "07_repurchase": _n("Do group members really buy again?"),
    "08_customer_value": _n("What is a customer worth?"),
    "09_playbook": _n("What should this client do next quarter?"),
}
SUBJECTS = {"case": _n("Case study"), "client": _n("Client report")}


def value_id(name: str) -> str:
    """Message id for the name of a finding's value, for languages that have a word for it."""
    return "value: " + name.replace("_", " ")

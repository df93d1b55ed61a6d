"""Words for the closed lists of the data: kinds of range, grades, resolutions. Message ids, not text."""

from siyu import routes
from siyu.messages import msg

INTERVALS = {
    "none": (msg("single figure"), msg("One figure as stated; no range is known.")),
    "claim_range": (
        msg("range of claims"),
        msg("From the lowest to the highest published reading. Not a statistical error."),
    ),
    "assumption90": (
        msg("range of assumptions"),
        msg("Nine in ten draws from the stated assumptions fall inside. Not a statistical error."),
    ),
    "sampling95": (
        msg("sampling interval"),
        msg("Would cover the true figure in nineteen of twenty samples like this one."),
    ),
}
GRADES = {
    "A": msg("official or primary, and checkable"),
    "B": msg("traceable, no sign of garbling, independent copies"),
    "C": msg("claim of a company or platform, relayed by others"),
    "D": msg("opinion, hearsay or content farm"),
    "E": msg("garbled or contradicted"),
}
COUNTED = msg("listed")
# what stands in as_printed for a passage that holds no figure to quote
PASSAGES = {"(enumerated)": COUNTED, "(formula)": msg("a formula")}
QUALIFIERS = {
    "denominator": msg("denominator"),
    "window": msg("time window"),
    "refunds": msg("before or after refunds"),
    "selection": msg("who was selected"),
}
STATISTICS = {
    "level": msg("usual level"),
    "peak": msg("best period"),
    "total": msg("total"),
    "growth": msg("growth"),
    "limit": msg("upper limit"),
    "start": msg("at the start"),
    "end": msg("at the end"),
}
# statistics that a figure's name has to say; a limit is one by its name
MARKED = ("peak", "start", "end")
RESOLUTIONS = {
    "adopt": msg("adopted"),
    "range": msg("kept as a range"),
    "both": msg("both stand, not comparable"),
    "judged": msg("judged from the evidence"),
    "open": msg("open"),
    "agree": msg("they agree"),
}
CONFLICTS = {
    "rival": msg("rival"),
    "definition": msg("other definition"),
    "reading": msg("other reading"),
    "corroboration": msg("corroboration"),
}
FIELDS = {
    "statistic": msg("statistic"),
    "entity": msg("who is counted"),
    "denominator": msg("denominator"),
    "window": msg("time window"),
    "basis": msg("basis"),
    "period": msg("period"),
    "scope": msg("scope"),
    "unit": msg("unit"),
    "metric": msg("metric"),
}
CONFIDENCES = {
    "high": msg("high confidence"),
    "medium": msg("medium confidence"),
    "low": msg("low confidence"),
    "none": msg("no confidence"),
    "open": msg("undecided"),
}
FAMILIES = {
    "pert": msg("PERT"),
    "logpert": msg("PERT on a log scale"),
    "fixed": msg("fixed"),
    "sampling": msg("sampling distribution"),
}
STATUSES = {
    "ok": msg("complete"),
    "no_input": msg("no data yet"),
    "not_applicable": msg("does not apply"),
    "failed": msg("failed"),
    "published": msg("published"),
}
ROUTES = {key: route.rule for key, route in routes.ROUTES.items()}
PLATFORMS = {"douyin": msg("Douyin"), "wechat": msg("WeChat"), "wechat_shop": msg("WeChat shop"), "wecom": msg("WeCom")}
FEES = {
    "platform": msg("platform service fee"),
    "payment": msg("payment fee"),
    "creator": msg("creator commission"),
    "closed": msg("closed to a business"),
}
# kinds of changed inputs
CAUSES = {
    "orders": msg("new orders"), "claim": msg("a published figure"), "conflict": msg("a judgement between figures"),
    "assumption": msg("an assumption"), "fee": msg("a fee rule"), "definition": msg("a definition"),
    "parameter": msg("a parameter"), "as_of": msg("the date"), "code": msg("the workbook itself"),
    "data": msg("reference data"), "ledger": msg("published figures"),
}  # fmt: skip
CHECKS = {
    "yes": ("✓", msg("yes")),
    "no": ("×", msg("no")),
    "partly": ("◐", msg("partly")),
    "na": ("–", msg("not applicable")),
    "stated": ("✓", msg("stated")),
    "not_stated": ("×", msg("not stated")),
}
SECTIONS = {
    "01_evidence": msg("Published figures"),
    "02_case_study": msg("The case"),
    "03_platform_economics": msg("Platforms"),
    "04_reach": msg("Reach"),
    "05_growth": msg("Growth"),
    "06_orders": msg("Orders"),
    "07_repurchase": msg("Repurchase"),
    "08_customer_value": msg("Customer value"),
    "09_playbook": msg("Next quarter"),
}
SUBJECTS = {"case": msg("Case study"), "client": msg("Client report")}


def value_id(name: str) -> str:
    """Message id for the name of a finding's value, for languages that have a word for it."""
    return "value: " + name.replace("_", " ")

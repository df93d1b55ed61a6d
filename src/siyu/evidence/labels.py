"""What the codes of the ledger are called in findings, as message ids; charts attach them last."""

from siyu.messages import msg

# the best first
VERDICTS = {"carry": msg("can be cited"), "caveat": msg("with a caveat"), "unusable": msg("not usable")}
# verdict of the weakest claim behind the size of a case -> what its answer says
SIZES = {
    "carry": msg(
        "{share} of sales from fans, up to {repeat.high} buying again: the size is credible, the effect is not shown"
    ),
    "caveat": msg(
        "{share} of sales from fans, up to {repeat.high} buying again: the size stands with reservations, "
        "the effect is not shown"
    ),
    "unusable": msg(
        "{share} of sales from fans, up to {repeat.high} buying again: neither the size nor the effect can be relied on"
    ),
}
# fault -> what a reader is told; `stale` also names the number of months
FATAL = {
    "rejected": msg("another reading was adopted"), "implausible": msg("fails an arithmetic check"),
    "garbled": msg("garbled, and no reading is settled"), "opinion": msg("opinion without outside support"),
    "baseless": msg("neither base nor period stated"),
}  # fmt: skip
CAVEATS = {
    "mended": msg("garbled, but its reading is settled"), "vague": msg("base or period not stated"),
    "refunds": msg("before or after refunds not stated"), "unsettled": msg("disputed, and left open or as a range"),
    "supported": msg("opinion, supported from outside"), "hearsay": msg("handed on by a weak source"),
    "undated": msg("no usable date"), "stale": msg("older than {months} months"),
}  # fmt: skip
# columns of the map of documents: what the share counts
SHARES = {
    "garbled": msg("Garbled"), "disputed": msg("Disputed"), "rejected": msg("Rejected"),
    "unstated": msg("No base or period"), "opinion": msg("Opinion"),
}  # fmt: skip
KINDS = {
    "rival": msg("rival"), "definition": msg("other definition"), "reading": msg("other reading"),
    "corroboration": msg("corroboration"),
}  # fmt: skip
OUTCOMES = {
    "adopt": msg("adopted"), "range": msg("kept as a range"), "both": msg("both stand, not comparable"),
    "judged": msg("judged from the evidence"), "open": msg("open"), "agree": msg("they agree"),
}  # fmt: skip
FEATURES = {
    "moments": msg("Moments"), "mini": msg("Mini-programs"), "accounts": msg("Official accounts"),
    "calls": msg("Video calls"),
}  # fmt: skip
# what may be done with the figures of a verdict
USES = {
    "carry": msg("Can be cited in a client deck"), "caveat": msg("Only with the caveat beside the figure"),
    "unusable": msg("Not to be used as evidence"),
}  # fmt: skip
# columns of tables
FIGURES = {
    "label": msg("Figure"), "printed": msg("As printed"), "grade": msg("Grade"), "verdict": msg("Verdict"),
    "reasons": msg("Reasons"),
}  # fmt: skip
DISPUTES = {
    "topic": msg("Matter"), "sort": msg("Kind"), "printed": msg("As printed"), "adopted": msg("Adopted"),
    "outcome": msg("Outcome"), "reason": msg("Why"),
}  # fmt: skip
FAILURES = {
    "rule": msg("Check"), "label": msg("About"), "printed": msg("As printed"), "beside": msg("Held against"),
    "ratio": msg("Result"), "low": msg("At least"), "high": msg("At most"),
}  # fmt: skip
CHECKS = {
    "rule": msg("Check"), "claim_id": msg("Claim"), "ratio": msg("Result"), "low": msg("At least"),
    "high": msg("At most"), "plausible": msg("Plausible"),
}  # fmt: skip
STATED = {
    "label": msg("Figure"), "as_printed": msg("As printed"), "grade": msg("Grade"), "denominator": msg("Base"),
    "window": msg("Period"), "refunds": msg("Refunds"), "selection": msg("Who is counted"),
}  # fmt: skip
TRAITS = {
    "label": msg("Channel"), "owned_id": msg("Own contact"), "direct_reach": msg("Direct reach"),
    "free_at_margin": msg("Free per message"), "repeat": msg("Repeat without limit"),
    "missing": msg("What is missing"),
}  # fmt: skip

"""Do buyers who join a group buy again more often than comparable buyers who do not?

U(W, g): among buyers in no group before purchase day k, the share with a purchase in (g, g + W] days after it,
of those joined within g days minus those not joined by then. Buyers who bought within g are left out, so all
are compared from the same day on; controls stay controls if they join later. Standardised to the joiners' mix
of k (capped), quarter and entry channel. It is a difference, not an effect: whoever joins may differ in what
no table shows. That is why it never comes without the placebo and the selection that alone would produce it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from siyu.definitions import definition
from siyu.figure import Figure
from siyu.marked import msg
from siyu.orders.frames import Frames
from siyu.orders.joins import comparisons, members_and_others, risk_sets
from siyu.orders.repurchase import proportion
from siyu.orders.sampling import Estimate, Floats, divided, estimated, t_quantile
from siyu.orders.survival import log_hazard_ratio

WINDOW, GAP, HORIZON = 90, 7, 180
POWER = 0.8

Sums = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Uplift:
    """The comparison and what belongs beside it; a part that cannot be computed is None.

    difference: U(window, gap).  joined, others: the two shares it is made of, others standardised.
    members, never: the naive contrast, shares who ever bought again among ever-members and never-members.
    placebo: the same difference for the purchase *before*, which joining cannot change.
    selection: how many times as often joiners would have to buy anyway for the whole difference to arise.
    before: how many times as often they did buy before.  detectable: smallest difference found four times in
    five.  hazard: Cox ratio with time-varying membership.  joiners: purchases compared on their side.
    """

    window_days: int
    gap_days: int
    joiners: int
    difference: Figure | None
    joined: Figure | None
    others: Figure | None
    members: Figure | None
    never: Figure | None
    placebo: Figure | None
    selection: Figure | None
    before: Figure | None
    detectable: Figure | None
    hazard: Figure | None

    @property
    def flagged(self) -> bool:
        """Whether joiners differed before they joined, beyond chance."""
        return self.placebo is not None and not self.placebo.low <= 0 <= self.placebo.high

    @property
    def message(self) -> str:
        """What may be said, as a message with {difference}, {placebo}, {detectable}; short, and without a cause."""
        if self.difference is None:
            return msg("Too few buyers joined to compare them with others")
        if self.flagged:
            return msg(
                "The share who came back is {difference} higher among joiners, "
                "but was {placebo} higher before joining: no credit to the group"
            )
        if self.difference.low <= 0 <= self.difference.high:
            return msg(
                "No difference shows: the share who came back is {difference} higher among joiners; "
                "below {detectable} it would stay hidden"
            )
        if self.placebo is None:
            return msg(
                "The share who came back is {difference} higher among joiners than others alike; before, it is unknown"
            )
        return msg(
            "The share who came back is {difference} higher among joiners than others alike, "
            "{placebo} before joining: may be chance"
        )


def uplift(frames: Frames, window: int = WINDOW, gap: int = GAP, k: int = 0) -> Uplift:
    """The comparison for a client with a table of group members; denominators under `k` give None.

    Raises ValueError without that table or when window or gap is not positive."""
    if window < 1 or gap < 0:
        raise ValueError(f"window >= 1 and gap >= 0, found {window} and {gap}")
    _, sums = comparisons(frames, window, gap)
    after, earlier = sums[..., :2], sums[..., 2:]
    counts = _compared(after)
    shown = min(counts) >= max(k, 1)
    contrast = estimated(after, difference)
    joined = estimated(after, lambda sums: _shares(sums)[1]).clipped(0, 1)
    others = estimated(after, lambda sums: _shares(sums)[0]).clipped(0, 1)
    past = _compared(earlier)
    checked = min(past) >= max(k, 1)
    # the interval stretches to infinity where a share may be one: then there is no multiple to show
    multiple, before = (estimated(part, _multiple) for part in (after, earlier))
    (never_twice, never), (members_twice, members) = members_and_others(frames).sum(0).tolist()
    hazard = _hazard(frames)
    detectable = (t_quantile(0.975) + t_quantile(POWER)) * contrast.error
    found = Uplift(
        window, gap, counts[1],
        difference=contrast.figure("group_uplift", sum(counts), frames.sources),
        joined=joined.figure("joined_repeat_share", counts[1], frames.sources),
        others=others.figure("joined_repeat_share", counts[0], frames.sources),
        members=proportion(frames, "naive_repeat_share", members_twice, members, k),
        never=proportion(frames, "naive_repeat_share", never_twice, never, k),
        placebo=estimated(earlier, difference).figure("group_placebo", sum(past), frames.sources) if checked else None,
        selection=multiple.figure("selection_multiple", sum(counts), frames.sources),
        before=before.figure("placebo_multiple", sum(past), frames.sources) if checked else None,
        detectable=_point(frames, detectable, "detectable_uplift", sum(counts)),
        hazard=hazard.figure("group_hazard_ratio", sum(counts), frames.sources),
    )  # fmt: skip
    if shown:
        return found
    return replace(
        found, difference=None, joined=None, others=None, placebo=None, selection=None, before=None, detectable=None,
        hazard=None,
    )  # fmt: skip


def _compared(sums: Sums) -> tuple[int, int]:
    """Purchases of others and of joiners, in strata that have both."""
    n = sums[..., 1].sum(0)
    both = n[(n > 0).all(-1)]
    return int(both[:, 0].sum()), int(both[:, 1].sum())


def _shares(sums: npt.NDArray[np.generic]) -> tuple[Floats, Floats]:
    """Shares of others and joiners in (replicates, strata, 2, [with, all]), both over the joiners' strata."""
    top, n = np.asarray(sums[..., 0], float), np.asarray(sums[..., 1], float)
    weight = np.where((n > 0).all(-1), n[..., 1], 0.0)
    rates = np.where(n > 0, top / np.where(n > 0, n, 1.0), 0.0)
    total = weight.sum(-1)
    return divided((weight * rates[..., 0]).sum(-1), total), divided((weight * rates[..., 1]).sum(-1), total)


def difference(sums: npt.NDArray[np.generic]) -> Floats:
    """Share of joiners minus the standardised share of others, of (replicates, strata, 2, [with, all])."""
    others, joined = _shares(sums)
    return joined - others


def _multiple(sums: npt.NDArray[np.generic]) -> Floats:
    """Ratio of constant rates that give the two shares."""
    others, joined = _shares(sums)
    possible = (others > 0) & (others < 1) & (joined < 1)
    rates = [np.log1p(-np.where(possible, share, 0.5)) for share in (joined, others)]
    return np.where(possible, rates[0] / rates[1], np.nan)


def _hazard(frames: Frames) -> Estimate:
    events, risk = risk_sets(frames, HORIZON)
    both = np.stack([events, risk], -1)
    log_ratio = estimated(both, lambda s: log_hazard_ratio(s[..., 0], s[..., 1]))
    return log_ratio.exp()


def _point(frames: Frames, value: float, key: str, n: int) -> Figure | None:
    unit = definition(key).unit
    return Figure(value, value, value, unit, "none", key, frames.sources, n) if np.isfinite(value) else None

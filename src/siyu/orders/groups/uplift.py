"""Do buyers who join a group buy again more often than comparable buyers who do not?

U(W, g): among buyers in no group before purchase day k, the share with a purchase in (g, g + W] days after it,
of those joined within g days minus those not joined by then. Buyers who bought within g are left out, so all
are compared from the same day on; controls stay controls if they join later. Standardised to the joiners' mix
of k (capped), quarter and entry channel. It is a difference, not an effect: whoever joins may differ in what
no table shows. That is why it never comes without the placebo and the selection that alone would produce it.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from siyu.estimates.sampling import Estimate, Floats, estimated, normal_quantile
from siyu.estimates.survival import log_hazard_ratio
from siyu.figure import Figure
from siyu.orders import labels
from siyu.orders.frames import Frames
from siyu.orders.groups.intervals import clustered, compared, shares
from siyu.orders.groups.joins import comparisons, members_and_others, risk_sets
from siyu.orders.groups.pace import pace
from siyu.orders.repurchase import proportion

WINDOW, GAP, HORIZON = 90, 7, 180
POWER = 0.8


@dataclass(frozen=True)
class Uplift:
    """The comparison and what belongs beside it; a part that cannot be computed is None.

    difference: U(window, gap).  joined, others: the two shares it is made of, others standardised.
    members, never: the naive contrast, shares who ever bought again among ever-members and never-members.
    placebo: the same difference for the purchase *before*, which joining cannot change.
    selection: how many times as often joiners would have to buy anyway for the whole difference to arise.
    before: how many times as often they did buy before.  pace, pace_by_quarter, dip: see `siyu.orders.groups.pace`.
    detectable: smallest difference found four times in five.  hazard: Cox ratio with time-varying membership.
    """

    difference: Figure | None
    joined: Figure | None
    others: Figure | None
    members: Figure | None
    never: Figure | None
    placebo: Figure | None
    selection: Figure | None
    before: Figure | None
    pace: Figure | None
    pace_by_quarter: Figure | None
    dip: Figure | None
    detectable: Figure | None
    hazard: Figure | None

    @property
    def verdict(self) -> str:
        """A key of `labels.GROUP_VERDICTS`."""
        if self.difference is None:
            return "too_few"
        if self.difference.low <= 0 <= self.difference.high:
            return "no_difference"
        sure = beyond(self.difference, self.pace, self.pace_by_quarter, self.dip)
        return "beyond_selection_seen" if sure else "selection_possible"

    @property
    def message(self) -> str:
        """What may be said, as a message with some of the parts; short, and without a cause."""
        if self.verdict == "selection_possible" and self.selection is None:
            return str(labels.GROUP_UNKNOWN)
        if self.verdict == "beyond_selection_seen" and self.dip is None:
            return str(labels.GROUP_BEYOND)
        fewer = self.difference is not None and self.difference.high < 0
        return str(labels.GROUP_FEWER if fewer else labels.GROUP_VERDICTS[self.verdict])


Interval: TypeAlias = Figure | Estimate


def beyond(difference: Interval, pace: Interval | None, by_quarter: Interval | None, dip: Interval | None) -> bool:
    """Whether a steady habit of buying cannot have made the difference. All checks must hold, so that the chance
    to be wrong is that of one (intersection-union: Berger 1982): more come back, and sooner than by their own past,
    within quarters too, without having slowed down before. An end that is nan holds nothing."""
    sooner = all(one is not None and one.low > 0 for one in (difference, pace, by_quarter))
    return sooner and not (dip is not None and dip.high < 0)


def uplift(frames: Frames, window: int = WINDOW, gap: int = GAP, k: int = 0) -> Uplift:
    """The comparison for a client with a table of group members; denominators under `k` give None.

    Raises ValueError without that table or when window or gap is not positive."""
    if window < 1 or gap < 0:
        raise ValueError(f"window >= 1 and gap >= 0, found {window} and {gap}")
    frames = frames.beside("members")
    _, sums = comparisons(frames, window, gap)
    after, earlier = sums[..., :2], sums[..., 2:]
    counts, past = compared(after), compared(earlier)
    contrast, placebo = clustered(after), clustered(earlier)
    own = pace(frames, gap)
    # the interval stretches to infinity where a share may be one: then there is no multiple to show
    multiple, before = (estimated(part, _multiple) for part in (after, earlier))
    (never_twice, never), (members_twice, members) = np.moveaxis(members_and_others(frames), 0, -1)
    detectable = (normal_quantile(0.975) + normal_quantile(POWER)) * contrast.difference.error

    def shown(estimate: Estimate, key: str, n: tuple[int, int], of: int | None = None) -> Figure | None:
        count = sum(n) if of is None else n[of]
        return estimate.figure(key, count, frames.sources, k, min(n)) if min(n) >= max(k, 1) else None

    return Uplift(
        difference=shown(contrast.difference, "group_uplift", counts),
        joined=shown(contrast.joined, "joined_repeat_share", counts, 1),
        others=shown(contrast.others, "joined_repeat_share", counts, 0),
        members=proportion(frames, "naive_repeat_share", members_twice, members, k),
        never=proportion(frames, "naive_repeat_share", never_twice, never, k),
        placebo=shown(placebo.difference, "group_placebo", past),
        selection=shown(multiple, "selection_multiple", counts),
        before=shown(before, "placebo_multiple", past),
        pace=shown(own.by_number, "group_pace", own.n),
        pace_by_quarter=shown(own.by_quarter, "group_pace_by_quarter", own.n),
        dip=shown(own.before, "group_pace_before", own.n_before),
        detectable=Figure.exact(detectable, "detectable_uplift", frames.sources, sum(counts))
        if min(counts) >= max(k, 1) and np.isfinite(detectable) else None,
        hazard=shown(_hazard(frames), "group_hazard_ratio", counts),
    )  # fmt: skip


def _multiple(sums: npt.NDArray[np.generic]) -> Floats:
    """Ratio of constant rates that give the two shares."""
    others, joined = shares(sums)
    possible = (others > 0) & (others < 1) & (joined < 1)
    rates = [np.log1p(-np.where(possible, share, 0.5)) for share in (joined, others)]
    return np.where(possible, rates[0] / rates[1], np.nan)


def _hazard(frames: Frames) -> Estimate:
    events, risk = risk_sets(frames, HORIZON)
    return estimated(np.stack([events, risk], -1), lambda s: log_hazard_ratio(s[..., 0], s[..., 1])).exp()

"""Do intervals of draws hold the truth, and how often is a frequency called harmful, or best, where messages do nothing?

`python tests/reach/recovery.py` runs 1,000 trials a world, seeds fixed beforehand; `python tests/reach/recovery.py 100`
a hundred; names of worlds behind it run only these. Coverage against 95% by the exact binomial, Holm over all targets,
level 0.001; a false claim in at most one of twenty. Prints the shares, and exits 1 when one is off.
"""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from siyu.simulator.audiences.messaging import MessagingWorld

BLOCK, BLOCKS = 50, 20  # trials made at once, of one seed; seeds, fixed beforehand
LEVEL, FALSE = 0.001, 0.05
WIDE = "staff who do not confirm"  # the draw moves little of what is sent, so limits may be wider than they need be
LATE = 30  # week that callbacks are switched on, four after the draw
# world -> (how it is made, week that exits are recorded from: None for counts by day)
WORLDS = {
    "drawn by lot": (MessagingWorld("lot"), None),
    "strong season": (MessagingWorld("lot", season=0.6), None),
    "groups merged": (MessagingWorld("lot", merges=12, trial_from=13), None),
    WIDE: (MessagingWorld("lot", confirms=(0.95, 0.8, 0.4)), None),
    "callbacks switched on late": (MessagingWorld("lot"), LATE),
    "null: pushes do nothing": (MessagingWorld("idle"), None),
    "null: dying groups are pushed more": (MessagingWorld("dying_lot"), None),
    "null: pushes at promotions": (MessagingWorld("promotion_lot"), None),
}


def trials(groups, world, since, block):
    """BLOCK trials, made at once: of that many times the groups each gets as many of an arm as it would draw."""
    whole, _ = groups.tried(replace(world, groups=world.groups * BLOCK, merges=world.merges * BLOCK), block, since)
    dealt = whole.rows.groupby("planned").cumcount() // (world.groups // len(world.arms))
    return [replace(whole, rows=rows) for _, rows in whole.rows.groupby(dealt) if len(rows) == world.groups]


def counted(groups, name, blocks):
    """(target -> distance from the truth by standard error, and whether the interval holds it, a row a trial; trials;
    trials with a claim: harm or a best frequency)."""
    (world, since), found, claims = WORLDS[name], {}, []
    truths = groups.truths(world, since)
    for one in (one for block in range(blocks) for one in trials(groups, world, since, block)):
        claims.append(one.harms or one.sells)
        if one.code == "tested" and not name.startswith("null"):
            for target, told in groups.estimates(one).items():
                truth = truths[target]
                found.setdefault(target, []).append(((told.value - truth) / told.error, told.low <= truth <= told.high))
    return {target: np.array(rows) for target, rows in found.items()}, len(claims), sum(claims)


def rejected(hits):
    """Targets (held, n) whose coverage differs from 95%, in the world WIDE lies below it, Holm over all of them."""
    sides = {name: "less" if name.startswith(WIDE) else "two-sided" for name in hits}
    chances = sorted((binomtest(*hit, 0.95, sides[name]).pvalue, name) for name, hit in hits.items())
    found = []
    for rank, (p, name) in enumerate(chances):
        if p * (len(chances) - rank) > LEVEL:
            break
        found.append(name)
    return found


def excess(claims, n):
    """Whether false claims are more than one of twenty, beyond chance."""
    return binomtest(claims, n, FALSE, alternative="greater").pvalue < LEVEL


def main(blocks, names):
    spec = importlib.util.spec_from_file_location("groups", Path(__file__).parent / "groups.py")
    groups = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(groups)
    faults, hits = [], {}
    for name in names:
        found, n, claims = counted(groups, name, blocks)
        print(f"{name}: claims harm or a best frequency in {claims / n:.1%} of {n}", flush=True)  # noqa: T201
        faults += [f"{name}: claims"] if name.startswith("null") and excess(claims, n) else []
        for target, rows in found.items():
            hits[f"{name}: {target}"] = int(rows[:, 1].sum()), n
            mean, spread = rows[:, 0].mean(), rows[:, 0].std(ddof=1)
            print(f"  {target:24} {rows[:, 1].mean():.1%}, z {mean:+.2f}, sd {spread:.2f}", flush=True)  # noqa: T201
    faults += rejected(hits)
    print("off:", ", ".join(faults) or "none")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) // BLOCK if len(sys.argv) > 1 else BLOCKS, sys.argv[2:] or WORLDS))

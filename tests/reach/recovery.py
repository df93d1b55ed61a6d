"""Do intervals of draws hold the truth, and how often is a frequency called harmful, or best, where messages do nothing?

`python tests/reach/recovery.py` runs 1,000 seeds a world, fixed beforehand; `python tests/reach/recovery.py 100` a
hundred. Coverage against 95% by the exact binomial, Holm over all targets, level 0.001; a false claim in at most one of
twenty. Prints the shares, and exits 1 when one is off.
"""

import importlib.util
import sys
from pathlib import Path

from scipy.stats import binomtest

from siyu.simulator.audiences.messaging import MESSAGING_KINDS, MessagingWorld

SEEDS, LEVEL, FALSE = 1_000, 0.001, 0.05


def counted(groups, kind, seeds):
    """(target -> seeds whose interval holds the truth, seeds with a claim: harm or a best frequency)."""
    world, hits, claims = MessagingWorld(kind), {}, 0
    for seed in seeds:
        found, _ = groups.tried(world, seed)
        claims += found.harms or found.sells
        if found.code == "tested":
            estimates = groups.estimates(found)
            for name, truth in groups.truths(world).items():
                hits[name] = hits.get(name, 0) + (estimates[name].low <= truth <= estimates[name].high)
    return hits, claims


def rejected(hits, n):
    """Targets whose coverage differs from 95%, Holm over all of them."""
    chances = sorted((binomtest(held, n, 0.95).pvalue, name) for name, held in hits.items())
    found = []
    for rank, (p, name) in enumerate(chances):
        if p * (len(chances) - rank) > LEVEL:
            break
        found.append(name)
    return found


def excess(claims, n):
    """Whether false claims are more than one of twenty, beyond chance."""
    return binomtest(claims, n, FALSE, alternative="greater").pvalue < LEVEL


def main(seeds):
    spec = importlib.util.spec_from_file_location("groups", Path(__file__).parent / "groups.py")
    groups = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(groups)
    faults, targets = [], {}
    for kind in MESSAGING_KINDS:
        n = seeds if MessagingWorld(kind).drawn else max(1, seeds // 20)  # without a draw nothing is ever claimed
        hits, claims = counted(groups, kind, range(n))
        targets |= {f"{kind}: {name}": held for name, held in hits.items()}
        print(f"{kind}: claims harm or a best frequency in {claims / n:.1%} of {n}", flush=True)  # noqa: T201
        faults += [f"{kind}: claims"] if kind != "lot" and excess(claims, n) else []
    for name, held in targets.items():
        print(f"{name:32} {held / seeds:.1%} of {seeds}")  # noqa: T201
    faults += rejected(targets, seeds)
    print("off:", ", ".join(faults) or "none")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS))

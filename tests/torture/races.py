"""Many starts at once over the same reports: nothing lost, mixed or stuck, and nobody fails.

`python tests/torture/races.py --rounds 50 --starts 8 --seed N`
"""

from __future__ import annotations

import argparse
import random
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from arena import Arena  # type: ignore[import-not-found]


def torture(root: Path, rounds: int, starts: int, subjects: int, seed: int, *, shared: bool = False) -> str:
    """Returns the figures. Raises AssertionError at the first thing that is wrong."""
    draw = random.Random(seed)  # noqa: S311 - to be replayed, not to be secret
    arena = Arena(root, subjects, shared=shared)
    code, _, said = arena.run()
    assert code == 0, said
    reference = {subject: arena.contents(subject) for subject in arena.subjects}
    done = 0
    for _ in range(rounds):
        gone = draw.sample(arena.subjects, draw.randint(1, subjects))
        for subject in gone:
            shutil.rmtree(arena.out / subject)
        if shared:
            shutil.rmtree(arena.out / ".siyu" / "shared")
        before = len(arena.executed())
        running = []
        for _ in range(starts):
            order = draw.sample(arena.subjects, subjects)
            running.append(arena.start("--jobs", str(draw.randint(1, 2)), subjects=order))
            time.sleep(draw.choice((0.0, 0.0, draw.uniform(0, 3))))
        for process in running:
            _, said = process.communicate(timeout=900)
            assert process.returncode == 0, said
        assert set(arena.reports()) == set(arena.subjects)
        assert all(arena.contents(subject) == reference[subject] for subject in arena.subjects)
        assert not arena.orphans(), "left behind"
        # whoever came first did the work, once for all
        done += len(arena.executed()) - before
        due = len(gone) + 1 if shared else 2 * len(gone)
        assert len(arena.executed()) - before == due, "something was executed twice"
    return f"{rounds} rounds of {starts} starts over {subjects} subjects, {done} sections executed, none twice"


def main() -> None:
    """Parse the command line, print the seed, run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--starts", type=int, default=8)
    parser.add_argument("--subjects", type=int, default=3)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    given = parser.parse_args()
    sys.stdout.write(f"races: seed {given.seed}\n")
    sys.stdout.flush()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="siyu-torture-") as folder:
        said = torture(Path(folder), given.rounds, given.starts, given.subjects, given.seed)
    sys.stdout.write(f"races: {said}; nothing wrong, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()

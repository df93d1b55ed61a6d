"""Disks that fail at each write in turn: the report that was there stays as it was, byte by byte.

`python tests/torture/disks.py --errors ENOSPC,EIO,EROFS --every 1`
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from arena import Arena  # type: ignore[import-not-found]

FAULTY = Path(__file__).parent / "faulty"
ERRORS = {"ENOSPC": "No space left on device", "EIO": "Input/output error", "EROFS": "Read-only file system"}


def spoilt(arena: Arena, error: str, turn: int) -> tuple[int, str, int]:
    """(exit code, stderr, changes counted) of a run whose `turn`-th change fails."""
    counter = arena.root / "count"
    counter.unlink(missing_ok=True)
    plain = arena.environment
    path = os.pathsep.join(filter(None, (str(FAULTY), plain.get("PYTHONPATH", ""))))
    arena.environment = plain | {"SIYU_FAULT": f"{error}:{turn}:{arena.out}:{counter}", "PYTHONPATH": path}
    try:
        code, _, said = arena.run("--force")
    finally:
        arena.environment = plain
    return code, said, int(counter.read_text() or 0)


def everything(arena: Arena) -> dict[str, str]:
    """Digest of every visible file, times and all, but the index."""
    return {f"{s}/{name}": digest for s in arena.subjects for name, digest in arena.contents(s).items()}


def torture(root: Path, errors: Sequence[str], every: int, first: int = 1) -> str:
    """Returns the figures. Raises AssertionError at the first thing that is wrong."""
    arena = Arena(root, 1)
    code, _, said = arena.run()
    assert code == 0, said
    good, figures = everything(arena), []
    for error in errors:
        turn, struck = first, 0
        while True:
            code, said, count = spoilt(arena, error, turn)
            assert "Traceback" not in said, said
            assert not arena.orphans(), "left behind"
            assert everything(arena) == good, f"{error} at {turn}: the old report has changed"
            arena.reports()
            if count < turn:  # nothing has failed: what failed before has left nothing in the way
                assert code == 0, said
                break
            struck += 1
            # after publishing, only the index and clearing up are left, and may go wrong without harm
            assert code == 0 or (ERRORS[error] in said and str(arena.out) in said), f"{error} at {turn}: {said}"
            assert code == 0 or error != "ENOSPC" or "a report takes about" in said, f"at {turn}: {said}"
            turn += every
        figures.append(f"{error} at {struck} of {count} writes")
    return ", ".join(figures)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", default=",".join(ERRORS))
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="siyu-torture-") as folder:
        said = torture(Path(folder), given.errors.split(","), given.every)
    sys.stdout.write(f"disks: {said}; the old report stood, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()

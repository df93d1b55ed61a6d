"""Run trials whose outcome is a table, and keep what each prints: `python scripts/trials.py NAME… [-- ARGUMENT…]`.

Kept in benchmarks/printed/<name>.txt, from where `make measured` takes it. Exits 1 when a trial has found a fault.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRINTED = ROOT / "benchmarks" / "printed"
TRIALS = {
    "ends": "tests/orders/ends.py",
    "lots": "tests/orders/lots.py",
    "retailer": "tests/orders/retailer.py",
    "verdicts": "tests/orders/verdicts.py",
    "intervals": "tests/orders/calibration.py",
    "value": "tests/value/recovery.py",
    "reach": "tests/reach/recovery.py",
    "growth": "tests/growth/recovery.py",
    "levels": "tests/playbook/levels.py",
    "scale": "tests/orders/scale.py",
    "cluster": "tests/torture/cluster.py",
}


def tried(name: str, arguments: list[str]) -> int:
    """The exit code of a trial, after what it printed is kept and shown."""
    command = [sys.executable, str(ROOT / TRIALS[name]), *arguments]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode in (0, 1) and lines:  # else it was broken off
        (PRINTED / f"{name}.txt").write_text("".join(lines), encoding="utf-8")
    return process.returncode


if __name__ == "__main__":
    words = " ".join(sys.argv[1:]).partition(" -- ")
    sys.exit(max(tried(name, words[2].split()) for name in words[0].split()))

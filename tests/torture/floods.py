"""Endless output, memory and loops: stopped within their limit and ten seconds, the neighbour unharmed.

`python tests/torture/floods.py`
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from arena import Arena  # type: ignore[import-not-found]

GRACE = 10.0  # seconds beyond the limit
FLOODS = {
    "500 MB of output": "for _ in range(500): print('x' * (1 << 20))",
    "500 MB of output from outside Python": "import subprocess; subprocess.run(['head', '-c', '500M', '/dev/zero'])",
    "50 GB of memory at once": "x = b'x' * (50 << 30)",
    "50 GB of memory bit by bit": "x = []\nfor _ in range(50 << 10): x.append(bytearray(b'x') * (1 << 20))",
    "50 GB of memory in a child": (
        "import subprocess, sys\n"
        "code = 'x = []\\nfor _ in range(50 << 10): x.append(bytearray(1 << 20))'\n"
        "subprocess.run([sys.executable, '-c', code], check=True)"
    ),
    "an endless loop": "while True: pass",
    "an endless loop that holds the interpreter": "import re; re.match(r'(a+)+$', 'a' * 60 + 'b')",
}
SECONDS, MEMORY_MB, OUTPUT_MB = 20, 700, 20


def torture(root: Path) -> list[str]:
    """A line for each flood. Raises AssertionError at the first that is not stopped in time."""
    lines = []
    for number, (name, cell) in enumerate(FLOODS.items()):
        guarded = f"if subject == 'subject_0':\n    {cell.replace(chr(10), chr(10) + '    ')}"
        arena = Arena(root / str(number), 2, [guarded])
        manifest = arena.root / "batch.yml"
        limits = f"{{seconds: {SECONDS}, memory_mb: {MEMORY_MB}, output_mb: {OUTPUT_MB}}}"
        drowned = f"{{subject: subject_0, limits: {limits}}}"
        manifest.write_text(f"subjects: [{drowned}, subject_1]\nlang: [en]\n")
        began = time.monotonic()
        process = arena.start(manifest=manifest)
        _, said = process.communicate(timeout=SECONDS * 20)
        took = time.monotonic() - began
        assert process.returncode == 1, said
        failed = re.search(r"subject_0: failed after (\d+) s.*\n  (.*)", said)
        assert failed, said
        assert float(failed[1]) <= SECONDS + GRACE, said
        assert not arena.orphans(), "left behind"
        assert arena.reports()["subject_1"]["status"] == "published", said
        lines.append(f"{name}: stopped after {failed[1]} s ({failed[2].strip()}), the batch took {took:.0f} s")
    return lines


def main() -> None:
    """Run all floods."""
    with tempfile.TemporaryDirectory(prefix="siyu-torture-") as folder:
        for line in torture(Path(folder)):
            sys.stdout.write(f"floods: {line}\n")


if __name__ == "__main__":
    main()

"""The watchdog: outlives the supervisor by a moment to end whatever that left behind.

Its standard input is a pipe that only the supervisor holds open. When that closes, by whatever kind of
death, the processes of the run are killed and its socket folder is removed.
"""

import sys
from pathlib import Path

from siyu.runs.files.processes import sweep
from siyu.runs.files.storage import remove


def main() -> None:
    """Arguments: mark of the run, its socket folder."""
    mark, sockets = sys.argv[1], Path(sys.argv[2])
    sys.stdin.buffer.read()
    sweep(mark)
    remove(sockets)


if __name__ == "__main__":
    main()

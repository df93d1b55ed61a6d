"""The index of a folder of reports, from the `run.json` files in it and nothing else."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from siyu.reads.digests import digest
from siyu.runs.ask import keys
from siyu.runs.files import storage
from siyu.runs.files.workspace import Workspace

LOCK = "index.html"  # no subject is called so
_WAIT = 0.1  # seconds between two tries


def stale(workspace: Workspace) -> bool:
    """Whether `index.html` does not show the records as they are now."""
    made = workspace.index.exists() and workspace.stamp.exists()
    return not made or workspace.stamp.read_text() != _digest(workspace.records())


def write_index(workspace: Workspace) -> None:
    """Rebuild `<out>/index.html` if it is stale; whoever comes meanwhile waits, and looks again at what is there then.

    Raises OSError."""
    lock = workspace.lock(LOCK)
    while not lock.acquire():
        time.sleep(_WAIT)
    try:
        if stale(workspace):
            from siyu.render.index import render_index  # a second of imports, for whoever renders it only

            records = workspace.records()
            storage.write(workspace.index, render_index(records).encode())
            storage.write(workspace.stamp, _digest(records).encode())
    finally:
        lock.release()


def _digest(records: Sequence[Mapping[str, Any]]) -> str:
    return digest([keys.rendering_code(), [[record["folder"], record.get("seal")] for record in records]])

"""The index of a folder of reports, from the `run.json` files in it and nothing else."""

from siyu.reads.digests import digest
from siyu.runs.ask import keys
from siyu.runs.files import storage
from siyu.runs.files.workspace import Workspace


def stale(workspace: Workspace) -> bool:
    """Whether `index.html` does not show the records as they are now."""
    made = workspace.index.exists() and workspace.stamp.exists()
    return not made or workspace.stamp.read_text() != _digest(workspace)


def write_index(workspace: Workspace) -> None:
    """Rebuild `<out>/index.html`."""
    from siyu.render.index import render_index  # a second of imports, in the worker only

    digest = _digest(workspace)
    storage.write(workspace.index, render_index(workspace.records()).encode())
    storage.write(workspace.stamp, digest.encode())


def _digest(workspace: Workspace) -> str:
    return digest([keys.rendering_code(), [[record["folder"], record.get("seal")] for record in workspace.records()]])

"""Whether an executed section may be kept, and what it was made from."""

from collections.abc import Mapping, Sequence
from typing import Any

from siyu.runs.ask import keys
from siyu.runs.ask.plan import SectionPlan
from siyu.runs.ask.sections import notebooks
from siyu.runs.check import checks
from siyu.runs.files import storage
from siyu.runs.files.made import Made
from siyu.runs.files.workspace import SectionStore


def judged(section: SectionPlan, store: SectionStore) -> tuple[Made | None, list[str]]:
    """What the section that a kernel has left in `store` was made from, or what speaks against it."""
    try:
        notebook = storage.read_json(store.notebook(section.notebook))
        trail = storage.read_json_lines(store.trail(section.notebook))
    except (OSError, ValueError) as error:
        return None, [f"left no notebook that can be read ({type(error).__name__})"]
    found = checks.identity_faults(notebooks()[section.notebook], section.parameters, notebook)
    found += checks.faults(notebook) + checks.trail_faults(notebook, trail)
    if found:
        return None, found
    made = _made(section, trail)
    if made is None:
        return None, ["the kernel did not say what it read"]
    changed = [name for name, now in keys.code(made.made_with).items() if made.made_with[name] != now]
    return (None, [f"{', '.join(changed)} changed while it was made"]) if changed else (made, [])


def _made(section: SectionPlan, trail: Sequence[Mapping[str, Any]]) -> Made | None:
    for entry in trail:
        if "inputs" in entry:
            return Made({**section.around, **entry["code"]}, entry["inputs"], tuple(entry["outside"]))
    return None

"""What a notebook must show before anything made of it may be sealed.

Papermill's own marks are not asked: it calls every cell of a killed kernel completed.
"""

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from siyu import reads
from siyu.record import FINDING, NO_INPUT, SOURCES
from siyu.runs.ask import keys
from siyu.runs.ask.parameters import Scalar, given
from siyu.runs.ask.plan import SectionPlan
from siyu.runs.ask.sections import Notebook, notebooks
from siyu.runs.files import storage
from siyu.runs.files.executed import claimed, code_cells, finding_faults, outputs, text
from siyu.runs.files.made import Made
from siyu.runs.files.workspace import SectionStore

_INJECTED = "injected-parameters"
_FAILURES = {
    "thread": "{type} in a thread", "task": "{type} in a task", "unraisable": "{type} where nothing could catch it",
    "command": "a shell command failed", "exit": "it asked the kernel to end",
    "unfinished thread": "a thread was still running at the end",
}  # fmt: skip


def judged(section: SectionPlan, store: SectionStore) -> tuple[Made | None, list[str]]:
    """What the section that a kernel has left in `store` was made from, or what speaks against it."""
    try:
        notebook = storage.read_json(store.notebook(section.notebook))
        trail = [json.loads(line) for line in store.trail(section.notebook).read_bytes().splitlines()]
    except (OSError, ValueError) as error:
        return None, [f"left no notebook that can be read ({type(error).__name__})"]
    found = identity_faults(notebooks()[section.notebook], section.parameters, notebook)
    told = next((entry for entry in trail if "inputs" in entry), None)
    found += faults(notebook) + trail_faults(notebook, trail) + forged(notebook, told or {})
    if found or told is None:
        return None, found or ["the kernel did not say what it read"]
    made = Made({**section.around, **told["code"]}, told["inputs"], tuple(told["outside"]))
    changed = [name for name, now in keys.code(made.made_with).items() if made.made_with[name] != now]
    return (None, [f"{', '.join(changed)} changed while it was made"]) if changed else (made, [])


def faults(executed: Mapping[str, Any]) -> list[str]:
    """What speaks against an executed notebook, by whatever it was executed; empty when nothing does.

    Every code cell has run, in order, from a fresh kernel, without an error; every finding that the code
    makes is there; the references, which the last cell shows, are there.
    """
    found = []
    for order, (number, cell) in enumerate(code_cells(executed), 1):
        if (count := cell["execution_count"]) is None:
            found.append(f"cell {number} has not run")
        elif count != order:
            found.append(f"cell {number} ran as number {count}, not {order}: restart the kernel and run all cells")
        found += [f"cell {number}: {fault}" for fault in _output_faults(cell["outputs"])]
    if not found:
        found += [*_missing(executed), *finding_faults(executed)]
    return found


def trail_faults(executed: Mapping[str, Any], trail: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the kernel's own trail says against the run that left this notebook."""
    failed = [entry for entry in trail if "failure" in entry]
    found = [f"cell {entry['cell']}: {_FAILURES[entry['failure']].format_map(entry)}" for entry in failed]
    ran, due = [entry["cell"] for entry in trail if entry.get("ok")], [*range(1, len(code_cells(executed)) + 1)]
    if ran != due:
        found.append(f"the kernel completed {len(ran)} of {len(due)} cells")
    if not any("finished" in entry for entry in trail):
        found.append("the kernel did not live to the end of the notebook")
    return found


def forged(executed: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    """What it shows as a finding, or as the want of input, that no workbook of its kernel made so. told: `concluded`,
    what `reads` knows there of all that were made; nothing where it is not told."""
    made = {*told.get("concluded", ())}
    strange = [f"finding {one.get('key')}" for one in outputs(executed, FINDING) if reads.shown(one) not in made]
    strange += ["a want of input" for one in outputs(executed, NO_INPUT) if reads.shown(one) not in made]
    return [f"{what} is not as its workbook made it" for what in strange] if told else []


def identity_faults(bundled: Notebook, parameters: Mapping[str, Scalar], executed: Mapping[str, Any]) -> list[str]:
    """Whether this is the bundled notebook, cell by cell, run with these parameters, as the section it is."""
    found = []
    ran = [cell for cell in executed["cells"] if _INJECTED not in cell["metadata"].get("tags", [])]
    if [_source(cell) for cell in ran] != [_source(cell) for cell in bundled.content["cells"]]:
        found.append("its cells are not those of the bundled notebook")
    elif given(executed) != {name: one.default for name, one in bundled.parameters.items()} | dict(parameters):
        found.append("it did not run with the parameters it was given")
    strange = claimed(executed, "section") - {bundled.name}
    return found + [f"it shows a finding of {section}" for section in sorted(strange)]


def made_findings(notebook: Mapping[str, Any]) -> list[str]:
    """Keys of the findings that the code of a notebook makes: what `….finding("key", …)` is called with.

    Those that are made on a condition are left out: they may rightly be absent.
    """
    return [key for _, cell in code_cells(notebook) for key in _keys(_parsed(text(cell["source"])))]


def _keys(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.IfExp() | ast.If():
            return
        case ast.Call(func=ast.Attribute(attr="finding"), args=[ast.Constant(value=str(key)), *_], keywords=more):
            if all(one.arg != "kind" for one in more):  # one for a kind of subject only
                yield key
    for inside in ast.iter_child_nodes(node):
        yield from _keys(inside)


def _missing(executed: Mapping[str, Any]) -> Iterable[str]:
    """A section without input shows its findings, too, as absent ones."""
    shown = claimed(executed, "key")
    missing = [f"finding {key} is missing" for key in made_findings(executed) if key not in shown]
    if not shown:
        missing.append("it shows no finding")
    if not any(True for _ in outputs(executed, SOURCES)):
        missing.append("the references are missing: the last cell shows wb.references()")
    return missing


def _output_faults(outputs: Sequence[Mapping[str, Any]]) -> list[str]:
    found = []
    for output in outputs:
        if output["output_type"] == "error":
            found.append(str(output["ename"]))
        elif output.get("name") == "stderr" and "Traceback (most recent call last)" in text(output["text"]):
            found.append("an exception was printed and passed over")
    return found


def _source(cell: Mapping[str, Any]) -> tuple[str, str]:
    return cell["cell_type"], text(cell["source"])


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:  # a magic: bundled notebooks have none, those of others may
        return ast.Module([], [])

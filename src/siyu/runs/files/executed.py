"""An executed notebook: its findings, references, pictures, words; its form without times and places."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from siyu.paths import package_dir, project_root
from siyu.record import FINDING, NO_INPUT, SOURCES, SPAN, Entry, FindingRecord, Wording, entries, wording

_KEPT_METADATA = ("kernelspec", "language_info")
_TEMPORARY = re.compile(r"(?:/[\w.+-]+)*/ipykernel_\d+/\d+\.py")
# what runs nothing in whatever opens it: neither markup nor scripts of a notebook are published
_INERT = re.compile(r"text/plain|image/(png|jpeg)|application/vnd\.siyu\..*")
_ADDRESS = re.compile(r"\bat 0x[0-9a-f]+\b")
Notebook = Mapping[str, Any]


def code_cells(notebook: Notebook) -> list[tuple[int, Mapping[str, Any]]]:
    """(cell number from 1, cell) of every code cell that holds code."""
    numbered = enumerate(notebook["cells"], 1)
    return [(n, cell) for n, cell in numbered if cell["cell_type"] == "code" and text(cell["source"]).strip()]


def text(source: str | list[str]) -> str:
    """Notebook text, which may be stored in lines."""
    return source if isinstance(source, str) else "".join(source)


def outputs(notebook: Notebook, kind: str) -> Iterator[Any]:
    """What was displayed of one kind (MIME type), in order."""
    for _, cell in code_cells(notebook):
        yield from (output["data"][kind] for output in cell["outputs"] if kind in output.get("data", {}))


def findings(notebook: Notebook) -> list[FindingRecord]:
    """Finding records in the order they were shown. One shown twice counts once, as last shown.

    Raises ValidationError when one is none."""
    records = map(FindingRecord.model_validate, outputs(notebook, FINDING))
    return list({record.key: record for record in records}.values())


def finding_faults(notebook: Notebook) -> Iterator[str]:
    """What the findings that are shown lack, or hold that none may hold."""
    for content in outputs(notebook, FINDING):
        try:
            FindingRecord.model_validate(content)
        except ValidationError as error:
            for one in error.errors():
                yield f"finding {content.get('key')}: {'.'.join(map(str, one['loc']))}: {one['msg']}"


def claimed(notebook: Notebook, name: str) -> set[str]:
    """What its findings say of themselves, good or not. name: `key` or `section`."""
    return {str(content.get(name)) for content in outputs(notebook, FINDING)}


def references(notebook: Notebook) -> dict[str, Entry]:
    """ref -> entry of every source behind the findings."""
    return entries({ref: entry for found in outputs(notebook, SOURCES) for ref, entry in found.items()})


def told(notebook: Notebook) -> Mapping[str, Any]:
    """What was told beside the references: `concluded`, digests of all that workbooks had made by then."""
    shown = [output.get("metadata", {}) for _, cell in code_cells(notebook) for output in cell["outputs"]]
    return next((about[SOURCES] for about in reversed(shown) if SOURCES in about), {})


def observed(notebook: Notebook) -> dict[str, str] | None:
    """First and last observed day of the subject's own orders (`from`, `until`), None without any."""
    return next(outputs(notebook, SPAN), None)


def no_input(notebook: Notebook) -> Wording | None:
    """Why the section had nothing to work on, or None."""
    return next((wording(found["reason"]) for found in outputs(notebook, NO_INPUT)), None)


def words(notebook: Notebook) -> list[tuple[str, str | None]]:
    """(markdown cell, key of the finding it follows or None), in order."""
    found: list[tuple[str, str | None]] = []
    last = None
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            found.append((text(cell["source"]), last))
        for output in cell.get("outputs", []):
            last = output.get("data", {}).get(FINDING, {}).get("key", last)
    return found


def normalised(notebook: Notebook) -> dict[str, Any]:
    """The same notebook without times, durations, random ids and paths of this machine."""
    metadata = {name: notebook["metadata"][name] for name in _KEPT_METADATA if name in notebook["metadata"]}
    cells = [_normalised_cell(cell, number) for number, cell in enumerate(notebook["cells"], 1)]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _normalised_cell(cell: Mapping[str, Any], number: int) -> dict[str, Any]:
    tags = cell["metadata"].get("tags", [])
    # papermill gives its injected cell a random id
    cell_id = "injected-parameters" if "injected-parameters" in tags else cell.get("id", f"cell-{number}")
    kept = {"cell_type": cell["cell_type"], "id": cell_id, "metadata": {"tags": tags} if tags else {}}
    kept["source"] = text(cell["source"])
    if cell["cell_type"] == "code":
        kept["execution_count"] = cell["execution_count"]
        kept["outputs"] = [_normalised_output(output) for output in cell["outputs"]]
    return kept


def _normalised_output(output: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(output)
    if "text" in kept:
        kept["text"] = _without_places(text(kept["text"]))
    if "metadata" in kept:
        kept["metadata"] = {mime: about for mime, about in kept["metadata"].items() if mime != SOURCES}
    if "data" in kept:
        inert = {mime: content for mime, content in kept["data"].items() if _INERT.fullmatch(mime)}
        kept["data"] = {mime: _normalised_content(mime, content) for mime, content in inert.items()}
    return kept


def _normalised_content(mime: str, content: Any) -> Any:
    if mime.endswith("json"):
        return content
    return text(content) if mime == "image/png" else _without_places(text(content))  # a picture names no place


def _without_places(content: str) -> str:
    places = {f"{package_dir().as_posix()}/": "src/siyu/", f"{project_root().as_posix()}/": ""}
    whole = rf"(?<![\w.+-])({'|'.join(map(re.escape, places))})"  # not `/siyu/` within `src/siyu/`
    content = re.sub(whole, lambda place: places[place[0]], content)
    return _ADDRESS.sub("at 0x0", _TEMPORARY.sub("cell.py", content))

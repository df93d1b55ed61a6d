"""A worker whose pages are one line: what runs/ does with them does not depend on how they look.

Fonts and charts take seconds in each worker; `tests/test_cli.py` goes through the real ones.
"""

from __future__ import annotations

import html
import sys
import types
from pathlib import Path

from siyu.runs import executed, files, storage, worker


def render(task):
    """A findings.json as the real one, and pages that print its numbers."""
    opened = [storage.read_json(Path(entry["path"])) for entry in task["sections"] if entry["path"]]
    findings = [{**one, "title": {"zh": "数", "en": "n"}} for notebook in opened for one in executed.findings(notebook)]
    path = Path(task["folder"]) / files.file_name(task["kind"], task["language"])
    if task["kind"] == files.FINDINGS:
        storage.write(path, storage.pretty({"schema": 1, "findings": findings}))
        return
    figures = [
        f'<data value="{value["value"]}" data-ref="{one["key"]}.{value["name"]}"></data>'
        for one in findings
        for value in one["values"]
    ]
    storage.write(path, f"<html>{task['language']}{''.join(figures)}</html>".encode())


def render_index(records):
    """Every record as it is."""
    return html.escape(storage.pretty(records).decode())


for name, parts in (("siyu.runs.reporting", {"render": render}), ("siyu.render.index", {"render_index": render_index})):
    stand_in = types.ModuleType(name)
    stand_in.__dict__.update(parts)
    sys.modules[name] = stand_in

if __name__ == "__main__":
    worker.main()

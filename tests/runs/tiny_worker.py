"""A worker whose pages are one line: what runs/ does with them does not depend on how they look.

Fonts and charts take seconds in each worker; `tests/commands/test_cli.py` goes through the real ones.
"""

from __future__ import annotations

import html
import io
import sys
import types
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from siyu.record import TitledFinding
from siyu.runs.files import executed, report_files, storage
from siyu.runs.make import moves, worker


def page(findings, language):
    figures = [
        f'<data value="{value.value}" data-ref="{one.key}.{value.name}">{value.value}</data>'
        for one in findings
        for value in one.values
    ]
    return f"<html>{language}{''.join(figures)}</html>".encode()


def tables(findings, _language):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2021, 8, 31, tzinfo=UTC)})
        for one in findings:
            book.add_worksheet().write_row(0, 0, [one.full_key, *(value.value for value in one.values)])
    return buffer.getvalue()


def deck(_findings, language):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(zipfile.ZipInfo("language"), language)
    return buffer.getvalue()


def listed(findings, _language, moved=()):
    told = [one.as_json() for one in moved]
    return storage.pretty({"schema": 2, "findings": [one.as_json() for one in findings], "moved": told})


KINDS = {report_files.FINDINGS: listed, "report": page, "tables": tables, "deck": deck}


def titled(finding):
    return TitledFinding.model_validate({**finding.as_json(), "title": {"zh": "数", "en": "n"}})


def render(task):
    """One file of a report, as small as it can be."""
    opened = [storage.read_json(Path(entry["path"])) for entry in task["sections"] if entry["path"]]
    findings = [titled(one) for notebook in opened for one in executed.findings(notebook)]
    path = Path(task["folder"]) / report_files.file_name(task["kind"], task["language"])
    more = (moves.moves(task.get("before", {}), findings),) if task["kind"] == report_files.FINDINGS else ()
    storage.write(path, KINDS[task["kind"]](findings, task["language"], *more))


def render_index(records):
    """Every record as it is."""
    return html.escape(storage.pretty(records).decode())


for name, parts in (
    ("siyu.runs.make.reporting", {"render": render}),
    ("siyu.render.index", {"render_index": render_index}),
):
    stand_in = types.ModuleType(name)
    stand_in.__dict__.update(parts)
    sys.modules[name] = stand_in

if __name__ == "__main__":
    worker.main()

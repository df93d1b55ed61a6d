from __future__ import annotations

import errno
import os
from types import SimpleNamespace

import pytest

from siyu.errors import LedgerError, Problem
from siyu.runs.files.faults import described, in_cell, on_disk


def cell_error(name, said, *files):
    frames = [f"File {file}:12, in <module>\n  x = 1" for file in ("/tmp/ipykernel_7/1.py", *files)]
    return SimpleNamespace(ename=name, evalue=said, cell_index=4, traceback=["\x1b[31mTraceback\x1b[0m\n", *frames])


def test_what_a_cell_or_a_library_says_is_not_quoted():
    assert in_cell(cell_error("ValueError", "13800138000")) == "cell 5: ValueError"
    assert in_cell(cell_error("ValueError", "13800138000", "/x/pandas/core.py")) == "cell 5: ValueError"
    passed = ("/x/src/siyu/workbook.py", "/x/pandas/core.py")
    assert in_cell(cell_error("ValueError", "13800138000", *passed)) == "cell 5: ValueError in workbook.py line 12"
    exports = cell_error("ValueError", "13800138000", "/x/src/siyu/intake/reading/export.py")
    assert in_cell(exports) == "cell 5: ValueError"


def test_the_name_of_an_export_that_cannot_be_read_is_not_quoted():
    said = "[Errno 13] Permission denied: '/data/wine_bar/exports/wang wu.csv'"
    passed = ("/x/src/siyu/intake/store/inventory.py", "/x/src/siyu/reads/digests.py", "/usr/lib/python3.11/pathlib.py")
    error = cell_error("PermissionError", said, *passed)
    assert in_cell(error) == "cell 5: PermissionError in reads/digests.py line 12"


def test_what_we_say_is_quoted():
    ours = cell_error("KeyError", "no such metric", "/x/src/siyu/workbook.py")
    assert in_cell(ours) == "cell 5: KeyError in workbook.py line 12: no such metric"
    problem = Problem("fees.csv", 3, "low", "x", "a number", "Mend it.")
    assert described(LedgerError([problem])) == str(LedgerError([problem]))


@pytest.mark.parametrize("code", [errno.EIO, errno.EROFS])
def test_a_trail_that_cannot_be_written_is_named(code):
    said = f"[Errno {code}] {os.strerror(code)}: '/data/out/01_evidence.trail'"
    error = cell_error("OSError", said, "/x/src/siyu/runs/make/kernel_hooks.py", "/usr/lib/python3.11/pathlib.py")
    assert in_cell(error) == f"/data/out/01_evidence.trail: {os.strerror(code)}"


def test_a_full_disk_is_told_with_what_a_report_takes():
    error = OSError(errno.ENOSPC, "No space left on device", "/data/out/x")
    assert on_disk(error, 25 << 20) == "/data/out/x: No space left on device; a report takes about 25 MB"
    assert described(error) == "/data/out/x: No space left on device; a report takes about 10 MB"
    assert "takes" not in on_disk(OSError(errno.EIO, "Input/output error", "/data/out/x"), 25 << 20)

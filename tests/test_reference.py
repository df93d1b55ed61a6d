from __future__ import annotations

import re
from pathlib import Path

from reference import FILE, reference

READ = re.compile(r"environ(?:\.get\(|\[)[\"'](SIYU_\w+)[\"']")


def test_the_reference_is_what_the_code_says():
    assert Path(FILE).read_text(encoding="utf-8") == reference(), "run: make reference"


def test_what_tests_read_from_the_environment_stands_in_the_page_for_who_works_on_them():
    root = Path(FILE).parents[1]
    paths = [root / "conftest.py", *(root / "tests").rglob("*.py")]
    read = {name for path in paths for name in READ.findall(path.read_text(encoding="utf-8"))} - {
        "SIYU_RUN",
        "SIYU_TRAIL",
    }  # of kernels
    told = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert {"SIYU_REQUIRE", "SIYU_UNTIL", "SIYU_FUZZ", "SIYU_FAULT"} < read
    assert {name for name in read if f"`{name}" not in told} == set()

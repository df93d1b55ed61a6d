from __future__ import annotations

from pathlib import Path

from reference import FILE, reference


def test_the_reference_is_what_the_code_says():
    assert Path(FILE).read_text(encoding="utf-8") == reference(), "run: make reference"

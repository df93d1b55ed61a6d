"""The functions that are printed beforehand are all that the bundled reports ask for."""

from __future__ import annotations

import numpy_formulas
import pytest

from siyu.formulas import compiled
from siyu.formulas.contribution import contribution


def test_a_first_report_of_a_case_generates_nothing(tmp_path, monkeypatch):
    def never(*_):
        raise AssertionError("run python scripts/numpy_formulas.py")

    monkeypatch.setattr(compiled, "generated", never)
    with numpy_formulas.nothing_kept(str(tmp_path)), pytest.raises(AssertionError, match="numpy_formulas"):
        numpy_formulas.run("03_platform_economics", "luzhou_laojiao")
    monkeypatch.setenv("SIYU_HOME", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    compiled.function_of.cache_clear()
    for section in numpy_formulas.CASE:
        numpy_formulas.run(section, "luzhou_laojiao")
    assert list((tmp_path / "other" / "siyu" / "formulas").iterdir())
    with pytest.raises(AssertionError, match="numpy_formulas"):  # any other formula is generated
        compiled.compiled({"x": contribution("douyin_shop") ** 7})


@pytest.mark.whole
def test_the_printed_functions_are_those_of_all_bundled_reports():
    assert compiled.FILE.read_text(encoding="utf-8") == numpy_formulas.printed(), "run python scripts/numpy_formulas.py"

"""Subjects that have not changed are decided without what only running and rendering needs."""

from __future__ import annotations

import re

SLOW = ("pandas", "numpy", "matplotlib", "seaborn", "sympy", "papermill", "pptx", "babel")


def test_deciding_imports_nothing_slow(torture, tmp_path):
    arena = torture("arena").Arena(tmp_path, 1)
    code, _, said = arena.run()
    assert code == 0, said
    arena.environment |= {"PYTHONPROFILEIMPORTTIME": "1"}
    code, _, said = arena.run()
    assert code == 0, said
    assert "subject_0: unchanged" in said
    imported = set(re.findall(r"\| +([\w.]+)$", said, re.MULTILINE))
    assert "siyu.runs.batch" in imported
    assert imported.isdisjoint(SLOW)

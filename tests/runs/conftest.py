"""A project of tiny notebooks and subjects in a temporary folder."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from siyu.runs import pool, sections
from siyu.runs.batch import Batch
from siyu.runs.outcome import Outcome, Progress
from siyu.runs.plan import Plan, planned
from siyu.runs.requests import Given, Wish, checked, place


def _tiny() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tiny", Path(__file__).with_name("tiny.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    return _tiny()


class Project:
    """Two subjects, two notebooks; change them as you like before planning."""

    def __init__(self, root: Path, tiny: ModuleType) -> None:
        self.root, self.tiny = root, tiny
        self.out = root / "reports"
        self.notebooks = root / "notebooks"
        self.subjects = root / "subjects"
        for section in ("01_evidence", "02_case_study"):
            self.notebook(section)
        for name in ("alpha", "beta"):
            tiny.write_subject(self.subjects, name)

    def notebook(self, section: str, *cells: str, **more: Any) -> None:
        self.tiny.write_notebook(self.notebooks, section, cells or self.tiny.FINDINGS, **more)
        sections.notebooks.cache_clear()

    def plan(self, *names: str, languages: Sequence[str] = ("en",), **more: Any) -> list[Plan]:
        here = place("test")
        given = {name: Given(text, here) for name, text in more.pop("parameters", {}).items()}
        wishes = [Wish(name, here, languages, parameters=given, **more) for name in names or ("alpha", "beta")]
        return [planned(request) for request in checked(wishes)]

    def run(self, *names: str, force: bool = False, jobs: int = 2, **more: Any) -> dict[str, Outcome]:
        batch = Batch(self.plan(*names, **more), self.out, jobs=jobs, force=force, progress=Progress())
        return {outcome.subject: outcome for outcome in batch.run()}


@pytest.fixture
def project(tmp_path: Path, tiny: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    made = Project(tmp_path, tiny)
    monkeypatch.setenv("SIYU_DATA", str(made.subjects))
    monkeypatch.setattr(sections, "notebooks_dir", lambda: made.notebooks)
    monkeypatch.setattr(pool, "WORKER", (str(Path(__file__).with_name("tiny_worker.py")),))
    sections.notebooks.cache_clear()
    yield made
    sections.notebooks.cache_clear()

"""A project of tiny notebooks and subjects in a temporary folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from beside import module_at

from siyu.runs.ask import sections, wishes
from siyu.runs.ask.plan import RunPlan, planned
from siyu.runs.ask.requests import checked
from siyu.runs.ask.wishes import Given, Wish, place
from siyu.runs.batch import Batch
from siyu.runs.make import forking, workers
from siyu.runs.make.pool import Pool
from siyu.runs.outcome import Outcome, Progress

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    return module_at(HERE / "tiny.py")


@pytest.fixture
def tiny_worker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name in ("siyu.runs.make.reporting", "siyu.render.index"):
        monkeypatch.setitem(sys.modules, name, sys)  # so that its stand-ins are gone after the test
    return module_at(HERE / "tiny_worker.py")


@pytest.fixture
def torture(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    folder = HERE.parent / "torture"
    monkeypatch.syspath_prepend(str(folder))
    return lambda name: module_at(folder / f"{name}.py")


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

    def plan(self, *names: str, languages: Sequence[str] = ("en",), **more: Any) -> list[RunPlan]:
        here = place("test")
        given = {name: Given(text, here) for name, text in more.pop("parameters", {}).items()}
        wishes = [Wish(name, here, languages, parameters=given, **more) for name in names or ("alpha", "beta")]
        return [planned(request) for request in checked(wishes)]

    def run(self, *names: str, force: bool = False, jobs: int = 1, **more: Any) -> dict[str, Outcome]:
        plans = self.plan(*names, **more)
        batch = Batch(plans, self.out, pool=Pool(jobs), force=force, progress=Progress())
        return {outcome.subject: outcome for outcome in batch.run()}


@pytest.fixture
def project(tmp_path: Path, tiny: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    made = Project(tmp_path, tiny)
    monkeypatch.setenv("SIYU_DATA", str(made.subjects))
    for module in (sections, wishes):
        monkeypatch.setattr(module, "notebooks_dir", lambda: made.notebooks)
    monkeypatch.setattr(forking, "LIBRARIES", ())  # tiny notebooks import none
    monkeypatch.setattr(workers, "WORKER", (str(HERE / "tiny_worker.py"),))
    sections.notebooks.cache_clear()
    yield made
    sections.notebooks.cache_clear()

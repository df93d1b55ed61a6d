"""Where the torture happens: tiny notebooks and subjects in a folder, and the `siyu` command over them."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from siyu.reads.digests import sha256_of
from siyu.runs.files import storage
from siyu.runs.files.record import mismatches

ROOT = Path(__file__).resolve().parents[2]
# The command with notebooks and pages that do not take seconds to import and to draw.
COMMAND = """
import pathlib, sys
from siyu.runs.ask import lint
from siyu.runs.make import forking, workers
from siyu.runs.ask import sections, wishes
folder = pathlib.Path(sys.argv.pop(1))
workers.WORKER = (sys.argv.pop(1),)
forking.LIBRARIES = ()
sections.notebooks_dir = wishes.notebooks_dir = lambda: folder
lint.lint = lambda notebooks: None
from siyu.commands.main import main
main()
"""
WORKER = ROOT / "tests" / "runs" / "tiny_worker.py"


def _tiny() -> Any:
    spec = importlib.util.spec_from_file_location("tiny", ROOT / "tests" / "runs" / "tiny.py")
    if spec is None or spec.loader is None:
        raise ImportError("tests/runs/tiny.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Arena:
    """`size` subjects with two sections each. `cells` come before the findings.

    shared: all subjects share the first section, so that it is executed once.
    """

    def __init__(self, root: Path, size: int, cells: Sequence[str] = (), *, shared: bool = False) -> None:
        self.root = root.resolve()
        self.out = self.root / "out"
        self.notebooks = self.root / "notebooks"
        self.subjects = [f"subject_{number}" for number in range(size)]
        self.shared = shared
        self.environment = dict(os.environ)
        tiny = _tiny()
        for section in ("01_evidence", "02_case_study"):
            alike = shared and section == "01_evidence"
            tiny.write_notebook(self.notebooks, section, (*cells, *tiny.FINDINGS), shareable=alike)
        for name in self.subjects:
            tiny.write_subject(self.root / "subjects", name, kind="client" if shared else "case")
        self.environment["SIYU_DATA"] = str(self.root / "subjects")

    def start(
        self, *words: str, out: Path | None = None, subjects: Sequence[str] = (), manifest: Path | None = None
    ) -> subprocess.Popen[str]:
        """`siyu report` over all subjects, or some, or a manifest, in a session of its own."""
        asked = ["--manifest", str(manifest)] if manifest else [*(subjects or self.subjects), "--lang", "en"]
        asked += ["--jobs", str(min(3, len(self.subjects) + 1))]
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                COMMAND,
                str(self.notebooks),
                str(WORKER),
                "report",
                *asked,
                "--out",
                str(out or self.out),
                *words,
            ],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, out: Path | None = None) -> tuple[int, str, str]:
        """(exit code, stdout, stderr) of a run to its end."""
        process = self.start(*words, out=out)
        printed, said = process.communicate()
        return process.returncode, printed, said

    def plan(self) -> dict[str, set[str]]:
        """subject -> sections that a run would execute now, by `--dry-run`; unchanged ones are left out."""
        code, printed, said = self.run("--dry-run")
        if code:
            raise RuntimeError(said)
        lines = (line.partition(": ") for line in printed.splitlines())
        return {subject: _sections(done) for subject, _, done in lines if done != "unchanged"}

    def processes(self) -> list[psutil.Process]:
        """Every living process of this arena, found by its environment."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("SIYU_DATA") == self.environment["SIYU_DATA"]
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def orphans(self, patience: float = 5.0) -> list[str]:
        """Command lines of what is still there after `patience` seconds."""
        deadline = time.monotonic() + patience
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return [" ".join(process.cmdline())[:120] for process in left]

    def reports(self, out: Path | None = None) -> dict[str, dict[str, Any]]:
        """subject -> run.json of every visible folder. Raises AssertionError when one is not whole."""
        found = {}
        for folder in sorted((out or self.out).glob("[!.]*/")):
            if wrong := mismatches(folder):
                raise AssertionError(f"{folder.name}: {wrong}")
            found[folder.name] = json.loads((folder / "run.json").read_text())
        return found

    def contents(self, subject: str, out: Path | None = None) -> dict[str, str]:
        """File -> digest of a report, without the journal."""
        folder = (out or self.out) / subject
        files = storage.files_below(folder)
        return {name: sha256_of(path) for name, path in files.items() if path.name != "journal.json"}

    def executed(self) -> list[tuple[str, str]]:
        """(subject, section) of every execution that ended well, from the logs."""
        found = []
        for subject in self.subjects:
            log = self.out / ".siyu" / "logs" / f"{subject}.log"
            lines = log.read_text().splitlines() if log.exists() else []
            words = [line.split(" ", 2)[2] for line in lines]
            found += [(subject, said.partition(":")[0]) for said in words if said[:1].isdigit() and ": ok" in said]
        return found


def _sections(said: str) -> set[str]:
    first = said.partition(";")[0]
    return set(first.removeprefix("execute ").split(", ")) if first.startswith("execute ") else set()

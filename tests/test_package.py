"""The wheel holds what `siyu init` copies and no client; installed, siyu writes into its project only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
KEPT = ("pyproject.toml", ".gitignore", "README.md", "LICENSE")


def packed(root):
    return {one.distribution_path for one in WheelBuilder(str(root)).recurse_included_files()}


def test_no_client_and_no_report_gets_into_a_wheel(tmp_path):
    for name in KEPT:
        shutil.copy(ROOT / name, tmp_path)
    planted = ("data/subjects/acme/exports/orders.csv", "data/subjects/.store/demo/x", "reports/acme/run.json",
               "data/subjects/demo/exports/a.csv", "src/siyu/__init__.py", "notebooks/01_a.ipynb")  # fmt: skip
    for name in planted:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert packed(tmp_path) == {
        "siyu/__init__.py", "siyu/bundled/notebooks/01_a.ipynb", "siyu/bundled/data/subjects/demo/exports/a.csv",
    }  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder of packages that holds siyu as its wheel does, and a way to start it in a folder."""
    site = tmp_path_factory.mktemp("site")
    for one in WheelBuilder(str(ROOT)).recurse_included_files():
        (site / one.distribution_path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(one.path, site / one.distribution_path)

    def siyu(folder, *words):
        home = site.parent / "home"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(site),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(home),
        }
        command = [sys.executable, "-m", "siyu", *words]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    return site, siyu


def test_an_installed_package_works_in_a_project_folder_and_writes_nowhere_else(installed, tmp_path):
    site, siyu = installed
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    outside = siyu(tmp_path, "metrics", "cdnow")
    assert (outside.returncode, "siyu init FOLDER" in outside.stderr) == (2, True)
    made = siyu(tmp_path, "init", "desk")
    assert made.returncode == 0, made.stderr
    assert {"Makefile", ".gitignore", "data", "docs", "notebooks"} <= {
        path.name for path in (tmp_path / "desk").iterdir()
    }
    found = siyu(tmp_path / "desk" / "notebooks", "report", "cdnow", "--dry-run", "--json")
    assert found.returncode == 0, found.stderr
    assert "07_repurchase" in json.loads(found.stdout)["execute"]
    counted = siyu(tmp_path / "desk", "check", "data/subjects/cdnow/exports", "--json")
    assert counted.returncode == 0, counted.stderr
    assert json.loads(counted.stdout)["files"][0]["accepted"] == 69_659
    assert before == {path: path.stat().st_mtime_ns for path in site.rglob("*")}

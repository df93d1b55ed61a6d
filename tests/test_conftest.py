"""A missing program skips a test by default and fails it where SIYU_REQUIRE names it; nbval compares text; what begins
too late is counted."""

import time
import tomllib
from pathlib import Path

import nbformat
import pytest

pytest_plugins = ["pytester"]

BROWSER_TEST = """
import pytest

@pytest.mark.browser
def test_page():
    pass

def test_plain():
    pass
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Run pytest in an empty folder with this project's conftest and without any program."""
    for name in ("SIYU_REQUIRE", "SIYU_UNTIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    pytester.makeconftest((Path(__file__).parent.parent / "conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = browser\n")
    sanitize = Path(__file__).parent / "nbval_sanitize.cfg"
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / sanitize.name).write_bytes(sanitize.read_bytes())
    return pytester.runpytest_subprocess


def test_absent_program_skips_and_is_counted(pytester: pytest.Pytester, run) -> None:
    pytester.makepyfile(BROWSER_TEST)
    result = run()
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines("not run: 1 test (browser: none of chromium, * is on PATH)")


def test_required_program_that_is_absent_fails(pytester: pytest.Pytester, run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile(BROWSER_TEST)
    monkeypatch.setenv("SIYU_REQUIRE", "browser,office")
    result = run()
    result.assert_outcomes(passed=1, errors=1)


def test_unknown_requirement_is_a_usage_error(pytester: pytest.Pytester, run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile(BROWSER_TEST)
    monkeypatch.setenv("SIYU_REQUIRE", "browsers")
    assert run().ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("arguments", [(), ("-n", "2", "--dist", "loadfile")])
def test_what_begins_too_late_is_skipped_and_counted(
    pytester: pytest.Pytester, run, monkeypatch: pytest.MonkeyPatch, arguments
) -> None:
    pytester.makepyfile(BROWSER_TEST, test_other="def test_fails(): raise ValueError")
    monkeypatch.setenv("SIYU_UNTIL", f"{time.time() - 1}")
    result = run(*arguments)
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines("not run: 3 tests (SIYU_UNTIL is over)")
    monkeypatch.setenv("SIYU_UNTIL", f"{time.time() + 3600}")
    run(*arguments).assert_outcomes(passed=1, skipped=1, failed=1)


def test_files_that_take_long_come_last_where_time_may_run_out(
    pytester: pytest.Pytester, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("tests/runs/test_batch.py", "tests/test_short.py"):
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("def test_one(): pass\n", encoding="utf-8")
    run("-v").stdout.fnmatch_lines(["*test_batch.py*", "*test_short.py*"])
    monkeypatch.setenv("SIYU_UNTIL", f"{time.time() + 3600}")
    run("-v").stdout.fnmatch_lines(["*test_short.py*", "*test_batch.py*"])
    monkeypatch.setenv("SIYU_UNTIL", f"{time.time() + 600}")  # time enough for a short one only
    run().assert_outcomes(passed=1, skipped=1)


def test_a_checkout_that_is_read_only_is_tested_verbosely_too(pytester: pytest.Pytester, run) -> None:
    pytester.makepyfile(BROWSER_TEST)
    settings = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    filters = settings["tool"]["pytest"]["ini_options"]["filterwarnings"]
    pytester.makeini("\n  ".join(["[pytest]\nmarkers = browser\nfilterwarnings =", *filters]))
    (pytester.path / ".hypothesis").touch()  # no folder, so that nobody, root neither, can keep anything there
    run("-v").assert_outcomes(passed=1, skipped=1)


def test_notebook_text_is_compared_but_for_addresses(pytester: pytest.Pytester, run) -> None:
    cells = []
    for printed, stored in (("object()", "<object at 0x7f0000000000>"), ("6.5 * 2", "13.0"), ("6.5 * 2", "13.1")):
        cells.append(nbformat.v4.new_code_cell(printed, execution_count=len(cells) + 1))
        output = nbformat.v4.new_output("execute_result", {"text/plain": stored}, execution_count=len(cells))
        cells[-1].outputs = [output]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, pytester.path / "one.ipynb")
    result = run("--nbval", "-rfp")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines("FAILED one.ipynb::Cell 2*")

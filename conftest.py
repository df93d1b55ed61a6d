"""What every pytest run here shares: which programs tests may need, and how notebooks are compared.

Tests marked `browser`, `office` or `java` start a program that a machine may lack. Without it they are
skipped and counted as not run; SIYU_REQUIRE=browser,office,java turns such a skip into a failure. SIYU_UNTIL, in
seconds since 1970, is for a machine that may be too busy for all of them: what has not begun by then is skipped and
counted, and what takes longest comes last.
"""

import math
import os
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

from siyu.paths import settle_home

settle_home()  # as every verb does: the user of a container has none
# every core runs tests, and what they start: one thread a library, said before the first of them is imported
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# a Java that lives for a minute spends most of it on compiling well
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
# how long an example takes says nothing of it; nothing is kept, so that the checkout may be read only
hypothesis.settings.register_profile("siyu", deadline=None, database=None)
hypothesis.settings.load_profile("siyu")
PROGRAMS = {
    "browser": ("chromium", "chromium-browser", "google-chrome"),
    "office": ("soffice", "libreoffice"),
    "java": ("java",),
}
# files that take longest, first: a core must not idle while the other ends one of them
LONG = (
    "tests/runs/test_remote.py", "tests/render/page/test_page_browser.py", "tests/runs/test_torture.py",
    "tests/notebooks/test_notebooks.py", "tests/runs/test_sharing.py", "tests/runs/test_batch.py",
    "tests/intake/test_privacy.py", "tests/commands/test_cli.py", "tests/runs/test_endings.py",
    "tests/simulator/test_simulator.py", "tests/render/office/test_office.py", "tests/playbook/test_plan.py",
    "tests/intake/test_plausible.py", "tests/orders/test_metrics.py", "tests/orders/test_observed.py",
    "tests/intake/test_attacks.py", "tests/intake/test_snapshots.py", "tests/intake/test_onboarding.py",
    "tests/orders/test_experiment.py", "tests/runs/make/test_forking.py", "tests/simulator/test_worlds.py",
    "tests/notebooks/test_orders_notebook.py", "tests/render/office/test_deck.py", "tests/intake/test_sources.py",
)  # fmt: skip
# in one process: a session of Spark is long to start
SPARK = ("tests/orders/test_spark.py", "tests/orders/test_canonical.py")
UNTIL, LATE = float(os.environ.get("SIYU_UNTIL") or "inf"), "SIYU_UNTIL is over"
EARLIER = 20 * 60  # seconds by which those of LONG have to begin before: one may take so long on a busy machine


def program(marker: str) -> str | None:
    """Path of the program that tests with this marker start; None when the machine has none."""
    return next(filter(None, map(shutil.which, PROGRAMS[marker])), None)


def required() -> set[str]:
    """The markers that SIYU_REQUIRE names, comma-separated; an unknown one is a usage error."""
    names = {name.strip() for name in os.environ.get("SIYU_REQUIRE", "").split(",")} - {""}
    if unknown := sorted(names - PROGRAMS.keys()):
        message = f"SIYU_REQUIRE: {', '.join(unknown)} is unknown; it may name {', '.join(PROGRAMS)}"
        raise pytest.UsageError(message)
    return names


def pytest_configure(config: pytest.Config) -> None:
    """Check SIYU_REQUIRE before anything runs; give nbval its sanitizing rules wherever it is started."""
    required()
    if not config.option.nbval_sanitize_with:
        config.option.nbval_sanitize_with = str(Path(__file__).parent / "tests" / "nbval_sanitize.cfg")
    config.option.nbval_kernel_startup_timeout = 600  # seconds: on a busy machine a minute is not enough


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Compare of a notebook what a reader sees as text.

    Pictures differ by a pixel between machines; a finding's data holds every digit of its numbers,
    of which the text form, which is compared, shows four.
    """
    if collector.path.suffix == ".ipynb" and hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/png", "text/html", "application/vnd.siyu.finding+json")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, those of Spark beside each other; where time may run out, these and notebooks last."""
    first = {name: place for place, name in enumerate(dict.fromkeys((*SPARK, *LONG)))}

    def place(item: pytest.Item) -> tuple[bool, int]:
        file = item.nodeid.partition("::")[0]
        last = math.isfinite(UNTIL) and (file in first or file.endswith(".ipynb"))
        return last, first.get(file, len(first))

    items.sort(key=place)


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """A file to a process, those of Spark to one."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return SPARK[0] if file in SPARK else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """How files are distributed, where they are (`--dist loadfile`)."""
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that begins too late, or whose program is absent; fail it where the program is required."""
    if time.time() > UNTIL - EARLIER * (item.nodeid.partition("::")[0] in LONG):
        pytest.skip(LATE)
    for marker, names in PROGRAMS.items():
        if item.get_closest_marker(marker) and not program(marker):
            reason = f"{marker}: none of {', '.join(names)} is on PATH"
            if marker in required():
                pytest.fail(f"SIYU_REQUIRE names {reason}", pytrace=False)
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were not run for want of a program or of time."""
    skipped = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    for reason, count in Counter(reason.removeprefix("Skipped: ") for reason in skipped).items():
        if reason == LATE or reason.partition(":")[0] in PROGRAMS:
            terminalreporter.write_line(f"not run: {count} test{'s' * (count > 1)} ({reason})")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium, for tests marked `browser`."""
    return found("browser")


@pytest.fixture(scope="session")
def soffice() -> str:
    """Path of LibreOffice, for tests marked `office`."""
    return found("office")


def found(marker: str) -> str:
    """Path of the marker's program; a test that asks for it without the marker is told so."""
    path = program(marker)
    if path is None:
        pytest.fail(f"mark this test with pytest.mark.{marker}", pytrace=False)
    return path

"""What these tests share."""

from pathlib import Path

import pytest
from beside import module_at

from siyu.workbook import open_workbook


def _loaded(name):
    return module_at(Path(__file__).with_name(f"{name}.py"))


@pytest.fixture(scope="session")
def groups():
    """`tests/reach/groups.py`."""
    return _loaded("groups")


@pytest.fixture(scope="session")
def recovery():
    """`tests/reach/recovery.py`."""
    return _loaded("recovery")


@pytest.fixture(scope="session")
def reach():
    """The audience of a case: assumptions alone."""
    return open_workbook("04_reach", "luzhou_laojiao").audience

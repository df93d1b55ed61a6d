"""What these tests share."""

import importlib.util
import sys
from pathlib import Path

import pytest

from siyu.workbook import open_workbook


def _loaded(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


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

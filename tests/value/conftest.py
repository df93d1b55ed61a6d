"""What these tests share."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shops():
    """`tests/value/shops.py`."""
    spec = importlib.util.spec_from_file_location("shops", Path(__file__).parent / "shops.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["shops"] = module
    spec.loader.exec_module(module)
    return module

"""What these tests share."""

from pathlib import Path

import pytest
from beside import module_at


@pytest.fixture(scope="session")
def shops():
    """`tests/value/shops.py`."""
    return module_at(Path(__file__).with_name("shops.py"))

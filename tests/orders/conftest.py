"""The made-up brand of these tests."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pyarrow as pa
import pytest

from siyu.paths import data_dir


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


brand_module = _module("brand")


@pytest.fixture(scope="session")
def brand() -> ModuleType:
    """`tests/orders/brand.py`."""
    return brand_module


@pytest.fixture(scope="session")
def calibration() -> ModuleType:
    """`tests/orders/calibration.py`."""
    return _module("calibration")


@pytest.fixture(scope="session")
def plain() -> ModuleType:
    """`tests/orders/plain.py`."""
    return _module("plain")


@pytest.fixture(scope="session")
def ends() -> ModuleType:
    """`tests/orders/ends.py`."""
    return _module("ends")


@pytest.fixture(scope="session")
def retailer(calibration: ModuleType) -> ModuleType:
    """`tests/orders/retailer.py`."""
    return _module("retailer")


@pytest.fixture(scope="session")
def verdicts(plain: ModuleType) -> ModuleType:
    """`tests/orders/verdicts.py`."""
    return _module("verdicts")


@pytest.fixture(scope="session")
def cdnow() -> pd.DataFrame:
    """Orders of the bundled sample: buyer_id, day, paid_fen, net_fen."""
    rows = pd.read_csv(data_dir() / "reference" / "cdnow_sample.csv", dtype=str)
    fen = (rows["amount_usd"].astype(float) * 100).round().astype("int64")
    buyer = rows["customer"].astype("int64") - 1
    return pd.DataFrame({"buyer_id": buyer, "day": pd.to_datetime(rows["date"]), "paid_fen": fen, "net_fen": fen})


@pytest.fixture(scope="session")
def purchases(cdnow: pd.DataFrame) -> pa.Table:
    """Its purchases."""
    return brand_module.purchases(cdnow)


@pytest.fixture(scope="session")
def lots() -> ModuleType:
    """`tests/orders/lots.py`."""
    return _module("lots")

"""The made-up brand of these tests."""

from pathlib import Path
from types import ModuleType

import pandas as pd
import pyarrow as pa
import pytest
from beside import module_at

from siyu.paths import data_dir

brand_module = module_at(Path(__file__).with_name("brand.py"))


@pytest.fixture(scope="session")
def brand() -> ModuleType:
    """`tests/orders/brand.py`."""
    return brand_module


@pytest.fixture(scope="session")
def calibration() -> ModuleType:
    """`tests/orders/calibration.py`."""
    return module_at(Path(__file__).with_name("calibration.py"))


@pytest.fixture(scope="session")
def plain() -> ModuleType:
    """`tests/orders/plain.py`."""
    return module_at(Path(__file__).with_name("plain.py"))


@pytest.fixture(scope="session")
def ends() -> ModuleType:
    """`tests/orders/ends.py`."""
    return module_at(Path(__file__).with_name("ends.py"))


@pytest.fixture(scope="session")
def retailer(calibration: ModuleType) -> ModuleType:
    """`tests/orders/retailer.py`."""
    return module_at(Path(__file__).with_name("retailer.py"))


@pytest.fixture(scope="session")
def verdicts(plain: ModuleType) -> ModuleType:
    """`tests/orders/verdicts.py`."""
    return module_at(Path(__file__).with_name("verdicts.py"))


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
    return module_at(Path(__file__).with_name("lots.py"))

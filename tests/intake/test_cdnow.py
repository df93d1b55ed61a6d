"""The bundled CDNOW subject against published counts of its master file."""

import pandas as pd
import pytest

from siyu.intake.store.client_tables import books_of
from siyu.paths import data_dir
from siyu.subjects import load_subject


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cdnow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_KEY", str(folder / "key"))
        return books_of(data_dir() / "subjects" / "cdnow" / "exports", folder / "store")


@pytest.fixture(scope="module")
def orders(cdnow):
    return pd.read_parquet(cdnow.orders)


@pytest.fixture(scope="module")
def purchases(cdnow):
    frame = pd.read_parquet(cdnow.purchases)
    return frame.assign(day=pd.to_datetime(frame["day"]), first_day=pd.to_datetime(frame["first_day"]))


def test_counts_of_the_master_file(cdnow, orders):
    """Fader and Hardie's master file: 69,659 orders, 23,570 customers, USD 2,500,315.63."""
    (account,) = cdnow.accounts
    assert account.clean
    assert (account.records["accepted"], account.fen["accepted"]) == (69_659, 250_031_563)
    assert (len(orders), orders["buyer_id"].nunique(), orders["paid_fen"].sum()) == (69_659, 23_570, 250_031_563)
    assert (orders["paid_fen"] == 0).sum() == 80
    repeated = orders.duplicated(["buyer_id", "paid_at", "quantity", "paid_fen"])
    assert repeated.sum() == 255
    assert cdnow.identity == (1.0, 69_659, None)


def test_purchases_are_days_and_zero_rows_count(orders, purchases):
    days = orders.assign(day=orders["paid_at"].dt.normalize()).groupby(["buyer_id", "day"])
    assert len(purchases) == days.ngroups
    assert purchases["orders"].sum() == 69_659
    assert purchases["orders"].tolist() == days.size().tolist()
    assert purchases["paid_fen"].tolist() == days["paid_fen"].sum().tolist()


def test_cohorts_and_their_first_month(purchases):
    """Jan/Feb/Mar cohorts 7,846/8,476/7,248; customers back in the next month 1,157/1,312/1,032."""
    born = purchases["first_day"].dt.to_period("M")
    month = purchases["day"].dt.to_period("M")
    assert purchases.groupby(born)["buyer_id"].nunique().tolist() == [7_846, 8_476, 7_248]
    back = purchases[(month.dt.year - born.dt.year) * 12 + month.dt.month - born.dt.month == 1]
    assert back.groupby(born)["buyer_id"].nunique().tolist() == [1_157, 1_312, 1_032]


def test_repurchase_of_the_first_half_of_1997(purchases):
    """By distinct days 34.03%, by orders 34.80% of the users; 43.24% of the orders."""
    half = purchases[purchases["day"] < "1997-07-01"]
    of_buyer = half.groupby("buyer_id").agg(days=("day", "size"), orders=("orders", "sum"))
    assert (of_buyer["days"] > 1).mean() == pytest.approx(0.3403, abs=5e-5)
    assert (of_buyer["orders"] > 1).mean() == pytest.approx(0.3480, abs=5e-5)
    assert 1 - len(of_buyer) / of_buyer["orders"].sum() == pytest.approx(0.4324, abs=5e-5)


def test_the_subject_is_public_and_in_dollars():
    subject = load_subject("cdnow")
    assert (subject.currency, subject.suppress_below) == ("USD", 0)

"""What settlements and flows of funds say was charged for an order."""

import pandas as pd

CHARGED = ["traffic_form", "fee_fen", "base_fen"]
FORMS_TOLD = ("live", "video", "card", "image", "other")  # what is told later, or otherwise, is `all`


def by_order(booked: pd.DataFrame, forms: pd.DataFrame | None = None) -> pd.DataFrame:
    """A row per charge that names its order: platform, order_id, traffic_form, fee_fen and base_fen (int64).

    booked: the table `charges`, see `tables.yml`. forms: order_id and traffic_form of order exports, which tell it
    where the settlement does not."""
    columns = ["platform", "order_id", "sort", "amount_fen", *CHARGED]
    booked = booked.reindex(columns=columns).dropna(subset="order_id")
    # a flow of funds books what was paid, what came back, and what was taken in rows of their own
    paid, taken = booked["sort"].isin(["sale", "refund"]), booked["sort"] == "fee"
    booked["base_fen"] = booked["base_fen"].fillna(booked["amount_fen"].where(paid, 0)).astype("int64")
    booked["fee_fen"] = booked["fee_fen"].fillna(-booked["amount_fen"].where(taken, 0)).astype("int64")
    form = booked["traffic_form"].astype(object)
    if forms is not None:
        known = forms.dropna().drop_duplicates("order_id").set_index("order_id")["traffic_form"].astype(object)
        form = form.fillna(booked["order_id"].map(known))
    told: pd.DataFrame = booked.assign(traffic_form=form.where(form.isin(FORMS_TOLD), "all"))
    return told[["platform", "order_id", *CHARGED]]

"""Events as tables of the store have them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from siyu.simulator.audiences.climbs import LadderWorld, did

MONDAY = pd.Timestamp("2024-12-30")
AS_OF = date(2025, 12, 31)


def frame(rows):
    """Rows (person, days after MONDAY, event, channel, fen) as a table of events."""
    return pd.DataFrame(
        {
            "buyer_id": [row[0] for row in rows],
            "at": [(MONDAY + pd.Timedelta(days=row[1])).as_unit("s") for row in rows],
            "event": [row[2] for row in rows],
            "channel": [row[3] if len(row) > 3 else None for row in rows],
            "paid_fen": [row[4] if len(row) > 4 else None for row in rows],
        }
    ).astype({"paid_fen": "Int64", "channel": "string", "at": "datetime64[s]"})


@pytest.fixture(scope="session")
def events_of():
    return frame


@pytest.fixture(scope="session")
def lived():
    """LadderWorld, seed -> its events as a table."""

    def made(audience, seed):
        events = did(audience, seed, int(MONDAY.timestamp()))
        return pd.DataFrame(
            {
                "buyer_id": events["person"],
                "at": pd.to_datetime(events["at"], unit="s").astype("datetime64[s]"),
                "event": pd.Categorical(events["event"]),
                "channel": events["channel"],
                "paid_fen": events["paid_fen"],
            }
        )

    return made


@pytest.fixture(scope="session")
def audience():
    return LadderWorld(900, 40)


@pytest.fixture(scope="session")
def events(lived, audience):
    return lived(audience, 5)

"""The draw of who is to be invited, kept in the subject's folder for its owner's eyes only, and what comes back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict

from siyu import reads
from siyu.errors import Problem, UsageError, several
from siyu.intake.store.inventory import written

ROWS, TERMS = "draw.csv", "draw.json"


class Terms(BaseModel):
    """What a draw was asked for (share, difference, power, seed), and what it came to.

    base: share of buyers in no group who come back anyway. invited, control: buyers that the difference needs in each
    arm. detectable: the least difference that those at hand show. reading_day: when it can be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    share: float
    difference: float
    power: float
    seed: int
    drawn_on: date
    base: float
    invited: int
    control: int
    detectable: float | None
    reading_day: date

    @property
    def asked(self) -> dict[str, float]:
        """What the call named."""
        return {"share": self.share, "difference": self.difference, "power": self.power, "seed": self.seed}


@dataclass(frozen=True)
class Draw:
    """rows: order_id (a buyer's newest), arm (`invited`, `control`), stratum, by order_id."""

    terms: Terms
    rows: pd.DataFrame


def stored(folder: Path) -> Draw | None:
    """The draw in a subject's folder, None before the first."""
    if not (folder / TERMS).is_file():
        return None
    return Draw(Terms.model_validate_json((folder / TERMS).read_bytes()), _rows((folder / ROWS).read_bytes()))


def store(folder: Path, draw: Draw) -> None:
    """Keep a draw."""
    written(folder / ROWS, draw.rows.to_csv(index=False))
    written(folder / TERMS, draw.terms.model_dump_json(indent=1) + "\n")


def without(folder: Path, order_ids: Collection[str]) -> None:
    """Take these orders out of the draw, if there is one."""
    if (draw := stored(folder)) is not None:
        store(folder, Draw(draw.terms, draw.rows[~draw.rows["order_id"].isin(order_ids)]))


def assigned(folder: Path, returned: pd.DataFrame | None) -> pd.DataFrame | None:
    """order_id, arm and invited_at of an experiment, None before anything came back.

    returned: rows that the client sent. Where the draw is kept, the arms are its own, and only its orders count.
    Raises UsageError where what came back contradicts it."""
    if returned is None:
        return None
    told = returned.reindex(columns=["order_id", "arm", "invited_at"])
    try:
        drawn = _rows(reads.content(folder / ROWS))[["order_id", "arm"]]
    except FileNotFoundError:
        return told
    both = drawn.merge(told, how="left", on="order_id", suffixes=("", "_told"))
    if wrong := int((both["arm_told"].notna() & (both["arm_told"] != both["arm"])).sum()):
        step = "Send the file that `siyu assign` wrote, with the times filled in."
        raise UsageError(
            [Problem(ROWS, 0, "arm", f"{several(wrong, 'order')} returned in another arm", "the arm drawn", step)]
        )
    return both.drop(columns="arm_told")


def _rows(content: bytes) -> pd.DataFrame:
    return pd.read_csv(BytesIO(content), dtype=str)

"""What the codes of this domain are called: the tables of `labels.yml`, as message ids; charts attach them last."""

from typing import Any

from siyu.messages import tables

globals().update(tables(__file__))


def __getattr__(name: str) -> Any:
    raise AttributeError(f"no table {name} in labels.yml")

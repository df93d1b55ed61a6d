"""What the codes of this domain are called: the tables of `labels.yml`, as message ids; charts attach them last."""

from typing import Any

from siyu.plain_yaml import beside

globals().update(beside(__file__, "labels.yml"))


def __getattr__(name: str) -> Any:
    raise AttributeError(f"no table {name} in labels.yml")

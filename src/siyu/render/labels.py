"""Words for the closed lists of the data, as message ids: the tables of `labels.yml`."""

from typing import Any

from siyu import routes
from siyu.messages import tables

_TABLES = tables(__file__)
globals().update(_TABLES)
# statistics that a figure's name has to say; a limit is one by its name
MARKED = ("peak", "start", "end")
ROUTES = {key: route.rule for key, route in routes.ROUTES.items()}
_MARKS = {"yes": "✓", "no": "×", "partly": "◐", "na": "–", "stated": "✓", "not_stated": "×"}
CHECKS = {code: (mark, _TABLES["WORDS"][code]) for code, mark in _MARKS.items()}


def value_id(name: str) -> str:
    """Message id for the name of a finding's value, for languages that have a word for it."""
    return "value: " + name.replace("_", " ")


def __getattr__(name: str) -> Any:
    raise AttributeError(f"no table {name} in labels.yml")

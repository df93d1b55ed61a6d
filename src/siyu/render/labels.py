"""Words for the closed lists of the data, as message ids: the tables of `labels.yml`."""

from siyu import routes
from siyu.messages import labelled

__getattr__ = labelled(__file__)
# statistics that a figure's name has to say; a limit is one by its name
MARKED = ("peak", "start", "end")
ROUTES = {key: route.rule for key, route in routes.ROUTES.items()}
_MARKS = {"yes": "✓", "no": "×", "partly": "◐", "na": "–", "stated": "✓", "not_stated": "×"}
CHECKS = {code: (mark, __getattr__("WORDS")[code]) for code, mark in _MARKS.items()}


def value_id(name: str) -> str:
    """Message id for the name of a finding's value, for languages that have a word for it."""
    return "value: " + name.replace("_", " ")

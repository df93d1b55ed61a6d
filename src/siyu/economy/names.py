"""What inputs, groups of inputs and categories are called: message ids, or both languages from the data."""

from collections.abc import Mapping

from siyu.economy import labels
from siyu.evidence.assumptions import Assumption, Assumptions
from siyu.evidence.fee_rule import Rate
from siyu.language import Text
from siyu.routes import route_of


def route_name(route: str) -> Text:
    """Name of a route, to be set inside a sentence."""
    return {"id": route_of(route).word}


def input_name(name: str, entry: Assumption | Rate) -> Text:
    """What an input is called: the row's own name, or the fee and its route."""
    if isinstance(entry, Rate):
        kind, _, route = name.partition("_")
        return {"id": labels.RATES[kind], "args": {"route": route_name(route)}}
    return {"en": entry.name, "zh": entry.name_zh}


def group_names(inputs: Mapping[str, Assumption | Rate]) -> dict[str, Text]:
    """group -> what it is called; one of a single input, or of the client's own, by its first member."""
    names: dict[str, Text] = {}
    for name in sorted(inputs):
        names.setdefault(inputs[name].group or name, input_name(name, inputs[name]))
    return names | {group: {"id": text} for group, text in labels.GROUP_NAMES.items()}


def basis(rate: Rate) -> str:
    """Key of `labels.RULES` and `labels.FEE_LINES`."""
    if rate.measured:
        return "measured"
    return "prior" if rate.year is None else "stated" if rate.stated else "last"


def rule_name(rate: Rate) -> Text:
    """What stands behind a fee, with the year it is of."""
    return {"id": labels.RULES[basis(rate)], "args": {"year": {"value": str(rate.year)}}}


def category_name(assumptions: Assumptions, category: str) -> Text:
    """A category's name as its own order-value row prints it, behind the comma (Chinese: the dot)."""
    row = assumptions.get_for("order_value", category)
    if row.category != category:
        return {"id": labels.ANY} if category == "all" else {"en": category, "zh": category}
    return {"en": row.name.partition(", ")[2] or category, "zh": row.name_zh.partition("·")[2] or category}

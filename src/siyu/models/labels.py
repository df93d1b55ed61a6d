"""What the readings of a published case are called: the tables of `labels.yml`; charts attach them last."""

from siyu.figure import Figure
from siyu.language import Text
from siyu.messages import labelled, msg

__getattr__ = labelled(__file__)


def order_values(order_value: Figure) -> dict[str, Text]:
    """The points of an order value, each with its number."""
    points = {part: {"value": getattr(order_value, part), "unit": "CNY"} for part in ("low", "value", "high")}
    return {part: {"id": msg("Order value of {aov}"), "args": {"aov": point}} for part, point in points.items()}

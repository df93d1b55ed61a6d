"""What the readings of a published case are called, as message ids; charts attach them last."""

from siyu.figure import Figure
from siyu.language import Text
from siyu.messages import msg

FOLLOWERS = {
    "adopted": msg("As adopted"), "rival": msg("The other printing"),
    "platform": msg("Daily users of the whole platform"),
}  # fmt: skip
SALES = {
    "fans": msg("From fans"), "others": msg("From everybody else"), "all": msg("All live sales"),
    "level": msg("A usual month of the private domain"),
}  # fmt: skip
PER_FOLLOWER = {
    "usual": msg("A usual month of the private domain"), "best": msg("The best month of the live rooms"),
    "rival": msg("A usual month, with the other printing of followers"),
}  # fmt: skip
CURVE = {"chance": msg("Expected by chance")}
READINGS = {
    "fewest": msg("Share of buyers with at least two orders"),
    "most": msg("Chance that an order is followed by another"),
}  # fmt: skip
WINDOWS = {
    "month": msg("Within a month"), "quarter": msg("Within a quarter"), "half": msg("Within half a year"),
    "year": msg("Within a year"),
}  # fmt: skip
OWN = {"own": msg("Own group members"), "case": msg("The case, up to")}
JOINING = {
    "few": msg("Few join"), "usual": msg("As assumed"), "many": msg("Many join"),
    "aligned": msg("Compared from the joining purchase on"), "others": msg("Others"), "members": msg("Members"),
}  # fmt: skip
FEES = {
    "newcomer": msg("First month of a shop, usual sales"), "regular": msg("After that, usual sales"),
    "best": msg("After that, best month"),
}  # fmt: skip
CHANNEL = {
    "channel": msg("Channel share, as printed"),
    "followers": msg("Followers of the shop account, of all accounts"),
}  # fmt: skip
WATCHED = {"observed": msg("As observed, and what chance alone allows for")}
GROUP = {"start": msg("At the start"), "end": msg("At the end")}
DAYS = {"label": msg("Figure"), "printed": msg("As printed"), "metric": msg("What it counts"), "day": msg("Day")}


def order_values(order_value: Figure) -> dict[str, Text]:
    """The points of an order value, each with its number."""
    points = {part: {"value": getattr(order_value, part), "unit": "CNY"} for part in ("low", "value", "high")}
    return {part: {"id": msg("Order value of {aov}"), "args": {"aov": point}} for part, point in points.items()}

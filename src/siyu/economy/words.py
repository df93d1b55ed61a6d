"""What can be said of a choice between routes, by what was found."""

from siyu.messages import msg

# (whether to leave orders on Douyin, why one may act): of an order that is there
SWITCH = {
    (True, "sure"): msg("Leave an order on Douyin: a {better} chance that it keeps more there than by the {route}"),
    (True, "slight"): msg(
        "Leave an order on Douyin: a {better} chance that it keeps more than by the {route}; knowing all is worth only "
        "{worth} an order"
    ),
    (True, "open"): msg(
        "Open: a {better} chance that an order keeps more on Douyin than by the {route}; knowing all is worth {worth} "
        "an order"
    ),
    (False, "sure"): msg("Move an order to the {route}: a {better} chance that it keeps more there than on Douyin"),
    (False, "slight"): msg(
        "Move an order to the {route}: a {better} chance that it keeps more than on Douyin; knowing all is worth only "
        "{worth} an order"
    ),
    (False, "open"): msg(
        "Open: a {better} chance that an order keeps more by the {route} than on Douyin; knowing all is worth {worth} "
        "an order"
    ),
}
PEOPLE = {
    True: msg("Close people by the {first}: a {better} chance that a thousand people bring most that way, {best}"),
    False: msg("Open: a {better} chance that a thousand people bring most by the {first}, {best}"),
}
# (whether to leave orders on Douyin, None: open; whether the choice for people is decided)
ANSWERS = {
    (True, True): msg(
        "Leave the orders you have on Douyin: a {better} chance of keeping more; close new people by the {first}"
    ),
    (True, False): msg(
        "Leave the orders you have on Douyin: a {better} chance of keeping more; how to close new people is open"
    ),
    (False, True): msg(
        "Move the orders you have to the {route}: a {better} chance of keeping more; close new people by the {first}"
    ),
    (False, False): msg(
        "Move the orders you have to the {route}: a {better} chance of keeping more; how to close new people is open"
    ),
    (None, True): msg(
        "Close new people by the {first}; leave the orders you have as they are: {better} for the better place is no "
        "decision"
    ),
    (None, False): msg(
        "Change nothing yet: the better place for an order has a chance of {better}, that for new people of {share}"
    ),
}
# what would turn the choice for an order: (whether it stays on Douyin) -> fee, loss in moving
TURNS = {
    True: (
        msg("Douyin's fee: above {fee_star} the {route} keeps more of an order; it is {fee} now"),
        msg("Orders lost in moving: below {bearable_loss} moving pays; {friction} are assumed, nobody has measured it"),
    ),
    False: (
        msg("Douyin's fee: below {fee_star} an order keeps more on Douyin; it is {fee} now"),
        msg("Orders lost in moving: above {bearable_loss} moving does not pay; {friction} are assumed"),
    ),
}
OWN = {
    False: msg("{count} inputs are your own figures and replace what was assumed"),
    True: msg(
        "{count} inputs are your own figures; {updated} of them rest on few events and only move what was assumed"
    ),
}
CLOSING = {
    "platform": msg(
        "In {category}, buyers come back after {gap} months and need no visit: deals close on the platform"
    ),
    "trial": msg("In {category}, a trial comes first and buyers come back after {gap} months: deals close on WeChat"),
    "referral": msg("In {category}, buyers come back after {gap} months only: growth comes from referral"),
    "lead_visit": msg(
        "In {category}, a visit decides and buyers come back after {gap} months: the platform gives leads"
    ),
}

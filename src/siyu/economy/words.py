"""What can be said of a choice between routes, by what was found."""

from siyu.messages import msg

# (whether to leave orders on Douyin, why one may act): of an order that is there
SWITCH = {
    (True, "sure"): msg("Leave an order on Douyin: in {better} of the draws it keeps more there than by the {route}"),
    (True, "slight"): msg(
        "Leave an order on Douyin: it keeps more there than by the {route} in {better} of the draws, and knowing "
        "everything would bring only {worth} an order"
    ),
    (True, "open"): msg(
        "Open: an order keeps more on Douyin than by the {route} in {better} of the draws, and a wrong choice costs "
        "{worth} an order; measure '{unknown}' first"
    ),
    (False, "sure"): msg("Move an order to the {route}: in {better} of the draws it keeps more there than on Douyin"),
    (False, "slight"): msg(
        "Move an order to the {route}: it keeps more there than on Douyin in {better} of the draws, and knowing "
        "everything would bring only {worth} an order"
    ),
    (False, "open"): msg(
        "Open: an order keeps more by the {route} than on Douyin in {better} of the draws, and a wrong choice costs "
        "{worth} an order; measure '{unknown}' first"
    ),
}
PEOPLE = {
    True: msg(
        "Close people by the {first}: in {better} of the draws a thousand bring most that way, {best} against "
        "{next_best} by the {second}"
    ),
    False: msg(
        "Open: in {better} of the draws a thousand people bring most by the {first}, {best} against {next_best} by the "
        "{second}"
    ),
}
# (whether to leave orders on Douyin, None: open; whether the choice for people is decided)
ANSWERS = {
    (True, True): msg("Leave the orders you have on Douyin, and close people still to be won by the {first}"),
    (True, False): msg(
        "Leave the orders you have on Douyin; by which route to close people still to be won is open: measure "
        "'{unknown}' first"
    ),
    (False, True): msg("Move the orders you have to the {route}, and close people still to be won by the {first}"),
    (False, False): msg(
        "Move the orders you have to the {route}; by which route to close people still to be won is open: measure "
        "'{unknown}' first"
    ),
    (None, True): msg(
        "Close people still to be won by the {first}; whether to move the orders you have to the {route} is open: "
        "measure '{unknown}' first"
    ),
    (None, False): msg(
        "Neither choice is decided, where to keep the orders you have and how to close people: measure '{unknown}' "
        "first"
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

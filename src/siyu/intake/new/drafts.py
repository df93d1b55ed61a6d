"""A first format for a table that no format fits: what its records prove, and the rest as open questions.

Nothing is computed with a draft until every `?` in it is answered. It holds headers and words that known formats have,
never a cell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from siyu.intake.formats.catalogue import OPEN, decides, names_buyers
from siyu.intake.formats.format import Layout, normal
from siyu.intake.new import guesses
from siyu.intake.new.sample import Sample, names_nobody, sample
from siyu.intake.reading.sources import TableSource
from siyu.messages import tables

_TOLD: dict[str, str] = tables(__file__, "questions.yml")


@dataclass
class Draft:
    """content: of the YAML. told: what was proved and what is asked, one line each, for the YAML and for people.

    said: the same that names words of the file, which only people on the spot are shown."""

    content: dict[str, Any]
    told: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The YAML."""
        body = yaml.safe_dump(self.content, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None)
        return "\n".join([*(f"# {line}" for line in (*_TOLD["intro"].splitlines(), *self.told)), body])


def drafted(source: TableSource, name: str) -> Draft:
    """A format for this table. Raises RefusedError when no header can be made out."""
    table = sample(source, guesses.WORDS, guesses.SPOKEN)
    members, contacts = guesses.columns(table, "members"), guesses.columns(table, "contacts")
    if {"joined_at", "group_id", "buyer_id"} <= set(members):
        return _Asking(table, name, "members", members).members()
    if "at" in contacts and not guesses.amounts(table, set())[0]:
        return _Asking(table, name, "contacts", contacts).contacts()
    return _Asking(table, name, "orders", guesses.columns(table)).orders()


def extended(layout: Layout, name: str) -> Draft:
    """The format of a file that has columns it says nothing about, with these as questions."""
    entry = layout.format.model_dump(exclude_defaults=True, exclude={"key", "open"})
    names = [name for name in layout.unknown if _speaks(name)]  # of these the reader could not tell
    identify = [layout.title(key) for key in layout.places] + list(names)
    content: dict[str, Any] = {"name": {"en": name, "zh": name}, "draft": True, "checked": OPEN} | entry
    content |= {"name": {"en": name, "zh": name}, "identify": identify, "waived": dict.fromkeys(names, OPEN)}
    buyers = [header for header in names if names_buyers(header)] if "buyer_id" not in layout.places else []
    if len(buyers) == 1:
        content["columns"]["buyer_id"]["header"] = buyers
        del content["waived"][buyers[0]]
    told = [_TOLD["made_from"].format(key=layout.format.key)]
    told += [_TOLD["decides"].format(header=header) for header in content["waived"]]
    told += [_TOLD["only_buyer"].format(header=header) for header in buyers[:1]]
    return Draft(content, told)


def told_apart(layout: Layout, source: TableSource, name: str) -> Draft:
    """The format of a file of which it cannot tell the lines of an order apart: by a column that does, or asked."""
    draft, table = extended(layout, name), sample(source, guesses.WORDS, guesses.SPOKEN)
    order, content = layout.places["order_id"], draft.content
    told = guesses.telling(table, order, set(layout.places.values()))
    held = [key for key in layout.format.line_key if key in layout.places]
    content["line_key"] = [*held, OPEN if told is None else "product_id"]
    if told is None:
        draft.told.append(_TOLD["line_key"])
        return draft
    header = table.named(told)
    content["columns"]["product_id"] = {"header": header, "read": "text"}
    content["waived"].pop(header, None)
    draft.told.append(_TOLD["told_apart"].format(order=table.named(order), column=header))
    return draft


def _speaks(name: str) -> bool:
    """Whether a header says what its column holds; anything else may be somebody's name."""
    return names_nobody(name, guesses.SPOKEN) and bool(guesses.SPOKEN.search(normal(name)))


class _Asking:
    """A draft in the making."""

    def __init__(self, table: Sample, name: str, sort: str, places: dict[str, int]) -> None:
        self.table, self.places, self.sort, self.name = table, places, sort, name
        self.kind = "events" if sort == "contacts" else sort
        self.columns: dict[str, dict[str, Any]] = {}
        self.told, self.said = list[str](), list[str]()
        self.refunds, self.line_key = "none", list[str]()

    def members(self) -> Draft:
        for key in guesses.COLUMNS["members"]:
            self._known(key, required=key != "left_at")
        return self._draft(control=[], duplicates="drop")

    def contacts(self) -> Draft:
        """A line is a person whom staff have added: whoever left since is not there."""
        self._known("at", required=True)
        if not self._known("buyer_id", required=True):
            self._ask("buyer_id", "buyer", guesses.called(self.table, self._taken(), "identity"), "contact_id")
        self._known("channel")
        event = "added_contact"
        self.columns["event"] = {"read": "choice", "value": event, "values": {event: event}}
        self._tell("contacts", at=self.places["at"])
        return self._draft(control=[], duplicates="drop")

    def orders(self) -> Draft:
        self._amount()
        self._time()
        self._order()
        if not self._known("buyer_id"):
            taken = self._taken()
            if found := guesses.called(self.table, taken.union(*guesses.amounts(self.table, taken)), "identity"):
                self._ask("buyer_id", "buyer", found)
        for key in ("quantity", "unit_price_fen", "freight_fen", "completed_at"):
            self._known(key)
        for key in ("status", "refund_state"):
            self._states(key)
        rows = self.columns["order_id"]["read"] == "row"
        return self._draft(control=["net_fen" if "net_fen" in self.columns else "paid_fen"],
                           duplicates="keep" if rows else "drop")  # fmt: skip

    def _known(self, key: str, *, required: bool = False) -> bool:
        """Take a column over that words and cells agree on, if there is one."""
        if key in self.places:
            column = guesses.COLUMNS[self.sort][key]
            self._column(key, column["read"], self.places[key], required=required)
        return key in self.places

    def _column(self, key: str, reader: str, place: int, *, required: bool = False) -> None:
        self.columns[key] = {"header": self.table.named(place), "read": reader}
        self.columns[key] |= {"required": True} if required else {}
        self.places[key] = place

    def _tell(self, what: str, **said: object) -> None:
        """A line of `questions.yml`; places of columns are said by their headers."""
        named = {key: self.table.named(value) if isinstance(value, int) else value for key, value in said.items()}
        self.told.append(_TOLD[what].format(**named))

    def _ask(self, key: str, reader: str, candidates: Sequence[int], question: str = "") -> None:
        names = ", ".join(map(self.table.named, candidates)) or "none was found"
        self.columns[key] = {"header": OPEN, "read": reader}
        self._tell("ask", key=key, question=_TOLD[question or key], names=names)

    def _taken(self, *but: str) -> set[int]:
        return {place for key, place in self.places.items() if key not in but}

    def _amount(self) -> None:
        table, refund = self.table, self.places.get("refunded_fen")
        found, others = guesses.amounts(table, self._taken())
        for place in others:
            self._tell("uncounted", header=place)
        totals = guesses.money(table, set())
        if refund is not None and (pair := guesses.net_of(table, refund, found, totals)):
            paid, total = pair
            self.refunds = "net"
            self._column("net_fen", "money", paid, required=True)
            self._column("gross_fen", "money", total)
            self._column("refunded_fen", "money", refund)
            self._tell("net", paid=paid, refund=refund, total=total)
            return
        if len(found) == 1:
            self._column("paid_fen", "money", found[0], required=True)
        elif not found and {"unit_price_fen", "quantity"} <= set(self.places):
            self.columns["paid_fen"] = {"read": "product", "of": ["unit_price_fen", "quantity"]}
            self._tell("product")
        else:
            self._ask("paid_fen", "money", found)
        if refund is not None:
            self._column("refunded_fen", "money", refund)
            proof = guesses.apart_from(table, refund, found[0], totals) if len(found) == 1 else None
            self.refunds = OPEN if proof is None else "apart"
            self._tell("refunds" if proof is None else "apart", paid=found[0] if found else "", proof=proof)

    def _time(self) -> None:
        if not self._known("paid_at"):
            others = guesses.called(self.table, self._taken("created_at", "completed_at"), "time", "time")
            if len(others) == 1 and not {"created_at", "completed_at"} & set(self.places):
                self._column("paid_at", "time", others[0], required=True)
            else:
                self._ask("paid_at", "time", others)
        self._known("created_at")

    def _order(self) -> None:
        table, order = self.table, self.places.get("order_id")
        if order is None:
            if candidates := guesses.called(table, self._taken(), "numbered", "id"):
                self._ask("order_id", "id", candidates)
            else:
                self.columns["order_id"] = {"read": "row"}
                self._tell("row")
            return
        self._column("order_id", "id", order, required=True)
        if self._known("line_id", required=True):
            self.line_key = ["line_id"]
        elif guesses.unique(table, [order]):
            self.line_key = ["order_id"]
            self._tell("one_line", order=order, lines=str(len(table.records)))
        else:
            self._lines(order)

    def _lines(self, order: int) -> None:
        """An order has several lines: what tells them apart, and whose is the amount?"""
        if (told := guesses.telling(self.table, order, self._taken())) is not None:
            self._column("product_id", "text", told)
            self.line_key = ["order_id", "product_id"]
            self._tell("told_apart", order=order, column=told)
        else:
            self.line_key = [OPEN]
            self._tell("line_key")
        place = self.places.get("paid_fen")
        if place is not None and guesses.repeated(self.table, order, place):
            self.columns["paid_fen"]["per"] = OPEN
            self._tell("per", paid=place)

    def _states(self, key: str) -> None:
        if (place := self.places.get(key)) is None:
            return
        known, unknown = guesses.states(self.table, place, key)
        values = known | ({OPEN: OPEN} if unknown or not known else {})
        self.columns[key] = {"header": self.table.named(place), "read": "choice", "values": values}
        if known:
            self._tell("known", header=place)
        if key == "refund_state" and self.refunds == "none":
            self.refunds = "apart"
        if unknown:
            self._tell("unknown", header=place, count=str(len(unknown)))
            self.said.append(f"{self.table.named(place)}: {', '.join(unknown[:20])}")

    def _draft(self, *, control: list[str], duplicates: str) -> Draft:
        table, used = self.table, set(self.places.values())
        asked = sorted(table.speakable - used)
        waived = dict.fromkeys((table.named(place) for place in asked if decides(table.header[place])), OPEN)
        for name in waived:
            self._tell("counts", header=name)
        rest = [name for name in map(table.named, asked) if name not in waived]
        spoken = [name for name in rest if _speaks(name)]
        content: dict[str, Any] = {
            "name": {"en": self.name, "zh": self.name}, "draft": True, "checked": OPEN, "kind": self.kind,
            "platform": "wechat" if self.sort == "contacts" else "other",
            "source": "drafted from the headers of a client's file",
            "identify": [table.named(place) for place in sorted(used)],
            "line_key": self.line_key, "duplicates": duplicates,
            **({"control": control, "refunds": self.refunds} if self.kind == "orders" else {}),
            "columns": self.columns,
            "ignored": [name for name in spoken if not guesses.PERSONAL.search(normal(name))],
            "ignored_personal": [name for name in spoken if guesses.PERSONAL.search(normal(name))],
            **({"waived": waived} if waived else {}),
        }  # fmt: skip
        if rest:
            self.said.append(f"Left aside: {', '.join(rest)}")
        return Draft(content, [*self.told, _TOLD["checked"]], self.said)

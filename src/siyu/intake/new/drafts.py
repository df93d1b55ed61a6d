"""A first format for a table that no format fits: what its records prove, and the rest as open questions.

Nothing is computed with a draft until every `?` in it is answered. It holds headers and words that known formats
have, never a cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from siyu.intake.formats.catalogue import OPEN, decides, names_buyers
from siyu.intake.formats.format import Layout, normal
from siyu.intake.new import guesses, proofs
from siyu.intake.new.sample import Sample, sample
from siyu.intake.reading.headers import harmless
from siyu.intake.reading.sources import TableSource

_INTRO = (
    "A draft. Nothing is computed with it until each ? is answered: write what belongs there, or take the line out.",
    "data/README.md explains each key. Leave draft: true as long as it has not been used for a while.",
)


@dataclass
class Draft:
    """content: of the YAML. told: what was proved and what is asked, one line each, for the YAML and for people.

    said: the same that names words of the file, which only people on the spot are shown.
    """

    content: dict[str, Any]
    told: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The YAML."""
        body = yaml.safe_dump(self.content, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None)
        return "\n".join([*(f"# {line}" for line in (*_INTRO, *self.told)), body])


def drafted(source: TableSource, name: str) -> Draft:
    """A format for this table. Raises RefusedError when no header can be made out."""
    table = sample(source, guesses.WORDS)
    members = guesses.columns(table, members=True)
    if {"joined_at", "group_id", "buyer_id"} <= set(members):
        return _Asking(table, name, "members", members).members()
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
    told = [f"{header}: may say which lines count, or who bought. Move it to columns, or write why it does not matter."
            for header in content["waived"]]  # fmt: skip
    told += [f"buyer_id: {header} is the only column that may tell buyers apart." for header in buyers[:1]]
    return Draft(content, [f"Made from the format {layout.format.key}.", *told])


def _speaks(name: str) -> bool:
    """Whether a header says what its column holds; anything else may be somebody's name."""
    sorts = (guesses.WORDS, guesses.PERSONAL, guesses.MORE)
    plain = normal(name)
    return harmless(name) == name.strip() and (decides(name) or any(words.search(plain) for words in sorts))


class _Asking:
    """A draft in the making."""

    def __init__(self, table: Sample, name: str, kind: str, places: dict[str, int]) -> None:
        self.table, self.places, self.kind = table, places, kind
        self.name = name
        self.columns: dict[str, dict[str, Any]] = {}
        self.told: list[str] = []
        self.said: list[str] = []
        self.waived: dict[str, str] = {}
        self.refunds = "none"
        self.line_key: Any = []

    def members(self) -> Draft:
        for key, reader, _ in guesses.MEMBERS:
            if key in self.places:
                self._column(key, reader, self.places[key], required=key != "left_at")
        return self._draft(control=[], duplicates="drop")

    def orders(self) -> Draft:
        self._amount()
        self._time()
        self._order()
        self._buyer()
        for key, reader in (("quantity", "count"), ("unit_price_fen", "money"), ("freight_fen", "money"),
                            ("completed_at", "time")):  # fmt: skip
            if key in self.places:
                self._column(key, reader, self.places[key])
        self._states()
        rows = self.columns.get("order_id", {}).get("read") == "row"
        return self._draft(control=["net_fen" if "net_fen" in self.columns else "paid_fen"],
                           duplicates="keep" if rows else "drop")  # fmt: skip

    def _column(self, key: str, reader: str, place: int, *, required: bool = False) -> None:
        self.columns[key] = {"header": self.table.named(place), "read": reader}
        if required:
            self.columns[key]["required"] = True
        self.places[key] = place

    def _ask(self, key: str, reader: str, question: str, candidates: Sequence[int]) -> None:
        names = ", ".join(self.table.named(place) for place in candidates) or "none was found"
        self.columns[key] = {"header": OPEN, "read": reader}
        self.told.append(f"{key}: {question} Columns that may be meant: {names}.")

    def _taken(self, *but: str) -> set[int]:
        return {place for key, place in self.places.items() if key not in but}

    def _amount(self) -> None:
        table, refund = self.table, self.places.get("refunded_fen")
        found = guesses.amounts(table, self._taken("unit_price_fen"))
        found = [place for place in found if place != self.places.get("unit_price_fen")]
        totals = guesses.money(table, set())
        if refund is not None and (pair := proofs.net_of(table, refund, found, totals)):
            paid, total = pair
            self.refunds = "net"
            self._column("net_fen", "money", paid, required=True)
            self._column("gross_fen", "money", total)
            self._column("refunded_fen", "money", refund)
            self.told.append(f"{table.named(paid)} is net of {table.named(refund)}: on every refunded line they add up"
                             f" to {table.named(total)}.")  # fmt: skip
            return
        if len(found) == 1:
            self._column("paid_fen", "money", found[0], required=True)
        elif not found and {"unit_price_fen", "quantity"} <= set(self.places):
            self.columns["paid_fen"] = {"read": "product", "of": ["unit_price_fen", "quantity"]}
            self.told.append("paid_fen: no column of amounts, so price times pieces.")
        else:
            self._ask("paid_fen", "money", "what did the buyer pay, without what platform or shop add?", found)
        if refund is not None:
            self._column("refunded_fen", "money", refund)
            proof = proofs.apart_from(table, refund, found[0], totals) if len(found) == 1 else None
            self.refunds = OPEN if proof is None else "apart"
            what = (f"{table.named(found[0])} is {table.named(proof)} on refunded lines, too: it stays as it was."
                    if proof is not None else "refunds: apart when the amount stays as it was, net when it is already"
                    " less the refund (then its column is net_fen).")  # fmt: skip
            self.told.append(what)

    def _time(self) -> None:
        if "paid_at" in self.places:
            self._column("paid_at", "time", self.places["paid_at"])
        else:
            others = guesses.times(self.table, self._taken("created_at", "completed_at"))
            if len(others) == 1 and "created_at" not in self.places and "completed_at" not in self.places:
                self._column("paid_at", "time", others[0], required=True)
            else:
                self._ask("paid_at", "time", "when was it paid? The time of the order only if all are paid.", others)
        if "created_at" in self.places:
            self._column("created_at", "time", self.places["created_at"])

    def _order(self) -> None:
        table, order = self.table, self.places.get("order_id")
        if order is None:
            candidates = guesses.numbered(table, self._taken())
            if candidates:
                self._ask(
                    "order_id", "id", "which number is the order's? Without any: read: row and no header.", candidates
                )
            else:
                self.columns["order_id"] = {"read": "row"}
                self.told.append("order_id: no column holds order numbers, so each line is an order of its own.")
            return
        self._column("order_id", "id", order, required=True)
        if "line_id" in self.places:
            self._column("line_id", "id", self.places["line_id"], required=True)
            self.line_key = ["line_id"]
        elif proofs.unique(table, [order]):
            self.line_key = ["order_id"]
            self.told.append(
                f"{table.named(order)} differs on all {len(table.records)} lines looked at: one line an order."
            )
        else:
            self._lines(order)

    def _lines(self, order: int) -> None:
        """An order has several lines: what tells them apart, and whose is the amount?"""
        table = self.table
        told = proofs.telling(table, order, self._taken())
        if told is not None:
            self._column("product_id", "text", told)
            self.line_key = ["order_id", "product_id"]
            self.told.append(f"{table.named(order)} repeats; {table.named(told)} tells the lines of an order apart.")
        else:
            self.line_key = [OPEN]
            self.told.append("line_key: an order has several lines; which columns make a line unique?")
        paid = self.columns.get("paid_fen", {})
        place = self.places.get("paid_fen")
        if place is not None and proofs.repeated(table, order, place):
            paid["per"] = OPEN
            self.told.append(f"paid_fen: {table.named(place)} is the same on all lines of an order: per: order when it"
                             " is the order's amount, line when each line cost so much.")  # fmt: skip

    def _buyer(self) -> None:
        if "buyer_id" in self.places:
            self._column("buyer_id", "buyer", self.places["buyer_id"])
            return
        found = guesses.identities(self.table, self._taken())
        if found:
            self._ask(
                "buyer_id", "buyer", "which column is the same for the same buyer? Without any, take this out.", found
            )

    def _states(self) -> None:
        for key in ("status", "refund_state"):
            place = self.places.get(key)
            if place is None:
                continue
            known, unknown = proofs.states(self.table, place, key)
            header = self.table.named(place)
            values = known | ({OPEN: OPEN} if unknown or not known else {})
            self.columns[key] = {"header": header, "read": "choice", "values": values}
            if known:
                self.told.append(f"{header}: words as in other formats; check that they mean the same here.")
            if key == "refund_state" and self.refunds == "none":
                self.refunds = "apart"
            if unknown:
                self.told.append(f"{header}: {len(unknown)} more words that no format has; say what each means.")
                shown = ", ".join(unknown[:20])
                self.said.append(f"{header}: {shown}")

    def _draft(self, *, control: list[str], duplicates: str) -> Draft:
        table, used = self.table, set(self.places.values())
        asked = {place for place in range(len(table.header)) if place not in used}
        for place in sorted(asked & table.speakable):
            if decides(table.header[place]):
                self.waived[table.named(place)] = OPEN
                self.told.append(f"{table.named(place)}: may say which lines count. Move it to columns, or write why"
                                 " it does not matter.")  # fmt: skip
        rest = [table.named(p) for p in sorted(asked & table.speakable) if table.named(p) not in self.waived]
        spoken = [name for name in rest if _speaks(name)]
        content: dict[str, Any] = {
            "name": {"en": self.name, "zh": self.name}, "draft": True, "checked": OPEN, "kind": self.kind,
            "platform": "other", "source": "drafted from the headers of a client's file",
            "identify": [table.named(place) for place in sorted(used)],
            "line_key": self.line_key, "duplicates": duplicates,
        }  # fmt: skip
        content |= {"control": control, "refunds": self.refunds} if self.kind == "orders" else {}
        content |= {
            "columns": self.columns,
            "ignored": [name for name in spoken if not guesses.PERSONAL.search(normal(name))],
            "ignored_personal": [name for name in spoken if guesses.PERSONAL.search(normal(name))],
        }
        content |= {"waived": self.waived} if self.waived else {}
        if rest:
            self.said.append(f"Left aside: {', '.join(rest)}")
        return Draft(content, [*self.told, "checked: who has looked through this draft, and when?"], self.said)

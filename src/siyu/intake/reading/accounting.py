"""What became of every record of a file: accepted, quarantined, ignored. Nothing else exists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from siyu.intake.containers.paging import ListPage
from siyu.intake.formats.format import Format, absent
from siyu.intake.reading.problems import SHOWN, Trouble
from siyu.intake.reading.suspects import Crowd
from siyu.language import Language

STATES = ("accepted", "quarantined", "ignored")


@dataclass
class Account:
    """The account of one file. Amounts in fen of the format's control column; null when it has none.

    unpriced: quarantined or ignored records whose control amount cannot be read. completeness: `verified` (the file's
    own total or count agrees), `last_record_complete`, or `not_verified`: the last line has no line end, or a total
    disagrees, so something may be missing. identities: records that name a usable buyer, None when the format has no
    such column. net_uncertain: accepted records with a part refund of unknown amount, and their fen: net counts them in
    full. digest: sha256. entry: the format itself. crowd: how identity was read. notes: what was read and deserves a
    word; it makes no file unclean. draft: the format is one that `siyu new` drafted. public: what the export is called
    in artefacts. observed: its first and last day. part, pages: of a list of JSON, its name and pages."""

    file: str
    format: str | None = None
    encoding: str | None = None
    control: bool = False
    records: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    fen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    unpriced: int = 0
    completeness: str = "not_verified"
    identities: int | None = None
    net_uncertain: tuple[int, int] = (0, 0)
    unknown_columns: tuple[str, ...] = ()
    crowd: Crowd | None = None
    notes: list[Trouble] = field(default_factory=list)
    draft: bool = False
    public: str = ""
    entry: Format | None = None
    problems: list[Trouble] = field(default_factory=list)
    left_out: int = 0
    refused: bool = False
    digest: str = ""
    observed: tuple[date, date] | None = None
    part: str = ""
    pages: tuple[ListPage, ...] = ()

    @property
    def format_name(self) -> dict[str, str]:
        """What its format is called: en, zh."""
        if self.entry is None:
            return {"en": "unknown format", "zh": "未知格式"}
        draft = {"en": " (draft format)", "zh": "（草稿格式）"} if self.draft else {"en": "", "zh": ""}
        return {str(code): text + draft[code] for code, text in self.entry.name.items()}

    def put(self, state: str, fen: int | None, count: int = 1) -> None:
        """Count records into a state; fen None: their control amount cannot be read."""
        self.records[state] += count
        self.fen[state] += fen or 0
        if fen is None and self.control:
            self.unpriced += count

    def note(self, code: str, column: str | None = None, *, line: int = 0, found: str = "", expected: str = "") -> None:
        """Say something about the file that makes nothing of it unusable."""
        self.notes.append(Trouble(line, column, code, found, expected))

    def lacks(self, entry: Format, held: Collection[str]) -> None:
        """Say what cannot be computed without columns that the file does not hold. held: keys of those that it does."""
        for need, header in absent(entry, held).items():
            self.note(f"no_{need}", found=header)
        if entry.kind == "orders" and "status" in set(entry.columns) - set(held):
            self.note("no_status", found=entry.columns["status"].header[0])

    def move(self, source: str, target: str, fen: int) -> None:
        """Correct the state of one record."""
        self.records[source] -= 1
        self.fen[source] -= fen
        self.put(target, fen)

    def report(self, trouble: Trouble) -> None:
        """Keep a problem with its place; beyond a thousand they are only counted."""
        if len(self.problems) < SHOWN:
            self.problems.append(trouble)
        else:
            self.left_out += 1

    def refuse(self, trouble: Trouble) -> None:
        """Give the whole file up: whatever was accepted is quarantined with it."""
        self.refused = True
        self.problems.append(trouble)
        self.records["quarantined"] += self.records["accepted"]
        self.fen["quarantined"] += self.fen["accepted"]
        self.records["accepted"] = self.fen["accepted"] = 0
        self.net_uncertain = (0, 0)

    def compare(
        self, totals: Sequence[tuple[int, int]], counts: Sequence[tuple[int, int]], held: int, sums: set[int], *,
        complete: bool,
    ) -> None:  # fmt: skip
        """Hold what the file says of itself (line, fen or records) against the records and sums that were read."""
        for line, total in totals:
            fits = total in sums and (complete or not self.unpriced)
            self.completeness = "verified" if fits else "not_verified"
            if total not in sums:
                found, expected = f"{max(sums) / 100:.2f}", f"{total / 100:.2f}"
                self.report(Trouble(line, None, "total_mismatch", found, expected))
        for line, said in counts:
            if said != held:
                self.completeness = "not_verified"
                self.report(Trouble(line, None, "count_mismatch", str(held), str(said)))
            elif not totals:
                self.completeness = "verified"

    @property
    def total(self) -> int:
        """Records of the file."""
        return sum(self.records.values())

    @property
    def clean(self) -> bool:
        """Whether every record is accepted or ignored and nothing was found."""
        return not (self.refused or self.problems or self.records["quarantined"])

    @property
    def kind(self) -> str:
        """The table that it is read into; "" without a format."""
        return self.entry.kind if self.entry is not None else ""

    def as_json(self, language: Language) -> dict[str, Any]:
        """The contract's entry of `check --json`."""
        return {
            "file": self.file, "format": self.format, "draft": self.draft,
            "observed": None if self.observed is None else {
                end: day.isoformat() for end, day in zip(("from", "until"), self.observed, strict=True)
            },
            "encoding": self.encoding, "records": self.total, **self.records, "unpriced": self.unpriced,
            "amount_fen": dict(self.fen), "completeness": self.completeness, "refused": self.refused,
            "identities": self.identities,
            "net_uncertain": {"records": self.net_uncertain[0], "fen": self.net_uncertain[1]},
            "identity": None if self.crowd is None else {
                "records": self.crowd.named, "keys": self.crowd.keys, "p99": self.crowd.usual,
                "largest_shares": list(self.crowd.largest),
            },
            "unknown_columns": list(self.unknown_columns), "problems_not_listed": self.left_out,
            "problems": self._told(self.problems, language), "notes": self._told(self.notes, language),
        }  # fmt: skip

    def _told(self, troubles: list[Trouble], language: Language) -> list[dict[str, Any]]:
        return [{"file": self.file, "line": one.line, "column": one.column, "code": one.code,
                 "reason": one.reason(language)} for one in sorted(troubles, key=Trouble.place)]  # fmt: skip


STORED = TypeAdapter(Account)  # as the store keeps it
NOT_STORED = {"entry"}

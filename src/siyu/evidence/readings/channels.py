"""Channels of a private domain (私域): flags instead of one label, and the definitions they meet."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

import pandas as pd
from pydantic import BeforeValidator

from siyu.errors import nearest
from siyu.evidence.ledger import Ledger
from siyu.evidence.readings.quotes import joined
from siyu.evidence.table import Faults, Row, Words, read_table
from siyu.language import Text

Flag = Literal["owned_id", "direct_reach", "free_at_margin", "repeat"]
Answer = Literal["no", "partly", "yes"]  # from worst to best
FLAGS: tuple[Flag, ...] = get_args(Flag)
ANSWERS: tuple[Answer, ...] = get_args(Answer)


class ChannelFlag(Row):
    """Whether a channel has a trait, and why not where it has not.

    basis: refs such as `claim:S2-34`; empty when the answer is the analysts' own.
    """

    channel_id: str
    name: str
    name_zh: str
    flag: Flag
    answer: Answer
    basis: Words = ()
    reason: str
    reason_zh: str


class PrivateDomain(Row):
    """A document's definition of a private domain: the flags it asks for. beyond: what no flag shows."""

    source_id: str
    name: str
    name_zh: str
    flags: Annotated[tuple[Flag, ...], BeforeValidator(lambda cell: tuple(str(cell or "").split()))]
    claims: Words
    beyond: str | None = None
    beyond_zh: str | None = None


@dataclass(frozen=True)
class Channels:
    """Flags of all channels, and the definitions they are held against, in file order."""

    flags: tuple[ChannelFlag, ...]
    definitions: tuple[PrivateDomain, ...]

    @property
    def matrix(self) -> pd.DataFrame:
        """One row per channel: label, the flags (yes, partly, no), missing (why not, or None), definitions
        by its source id (yes, partly, no: the worst flag it asks for), sources (refs)."""
        rows = []
        for channel in dict.fromkeys(row.channel_id for row in self.flags):
            own = [row for row in self.flags if row.channel_id == channel]
            answers = {row.flag: row.answer for row in own}
            short = [row for row in own if row.answer != "yes"]
            entries: dict[str, object] = {str(flag): answer for flag, answer in answers.items()}
            for wanted in self.definitions:
                entries[wanted.source_id] = min((answers[flag] for flag in wanted.flags), key=ANSWERS.index)
            entries |= {"label": own[0].both("name"), "missing": joined(row.both("reason") for row in short)}
            rows.append({**entries, "sources": sorted({ref for row in own for ref in row.basis})})
        return pd.DataFrame(rows)

    @property
    def headings(self) -> dict[str, Text]:
        """source id -> what that document calls a private domain."""
        return {entry.source_id: entry.both("name") for entry in self.definitions}

    @property
    def printed(self) -> tuple[str, ...]:
        """Refs of the claims that print the definitions."""
        return tuple(f"claim:{claim}" for entry in self.definitions for claim in entry.claims)

    @property
    def unseen(self) -> Text | None:
        """What the definitions ask for and no flag shows; None when they ask for nothing else."""
        return joined({"en": row.beyond, "zh": row.beyond_zh or row.beyond} for row in self.definitions if row.beyond)


def load_channels(folder: Path, ledger: Ledger, assumptions: Collection[str]) -> Channels:
    """`channels.csv` and `private_domain.csv` of a folder.

    Raises LedgerError with all problems of a file at once: bad cells first; then refs to unknown claims or
    assumptions, and channels that lack a flag or have it twice.
    """
    faults, other = Faults(folder / "channels.csv"), Faults(folder / "private_domain.csv")
    flags = read_table(folder / "channels.csv", ChannelFlag)
    definitions = read_table(folder / "private_domain.csv", PrivateDomain)
    known: dict[str, Collection[str]] = {"claim": ledger.claims, "assumption": assumptions}
    for flag, ref in [(row, ref) for row in flags for ref in row.basis]:
        kind, _, name = ref.partition(":")
        if name not in known.get(kind, ()):
            step = nearest(name, known[kind]) if kind in known else "Write claim:<id> or assumption:<id>."
            faults.add(flag, "basis", ref, "a claim or an assumption", step)
    for channel in dict.fromkeys(row.channel_id for row in flags):
        own = [row for row in flags if row.channel_id == channel]
        if sorted(row.flag for row in own) != sorted(FLAGS):
            found = f"{channel}: {', '.join(row.flag for row in own)}"
            faults.add(own[-1], "flag", found, ", ".join(FLAGS), "Give each channel every flag once.")
    for entry in definitions:
        other.unknown(entry, "source_id", ledger.sources)
        other.unknown(entry, "claims", ledger.claims)
    faults.problems += other.problems
    faults.end()
    return Channels(tuple(flags), tuple(definitions))

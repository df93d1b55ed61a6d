"""Reading many exports one after the other, and saying what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from siyu.intake.reading.accounting import Account
from siyu.intake.reading.export import Sink, read
from siyu.intake.reading.problems import Trouble
from siyu.intake.reading.sources import sources
from siyu.intake.store.exported import ended, epoch_of
from siyu.language import Language

LONG = 50_000_000  # bytes from which progress is shown
LISTED = 20  # problems of a file that a person is shown


def accounts(paths: Sequence[Path], wanted: str | None = None, sink: Sink | None = None) -> list[Account]:
    """The account of every table at the paths, in order. The same content twice is refused."""
    found: list[Account] = []
    for path in paths:
        for source in sources(path):
            with tqdm(
                total=source.size, unit="B", unit_scale=True, leave=False, file=sys.stderr,
                disable=source.size < LONG or not sys.stderr.isatty(),
            ) as bar:  # fmt: skip
                account = read(source, wanted, sink=sink, progress=partial(_advance, bar)).account
            if account.observed is not None:
                since, until = account.observed
                account.observed = since, ended(epoch_of(account.file), until)
            found.append(account)
    refuse_repeats(found)
    return found


def _advance(bar: tqdm[Any], size: int) -> None:
    bar.update(size)


def refuse_repeats(found: Sequence[Account]) -> None:
    """Refuse files whose content an earlier one has."""
    first: dict[str, str] = {}
    for account in found:
        if account.digest and not account.refused:
            if before := first.get(account.digest):
                account.refuse(Trouble(0, None, "same_file", before))
            first.setdefault(account.digest, account.file)


def summary(account: Account, language: Language) -> str:
    """One file for a person: what it is, its account, the first problems."""
    entry = account.entry
    name = entry.name["zh" if language.code == "zh" else "en"] if entry else language.message("unknown format")
    counts = {key: {"value": f"{n:,}"} for key, n in account.records.items()}
    money = {f"{key}_yuan": {"value": f"{fen // 100:,}.{fen % 100:02d}"} for key, fen in account.fen.items()}
    values = {**counts, **money, "records": {"value": f"{account.total:,}"},
              "unpriced": {"value": f"{account.unpriced:,}"}}  # fmt: skip
    lines = [f"{account.file}: {name}, {account.encoding or '?'}"]
    lines.append("  " + language.say(
        "{records} records: {accepted} accepted, {quarantined} quarantined, {ignored} ignored", values
    ))  # fmt: skip
    if account.observed is not None:
        since, until = ({"value": day.isoformat()} for day in account.observed)
        lines.append("  " + language.say("observed from {since} to {until}", {"since": since, "until": until}))
    if account.draft:
        lines.append("  " + language.message("draft format"))
    if account.control:
        lines.append("  " + language.say(
            "yuan: {accepted_yuan} accepted, {quarantined_yuan} quarantined, {ignored_yuan} ignored;"
            " {unpriced} records without a readable amount", values
        ))  # fmt: skip
    if account.refused:
        lines.append("  " + language.message("The file is not used."))
    elif account.completeness == "not_verified":
        lines.append("  " + language.message("completeness not verified"))
    if account.identities is not None and account.records["accepted"]:
        share = {"share": {"value": account.identities / account.records["accepted"], "unit": "ratio"}}
        lines.append("  " + language.say("{share} of records name a buyer that can be used", share))
    if account.net_uncertain[0]:
        records, fen = account.net_uncertain
        unsure = {"records": {"value": f"{records:,}"}, "yuan": {"value": f"{fen // 100:,}.{fen % 100:02d}"}}
        lines.append("  " + language.say(
            "{records} records ({yuan} yuan) were refunded in part and the file does not say how much:"
            " net counts them in full", unsure
        ))  # fmt: skip
    if account.crowd is not None and account.crowd.named:
        crowd = account.crowd
        held = {"keys": f"{crowd.keys:,}", "usual": f"{crowd.usual:,}",
                "shares": ", ".join(f"{share:.1%}" for share in crowd.largest)}  # fmt: skip
        lines.append("  " + language.say(
            "{keys} different buyers; 99 in 100 have at most {usual} orders; the largest hold {shares}",
            {name: {"value": text} for name, text in held.items()},
        ))  # fmt: skip
    if account.unknown_columns:
        names = {"names": {"value": ", ".join(account.unknown_columns)}}
        lines.append("  " + language.say("columns not known to the format, not read: {names}", names))
    lines += ["  " + _line(note, language) for note in sorted(account.notes, key=Trouble.place)[:LISTED]]
    lines += ["  " + _line(trouble, language) for trouble in sorted(account.problems, key=Trouble.place)[:LISTED]]
    more = len(account.problems) + account.left_out - LISTED
    if more > 0:
        lines.append("  " + language.say("and {more} more", {"more": {"value": f"{more:,}"}}))
    return "\n".join(lines)


def _line(trouble: Trouble, language: Language) -> str:
    place = {"line": {"value": str(trouble.line)}, "column": {"value": trouble.column or ""}}
    where = f"{trouble.column}: " if trouble.column else ""
    if trouble.line:
        where = language.say("line {line}, column {column}: " if trouble.column else "line {line}: ", place)
    return f"{where}{trouble.reason(language)} [{trouble.code}]"

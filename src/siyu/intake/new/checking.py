"""Reading many exports one after the other, and saying what came of it."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from siyu.intake.reading.accounting import Account
from siyu.intake.reading.export import Sink, read
from siyu.intake.reading.problems import Trouble
from siyu.intake.reading.sources import sources
from siyu.intake.store.exported import ended, epoch_of
from siyu.language import Language
from siyu.messages import tables

LONG = 50_000_000  # bytes from which progress is shown
SUMMARY: dict[str, str] = tables(__file__)["SUMMARY"]
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
                account = read(source, wanted, sink=sink, progress=bar.update).account
            if account.observed is not None:
                since, until = account.observed
                account.observed = since, ended(epoch_of(account.file), until)
            found.append(account)
    refuse_repeats(found)
    return found


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

    def say(key: str, **values: object) -> str:
        told = {name: one if isinstance(one, dict) else {"value": str(one)} for name, one in values.items()}
        return language.say(SUMMARY[key], told)

    def line(trouble: Trouble) -> str:
        where = f"{trouble.column}: " if trouble.column else ""
        if trouble.line:
            where = say("cell" if trouble.column else "line", line=trouble.line, column=trouble.column or "")
        return f"{where}{trouble.reason(language)} [{trouble.code}]"

    name = account.entry.name["zh" if language.code == "zh" else "en"] if account.entry else say("unknown")
    told = [say(key, **values) for key, values in _facts(account)]
    for found in (account.notes, account.problems):
        told += map(line, sorted(found, key=Trouble.place)[:LISTED])
    more = len(account.problems) + account.left_out - LISTED
    told += [say("more", more=f"{more:,}")] if more > 0 else []
    return "\n  ".join([f"{account.file}: {name}, {account.encoding or '?'}", *told])


def _facts(account: Account) -> Iterator[tuple[str, dict[str, object]]]:
    """What holds of a file: keys of SUMMARY, and what they name."""
    yield "records", {key: f"{count:,}" for key, count in {"records": account.total, **account.records}.items()}
    if account.observed is not None:
        yield "observed", dict(zip(("since", "until"), account.observed, strict=True))
    if account.draft:
        yield "draft", {}
    if account.control:
        amounts: dict[str, object] = {f"{key}_yuan": _yuan(fen) for key, fen in account.fen.items()}
        yield "yuan", amounts | {"unpriced": f"{account.unpriced:,}"}
    if account.refused:
        yield "refused", {}
    elif account.completeness == "not_verified":
        yield "not_verified", {}
    if account.identities is not None and account.records["accepted"]:
        yield "identities", {"share": {"value": account.identities / account.records["accepted"], "unit": "ratio"}}
    if account.net_uncertain[0]:
        records, fen = account.net_uncertain
        yield "net_uncertain", {"records": f"{records:,}", "yuan": _yuan(fen)}
    if (crowd := account.crowd) is not None and crowd.named:
        shares = ", ".join(f"{share:.1%}" for share in crowd.largest)
        yield "crowd", {"keys": f"{crowd.keys:,}", "usual": f"{crowd.usual:,}", "shares": shares}
    if account.unknown_columns:
        yield "unknown_columns", {"names": ", ".join(account.unknown_columns)}


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"

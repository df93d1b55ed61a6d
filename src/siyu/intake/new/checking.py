"""Reading many exports one after the other, and saying what came of it."""

import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from zipfile import is_zipfile

from tqdm import tqdm

from siyu.intake.reading.accounting import Account
from siyu.intake.reading.export import read
from siyu.intake.reading.problems import Trouble
from siyu.intake.reading.sources import is_link, sources
from siyu.intake.store.canonical import standing_tables
from siyu.intake.store.exported import ended, epoch_of
from siyu.intake.store.keyring import SIZE
from siyu.intake.store.parts import Part, part_of
from siyu.intake.store.snapshots import refuse_clashes, refuse_pages, refuse_repeats
from siyu.language import Language
from siyu.messages import tables

LONG = 50_000_000  # bytes from which progress is shown
SUMMARY: dict[str, str] = tables(__file__)["SUMMARY"]
LISTED = 20  # problems of a file that a person is shown


def accounts(paths: Sequence[Path], wanted: str | None = None) -> list[Account]:
    """The account of every table at the paths, in order; several are held against each other, as a client's are."""
    found, parts, key = list[Account](), list[Part](), token_bytes(SIZE)
    several = len(paths) > 1 or paths[0].is_dir() or (not is_link(paths[0]) and is_zipfile(paths[0]))
    with TemporaryDirectory() as home:
        for source in chain.from_iterable(map(sources, paths)):
            with tqdm(
                total=source.size, unit="B", unit_scale=True, leave=False, file=sys.stderr,
                disable=source.size < LONG or not sys.stderr.isatty(),
            ) as bar:  # fmt: skip
                part = None
                if several:
                    account, part = part_of(source, Path(home, "parts", str(len(found))), key, bar.update, wanted)
                else:
                    account = read(source, wanted, progress=bar.update).account
            found.append(account)
            parts += [part] if part is not None else []
        refuse_repeats(found)
        refuse_pages(found)
        used = [part for part in parts if part.name not in {account.file for account in found if account.refused}]
        refuse_clashes(found, standing_tables(used, Path(home))[1] if len(used) > 1 else [])
    for account in found:
        if account.observed is not None:
            since, until = account.observed
            account.observed = since, ended(epoch_of(account.file), until)
    return found


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
        buyers = account.entry is not None and account.entry.kind in ("orders", "buyer_keys")
        yield (
            "crowd" if buyers else "people",
            {"keys": f"{crowd.keys:,}", "usual": f"{crowd.usual:,}", "shares": shares},
        )
    if account.unknown_columns:
        yield "unknown_columns", {"names": ", ".join(account.unknown_columns)}


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"

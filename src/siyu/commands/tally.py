"""What the verbs `siyu metrics` and `siyu scorecard` compute, and how they print it for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from siyu.commands.options import day
from siyu.errors import Problem, UsageError
from siyu.growth.metrics import growth_metrics
from siyu.intake.reading.accounting import Account
from siyu.language import Language, Text
from siyu.observed import notes
from siyu.orders.frames import Frames
from siyu.orders.metrics import Metric, Missing, metrics
from siyu.own_data import Holdings
from siyu.reach.metrics import reach_metrics
from siyu.subjects import load_subject
from siyu.value.metrics import values
from siyu.value.worth import Assumed
from siyu.workbook import Workbook, open_workbook

if TYPE_CHECKING:
    from siyu.scorecard.orders import Score

PUBLIC = "cdnow"  # the bundled subject that the literature has published results on


@dataclass(frozen=True)
class Tally:
    """All order metrics of a subject. refused: exports that could not be read; observed, notes: see `siyu.observed`."""

    observed: dict[str, str] | None
    found: list[Metric]
    missing: list[Missing]
    refused: list[Account]
    notes: Sequence[Text] = ()

    def as_json(self, language: Language) -> dict[str, Any]:
        """The output of `siyu metrics --json`; reasons in the reader's language."""
        absent = [one.as_json(language.message(one.reason)) for one in self.missing]
        return {"observed": self.observed, "metrics": [one.as_json() for one in self.found], "not_computable": absent}

    def lines(self, language: Language) -> Iterator[str]:
        """A line a metric, then a line a reason."""
        for one in self.found:
            figure = one.figure
            ends = f" ({language.span(figure.low, figure.high, figure.unit, figure.interval_kind)})"
            number = language.number(figure.value, figure.unit) + ("" if figure.interval_kind == "none" else ends)
            judged = f"; {one.verdict}" if one.verdict else ""
            yield f"{language.metric(figure.definition)} [{one.key}; {one.scope}]: {number}{judged}"
        for reason, column in dict.fromkeys((one.reason, one.column) for one in self.missing):
            keys = dict.fromkeys(one.key for one in self.missing if (one.reason, one.column) == (reason, column))
            yield f"{language.message(reason)}{f' ({column})' if column else ''}: {', '.join(keys)}"


def tally(subject: str, as_of: str = "") -> Tally:
    """The order metrics of a subject on `as_of` (ISO date, default from subject.yml).

    Raises UsageError for an unknown subject or a date that is none.
    """
    about = load_subject(subject)
    ending = day(as_of) if as_of else about.as_of
    book = open_workbook("08_customer_value", about.id, as_of=ending.isoformat())  # which reads the exports once
    held, frames = book.own, _frames(book.own)
    with ThreadPoolExecutor(2) as beside:  # models are fitted while the engine counts
        worthy = _worth(beside, book, frames) if frames is not None else None
        found, missing = metrics(frames, about.suppress_below, about.currency)
    if worthy is not None:
        worth, unknown = worthy.result()
        found, missing = found + worth, missing + unknown
        reached, unreached = reach_metrics(book.audience, about.currency)  # and what messages do to groups
        found, missing = found + reached, missing + unreached
    grown, ungrown = growth_metrics(book.growth())
    found, missing = found + grown, missing + ungrown
    refused = [account for account in held.books.accounts if account.refused]
    return Tally(held.observed, found, missing, refused, notes(held.spans, held.as_of))


def _worth(pool: Executor, book: Workbook, frames: Frames) -> Future[tuple[list[Metric], list[Missing]]]:
    """What customers are worth. What is assumed is waited for when one of its fields is asked for: models need none."""
    about, made = book.subject, pool.submit(lambda: book.assumed)

    class Later:
        def __getattr__(self, name: str) -> Any:
            return getattr(made.result(), name)

    def worth() -> tuple[list[Metric], list[Missing]]:
        given = about.suppress_below, about.currency, cast(Assumed, Later()), book.own.reported("ad_days")
        found = values(frames, *given)
        made.result()  # where nothing asked for it, what is wrong with it is said all the same
        return found

    return pool.submit(worth)


def _frames(held: Holdings) -> Frames | None:
    """Everything that a subject holds, None when no order could be read."""
    return held.every("members", "follows", "sessions", "assignments") if held.lines[1] is not None else None


def score() -> list[Score]:
    """The scorecard over the bundled data."""
    from siyu.scorecard.orders import scorecard  # here: scipy's tests take half a second to load

    about = load_subject(PUBLIC)
    frames = _frames(Holdings.of(about, about.as_of))
    if frames is None:
        raise UsageError([Problem(f"data/subjects/{PUBLIC}", 0, "", "no orders", "the bundled export", "Restore it.")])
    return scorecard(frames)


def score_lines(rows: list[Score]) -> Iterator[str]:
    """A line a row: ok or not, name, published against computed."""
    for row in rows:
        mark = "ok " if row.ok else "NOT"
        both = f"{row.published:.10g} published, {row.computed:.10g} here, tolerance {row.tolerance:.2g}"
        yield f"{mark} {row.name}: {both} ({row.source})"

"""What the verbs `siyu metrics` and `siyu scorecard` compute, and how they print it for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from siyu.commands.options import misused
from siyu.errors import Problem, UsageError
from siyu.intake.reading.accounting import Account
from siyu.intake.store.client_tables import Books, books
from siyu.language import Language, Text
from siyu.observed import Span, notes, overall
from siyu.orders.frames import Frames, opened
from siyu.orders.metrics import Metric, Missing, metrics
from siyu.scorecard.orders import Score, scorecard
from siyu.subjects import Subject, load_subject
from siyu.value.metrics import METRICS as VALUES
from siyu.value.worth import Worth
from siyu.workbook import open_workbook

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
    held = books(subject)
    day, spans = _day(as_of) if as_of else about.as_of, about.spans(held.observed)
    frames = frames_of(held, day, spans)
    found, missing = metrics(frames, about.suppress_below, about.currency)
    if frames is not None:
        worth, unknown = _worth(frames, about, held, day)
        found, missing = found + worth, missing + unknown
    refused = [account for account in held.accounts if account.refused]
    return Tally(overall(spans, day), found, missing, refused, notes(spans, day))


def _worth(frames: Frames, about: Subject, held: Books, day: date) -> tuple[list[Metric], list[Missing]]:
    """Metrics of what customers are worth."""
    assumed, ads = open_workbook("08_customer_value", about.id, as_of=day.isoformat()).assumed, held.frame("ad_days")
    make = partial(Worth, currency=about.currency, assumed=assumed, ads=ads)
    return metrics(frames, about.suppress_below, about.currency, VALUES, make)


def frames_of(held: Books, as_of: date, spans: Mapping[str, Span]) -> Frames | None:
    """The frames of a subject's books, None when no order could be read."""
    if held.purchases is None:
        return None
    more = {name: getattr(held, name) for name in ("orders", "members", "follows", "sessions", "assignments")}
    return opened(as_of, held.purchases, **more, spans=spans, absent=held.absent)


def score() -> list[Score]:
    """The scorecard over the bundled data."""
    about, held = load_subject(PUBLIC), books(PUBLIC)
    frames = frames_of(held, about.as_of, about.spans(held.observed))
    if frames is None:
        raise UsageError([Problem(f"data/subjects/{PUBLIC}", 0, "", "no orders", "the bundled export", "Restore it.")])
    return scorecard(frames)


def score_lines(rows: list[Score]) -> Iterator[str]:
    """A line a row: ok or not, name, published against computed."""
    for row in rows:
        mark = "ok " if row.ok else "NOT"
        both = f"{row.published:.10g} published, {row.computed:.10g} here, tolerance {row.tolerance:.2g}"
        yield f"{mark} {row.name}: {both} ({row.source})"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise misused("--as-of", text, "a date like 2021-08-31") from error

"""Errors that say what happened, where, and what to do next."""

import difflib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # which takes its time to load
    from pydantic import ValidationError


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of an input: where it is, what was found, what was expected, what to do next.

    line: physical line in the file, header = 1; 0 when the fault concerns the whole file.
    column: header text, or "" when the fault concerns the whole line.
    """

    file: str
    line: int
    column: str
    found: str
    expected: str
    next_step: str

    def __str__(self) -> str:
        where = self.file + (f" line {self.line}" if self.line else "")
        where += f", column {self.column}" if self.column else ""
        return f"{where}: found {self.found}; expected {self.expected}. {self.next_step}"


class ProblemsError(ValueError):
    """All problems of an input at once. `problems` holds them in file and line order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        head = several(len(self.problems), "problem")
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class LedgerError(ProblemsError):
    """The evidence ledger, the assumptions or the fee rules cannot be used as they stand."""


class UsageError(ProblemsError):
    """A command, manifest or parameter is wrong; found before anything starts (exit code 2)."""


def refusals(error: "ValidationError") -> Iterator[tuple[str, str, str]]:
    """Of each field that a type refused: its name with dots, what was found, what was expected."""
    for detail in error.errors():
        given = None if detail["type"] == "missing" else detail["input"]
        expected = "a value" if detail["type"] == "missing" else detail["msg"]
        for start in ("Value error, ", "Input should be "):
            expected = expected.removeprefix(start)
        yield ".".join(map(str, detail["loc"])), shown_value(given), expected


def shown_value(value: object) -> str:
    """What was given, as a problem shows it."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) < 200 else f"{text[:199]}…"


@contextmanager
def collected(problems: list[Problem]) -> Iterator[None]:
    """Around what may find problems: they are added to those that are there, to be raised together."""
    try:
        yield
    except ProblemsError as error:
        problems += error.problems


def several(count: int, noun: str) -> str:
    """A count with its noun: 1 line, 2 lines."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint for a misspelt name: "Did you mean …?", else the list of names that exist."""
    known = sorted(names)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known) or 'none'}."


def shown_path(path: Path) -> str:
    """A path as users know it: relative to the working directory when below it, else as given."""
    try:
        return printable(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return printable(path)


def printable(path: Path) -> str:
    """A path as it can be printed, whatever bytes its name has."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")

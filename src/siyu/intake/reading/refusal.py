"""The error that refuses a whole file. It carries a code and harmless text, never a cell."""

from __future__ import annotations

from siyu.intake.reading.problems import Trouble


class RefusedError(ValueError):
    """The file cannot be used; `trouble` says why."""

    def __init__(
        self, code: str, *, line: int = 0, column: str | None = None, found: str = "", expected: str = ""
    ) -> None:
        self.trouble = Trouble(line, column, code, found, expected)
        super().__init__(code)

"""What a batch shows to people: a live bar, and a line for each subject that has ended."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from tqdm import tqdm

from siyu.errors import shown_path
from siyu.runs.files.record import FAILED
from siyu.runs.outcome import UNCHANGED, Outcome, Progress


class Console:
    """Progress on stderr: a bar when that is a terminal, plain lines otherwise."""

    def __init__(self) -> None:
        self.progress = Progress(self._more, self._step, self._doing, self._ended, self._note)
        tqdm.monitor_interval = 0  # its thread would be one more thing to end
        self._bar: Any = tqdm(
            total=0,
            unit="step",
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
            leave=False,
            dynamic_ncols=True,
            bar_format="{n_fmt}/{total_fmt} {bar} {elapsed} {desc}",
        )

    def __enter__(self) -> Console:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.close()

    def _more(self, steps: int) -> None:
        self._bar.total += steps
        self._bar.refresh()

    def _step(self) -> None:
        self._bar.update(1)

    def _doing(self, text: str) -> None:
        self._bar.set_description_str(text)

    def _note(self, text: str) -> None:
        self._bar.write(text, file=sys.stderr)

    def _ended(self, outcome: Outcome) -> None:
        folder = shown_path(outcome.folder)
        if outcome.status == UNCHANGED:
            self._note(f"{outcome.subject}: unchanged, {folder}")
            return
        if outcome.status == FAILED:
            stands = "; the report published before stands" if outcome.stands else ""
            lines = [f"{outcome.subject}: failed after {outcome.seconds:.0f} s{stands}"]
            lines += [f"  {reason}" for reason in outcome.reasons]
            lines += [f"  record: {folder}"]
            lines += [f"  repeat: {outcome.repeat}"] if outcome.repeat else []
            self._note("\n".join(lines))
            return
        ran = f"{len(outcome.executed)} sections run" if outcome.executed else "rendered anew"
        self._note(f"{outcome.subject}: published, {folder} ({ran}, {outcome.seconds:.0f} s); {_moved(outcome)}")
        if outcome.aside:
            names = ", ".join(outcome.aside)
            self._note(f"  files that no run wrote were moved to .siyu/kept/{outcome.subject}: {names}")


def _moved(outcome: Outcome) -> str:
    """What moved since the report before, as far as a line holds."""
    told = [
        f"{one['key']}.{one['name']} {one['from']:.4g} → {one['to']:.4g}" if one["to"] is not None else one["key"]
        for one in outcome.moved[:2]
    ]
    more = [f"{len(outcome.moved) - 2} more"] if len(outcome.moved) > 2 else []
    return f"moved: {', '.join(told + more)}" if told else "nothing moved" if outcome.previous else "first report"

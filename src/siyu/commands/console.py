"""What a batch shows to people: a live bar, and a line for each subject that has ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import click
from tqdm import tqdm

from siyu.errors import several, shown_path
from siyu.runs.files.record import FAILED
from siyu.runs.make.workers import short
from siyu.runs.outcome import UNCHANGED, Outcome, Progress

_HOOK = 60  # seconds that a hook may take


class Console(Progress):
    """Progress on stderr: a bar when that is a terminal, plain lines otherwise. Close it at the end.

    as_json: whether a line of JSON for each subject goes to stdout as it ends. hook: a command that is then called.
    retries: how often what failed for want of the machine is still tried again."""

    def __init__(self, *, as_json: bool = False, hook: Sequence[str] = (), retries: int = 0) -> None:
        self.as_json, self.hook, self.retries = as_json, hook, retries
        tqdm.monitor_interval = 0  # its thread would be one more thing to end
        self._bar: Any = tqdm(
            total=0, unit="step", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False, dynamic_ncols=True,
            bar_format="{n_fmt}/{total_fmt} {bar} {elapsed} {desc}",
        )  # fmt: skip

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()

    def total(self, steps: int) -> None:
        """So many more steps are due."""
        self._bar.total += steps
        self._bar.refresh()

    def step(self) -> None:
        """The bar moves on."""
        self._bar.update()

    def doing(self, text: str) -> None:
        """Beside the bar."""
        self._bar.set_description_str(text)

    def note(self, text: str) -> None:
        """A line of its own."""
        self._bar.write(text, file=sys.stderr)

    def ended(self, outcome: Outcome) -> None:
        """How a subject ended, why, and what to do next; told only once it is not tried again."""
        if outcome.transient and self.retries:
            self.note(f"{outcome.subject}: {outcome.reasons[0]}; it is tried again")
            return
        self._tell(outcome)
        if self.as_json:
            click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
        if self.hook:
            self._call(outcome)

    def _call(self, outcome: Outcome) -> None:
        """Call the hook: no shell, nothing of this environment that it does not need."""
        command = [*self.hook, outcome.subject, outcome.status, str(outcome.folder)]
        apart: Any = {"env": short(os.environ), "stdin": subprocess.DEVNULL, "stdout": sys.stderr}
        code: int | str
        try:
            code = subprocess.run(command, timeout=_HOOK, check=False, **apart).returncode
        except (OSError, subprocess.TimeoutExpired) as error:
            code = type(error).__name__
        if code:
            self.note(f"{outcome.subject}: the hook {self.hook[0]} ended with {code}")

    def _tell(self, outcome: Outcome) -> None:
        folder = shown_path(outcome.folder)
        if outcome.status == UNCHANGED:
            self.note(f"{outcome.subject}: unchanged, {folder}")
        elif outcome.status == FAILED:
            stands = "; the report published before stands" if outcome.stands else ""
            lines = [f"{outcome.subject}: failed after {outcome.seconds:.0f} s{stands}"]
            lines += [f"  {reason}" for reason in outcome.reasons] + [f"  record: {folder}"]
            self.note("\n".join(lines + ([f"  repeat: {outcome.repeat}"] if outcome.repeat else [])))
        else:
            ran = f"{several(len(outcome.executed), 'section')} run, " if outcome.executed else "rendered anew, "
            ran = "" if outcome.executed is None else ran
            self.note(f"{outcome.subject}: published, {folder} ({ran}{outcome.seconds:.0f} s); {_moved(outcome)}")
        if outcome.cleared.kept:
            names = ", ".join(outcome.cleared.kept)
            self.note(f"  files that no run wrote were moved to .siyu/kept/{outcome.subject}: {names}")
        for left in outcome.cleared.left:
            self.note(f"  of what was replaced something is left, which the next run tries to remove: {left}")


def _moved(outcome: Outcome) -> str:
    """What moved since the report before, as far as a line holds."""
    told = [
        f"{one['key']}.{one['name']} {one['from']:.4g} → {one['to']:.4g}" if one["to"] is not None else one["key"]
        for one in outcome.moved[:2]
    ]
    more = [f"{len(outcome.moved) - 2} more"] if len(outcome.moved) > 2 else []
    if told or outcome.previous:
        return f"moved: {', '.join(told + more)}" if told else "no headline number moved"
    return "first report" if outcome.executed is not None else "nothing to compare with"

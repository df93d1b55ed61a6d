"""`siyu init` and `siyu doctor`: a folder to work in, and what is missing or wrong here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siyu.commands.options import FOLDER, JSON, print_json, reporting_problems
from siyu.errors import ProblemsError, several, shown_path

if TYPE_CHECKING:
    from siyu.upkeep.machine import Line

_MARKS = {"ok": " ok ", "limited": "  - ", "wrong": "  ! "}


@click.command()
@click.argument("folder", type=FOLDER)
@reporting_problems
def init(folder: Path) -> None:
    """Make FOLDER a project: notebooks to edit, data to add to, pages on how to work with them.

    Run again after an update of siyu, it renews what nobody has touched and names the rest.
    """
    from siyu.upkeep.project import bundle, deliver

    done = deliver(folder, bundle())
    for name in done.left:
        click.echo(f"{name}: yours differs from the one delivered, and stays", err=True)
    told = f"{several(len(done.written), 'file')} written" + (f", {len(done.removed)} removed" if done.removed else "")
    click.echo(f"{shown_path(folder)}: {told}. Next: cd {folder} && siyu report demo", err=True)


@click.command()
@JSON
@reporting_problems
def doctor(as_json: bool) -> None:
    """Say what is missing or wrong here, a line each, with what to do. Exit 1 when something is wrong."""
    from siyu.upkeep import house, machine

    looks = (machine.python, machine.packages, machine.fonts, machine.programs, machine.disk,
             house.project, house.key, house.stores, house.leftovers, house.formats, house.subjects)  # fmt: skip
    found = [check for look in looks for check in _seen(look)]
    if as_json:
        print_json([asdict(check) for check in found])
    else:
        for one in found:
            click.echo(f"{_MARKS[one.state]}{one.check:<12}{one.found}{'. ' + one.step if one.step else ''}")
    if any(one.state == "wrong" for one in found):
        sys.exit(1)


def _seen(look: Callable[[], Iterable[Line]]) -> list[Line]:
    """What a look gives; that it could not be taken is something wrong, too."""
    from siyu.runs.files.faults import on_disk
    from siyu.upkeep.machine import WRONG, Line

    try:
        return list(look())
    except ProblemsError as error:
        return [Line(look.__name__, WRONG, str(error.problems[0]), error.problems[0].next_step)]
    except OSError as error:
        return [Line(look.__name__, WRONG, on_disk(error), "Give this user the right to it.")]

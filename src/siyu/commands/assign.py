"""`siyu assign`: draws at random who is to be invited into a group."""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siyu.commands import options
from siyu.errors import shown_path

if TYPE_CHECKING:
    from siyu.intake.store.assignments import Draw
    from siyu.language import Language
    from siyu.orders.frames import Frames

KIND = "assignments"  # of the table that tells who was invited
NOBODY = "nobody who is in no group has been followed for a quarter, or nobody of them came back"
_OPEN = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command()
@click.argument("subject", type=options.SUBJECT)
@click.option("--share", type=_OPEN, required=True, help="Share of the buyers to be invited, such as 0.5.")
@click.option("--difference", type=_OPEN, required=True,
              help="What is to be found: 0.06, six points more of the invited come back within a quarter.")  # fmt: skip
@click.option("--power", type=_OPEN, default=0.8, show_default=True, help="Chance to find it if it is there.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, another draw.")
@click.option("--out", type=options.FILE, required=True, metavar="FILE", help="Where the invited are listed.")
@options.LANG
@options.reporting_problems
def assign(subject: str, share: float, difference: float, power: float, seed: int, out: Path, lang: str | None) -> None:
    """Draw once who of the buyers of SUBJECT is to be invited into a group, and list them by their newest order.

    The draw has a row for each buyer who is in no group yet and stays in the subject's folder; called again, the
    same list is written. Have the time of each invitation filled in, and put the file beside the exports: section 07
    then leads with the comparison.
    """
    options.known(subject)
    options.outside_of_reports(out)
    from siyu.intake.store import assignments
    from siyu.orders.experiment.draws import base_share
    from siyu.orders.experiment.effects import WINDOW
    from siyu.own_data import Holdings
    from siyu.subjects import load_subject

    about, language = load_subject(subject), options.reader_language(lang)
    asked = {"share": share, "difference": difference, "power": power, "seed": seed}
    if (draw := assignments.stored(about.folder)) is None:
        held = Holdings.of(about, about.as_of)
        if sent := [one.file for one in held.books.accounts if one.kind == KIND]:
            step = "That draw stands; take the file away to draw anew."
            raise options.misused("SUBJECT", ", ".join(sent), "no draw among the exports", step)
        frames = held.largest("members")
        if not (base := base_share(frames, WINDOW)):
            why = language.message(frames.nobody or NOBODY)
            options.tell(language, "not computable: {reason}", reason=why)
            sys.exit(1)
        draw = _made(frames, base, share, difference, power, seed)
        assignments.store(about.folder, draw)
    elif draw.terms.asked != asked:
        found, kept = (" ".join(f"--{k} {v}" for k, v in said.items()) for said in (asked, draw.terms.asked))
        step = "Draw once; siyu erase removes a draw."
        raise options.misused("SUBJECT", found, f"the draw that is kept: {kept}", step)
    invited = draw.rows[draw.rows["arm"] == "invited"].assign(invited_at="")
    options.write_list(out, invited[["order_id", "arm", "invited_at"]])
    _say(draw, about.folder, out, language)


def _made(frames: Frames, base: float, share: float, difference: float, power: float, seed: int) -> Draw:
    from siyu.intake.store.assignments import Draw, Terms
    from siyu.orders.experiment import draws, sizes
    from siyu.orders.experiment.effects import WINDOW

    if base + difference >= 1:
        raise options.misused("--difference", str(difference), f"less than {1 - base:.3f}: {base:.1%} come back anyway")
    rows = draws.candidates(frames)
    invited, control = sizes.needed(base, difference, share, power)
    terms = Terms(
        share=share, difference=difference, power=power, seed=seed, drawn_on=frames.as_of, base=base, invited=invited,
        control=control, detectable=sizes.detectable(base, len(rows), share, power),
        reading_day=frames.as_of + timedelta(days=WINDOW),
    )  # fmt: skip
    return Draw(terms, draws.drawn(rows, share, seed))


def _say(draw: Draw, folder: Path, out: Path, language: Language) -> None:
    say, terms, arms = partial(options.tell, language), draw.terms, draw.rows["arm"].value_counts()
    points, share = partial(language.number, unit="percentage_points"), partial(language.number, unit="ratio")
    say("{path}: {invited} to be invited, {control} not; the draw is kept in {folder}", path=shown_path(out),
        folder=shown_path(folder), **{arm: f"{arms.get(arm, 0):,}" for arm in ("invited", "control")})  # fmt: skip
    say("{base} come back within a quarter anyway; to find {difference} more of the invited takes {invited} of them "
        "and {control} others (chance {power}, two-sided five percent, counted as invited)",
        base=share(terms.base), difference=points(terms.difference), invited=f"{terms.invited:,}",
        control=f"{terms.control:,}", power=share(terms.power))  # fmt: skip
    if terms.detectable is None:
        say("the buyers at hand show no difference at all")
    else:
        say("the buyers at hand show a difference of {least} or more", least=points(terms.detectable))
    say("to be read from {day} on, if all are invited on the day after {drawn}", day=terms.reading_day,
        drawn=terms.drawn_on)  # fmt: skip

"""`siyu winback`: lists, outside of reports, whom it is worth winning back."""

import sys
from pathlib import Path

import click

from siyu.commands import options
from siyu.errors import shown_path
from siyu.messages import msg

HELD = msg("{path}: {n:# buyer by the|# buyers by their} newest order, {by}")
BY = {
    "model": msg("between gone and safe by the model, most at stake first"),
    "rfm": msg("long ago, and much: the gate of the models is closed"),
}


@click.command()
@click.argument("subject", type=options.SUBJECT)
@click.option("--out", type=options.FILE, required=True, help="File to write the list to, for nobody else to read.")
@options.LANG
@options.reporting_problems
def winback(subject: str, out: Path, lang: str | None) -> None:
    """List the newest order id of each buyer of SUBJECT who is worth winning back: a hashed key is of no use to a shop.

    Through the gate of section 08 by the model, else by the class of those who paid much and have not come for long.
    The file belongs beside the exports, never into a report.
    """
    options.known(subject)
    options.outside_of_reports(out)
    from siyu.own_data import Holdings
    from siyu.subjects import load_subject
    from siyu.value.actions import to_win_back
    from siyu.value.gate import gate

    about, language = load_subject(subject), options.reader_language(lang)
    frames = Holdings.of(about, about.as_of).largest()
    if why := frames.nobody:
        options.tell(language, "not computable: {reason}", reason=language.message(why))
        sys.exit(1)
    rows = to_win_back(frames, gate(frames))
    by = str(rows["by"].iloc[0]) if len(rows) else "rfm"
    options.write_list(out, rows[["platform", "order_id"]])
    options.tell(language, HELD, path=shown_path(out), n=f"{len(rows):,}", by=language.message(BY[by]))

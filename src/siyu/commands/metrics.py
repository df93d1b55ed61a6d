"""`siyu metrics` and `siyu scorecard`: figures without a report."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import click

from siyu.commands import options


@click.command()
@click.argument("subject", type=options.SUBJECT)
@click.option("--as-of", metavar="DATE", default="", help="Date the figures speak of; default from subject.yml.")
@options.JSON
@options.LANG
@options.reporting_problems
def metrics(subject: str, as_of: str, as_json: bool, lang: str | None) -> None:
    """Print every order metric of SUBJECT, and why the others cannot be computed."""
    options.known(subject)
    if as_of:
        options.day(as_of)
    from siyu.commands.retold import retold

    words = {"as_of": as_of, "json": str(as_json), "language": options.reader_language(lang).code,
             "engine": os.environ.get("SIYU_ENGINE", "")}  # fmt: skip
    retold(subject, words, lambda: _metrics(subject, as_of, as_json, lang))


def _metrics(subject: str, as_of: str, as_json: bool, lang: str | None) -> None:
    from siyu.intake.store.client_tables import books

    # exports are read while libraries and ledgers load; what is wrong with them is said by `tally`
    with ThreadPoolExecutor(1) as ahead:
        ahead.submit(books, subject)
        from siyu.commands.tally import tally
        from siyu.workbook import bundled_ledger

        bundled_ledger()

    found, language = tally(subject, as_of), options.reader_language(lang)
    if as_json:
        options.print_json(found.as_json(language))
    else:
        click.echo("\n".join(found.lines(language)))
    for note in found.notes:
        click.echo(language.say(note), err=True)
    for account in found.refused:
        for trouble in account.problems:
            click.echo(f"siyu: {account.file} was refused: {trouble.reason(language)}", err=True)
    if found.refused:
        sys.exit(1)


@click.command()
@options.JSON
@options.reporting_problems
def scorecard(as_json: bool) -> None:
    """Compute published results anew from the bundled data, and hold them side by side."""
    from siyu.commands.tally import score, score_lines

    rows = score()
    if as_json:
        options.print_json([row.as_json() for row in rows])
    else:
        click.echo("\n".join(score_lines(rows)))
    if faults := [row.name for row in rows if not row.ok]:
        click.echo(f"siyu: not reproduced: {', '.join(faults)}", err=True)
        sys.exit(1)

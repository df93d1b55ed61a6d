"""`siyu trace` and `siyu verify`: what a published number was made from, and whether a report is as sealed."""

import sys
from pathlib import Path

import click

from siyu.commands.options import FILE, OUT, SUBJECT, misused, reporting_problems
from siyu.errors import shown_path


@click.command()
@click.argument("folder", type=FILE)
@reporting_problems
def verify(folder: Path) -> None:
    """Check that the report in FOLDER is what was sealed."""
    from siyu.runs.files.record import FAILED, mismatches, opened

    if not folder.is_dir():
        raise misused("FOLDER", shown_path(folder), "the folder of a report", "Check the path.")
    found = mismatches(folder)
    for mismatch in found:
        click.echo(f"{shown_path(folder)}/{mismatch}", err=True)
    if found:
        sys.exit(1)
    if (opened(folder) or {}).get("status") == FAILED:
        raise misused("FOLDER", shown_path(folder), "a published report", "Its run failed: siyu report says why.")
    click.echo(f"{shown_path(folder)}: the seal holds", err=True)


@click.command()
@click.argument("subject", type=SUBJECT)
@click.argument("key")
@OUT
@reporting_problems
def trace(subject: str, key: str, out: Path) -> None:
    """Print what finding KEY (or KEY.value) of the published report of SUBJECT was made from."""
    from siyu.commands.pedigree import traced

    click.echo(traced(out / subject, key))

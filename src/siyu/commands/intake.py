"""The `siyu` verbs that read exports."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siyu.errors import Problem, ProblemsError, UsageError, nearest, shown_path

if TYPE_CHECKING:
    from siyu.language import Language


def reader_language(code: str | None) -> Language:
    """The language asked for, else the one of the environment, else English."""
    from siyu.language import Language

    if code:
        return Language(code)
    environment = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return Language("zh" if environment.startswith("zh") else "en")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--format", "wanted", metavar="NAME", help="Format of every file; default by its headers.")
@click.option("--json", "as_json", is_flag=True, help="Print the accounts as JSON.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of reasons; default: environment.")
def check(paths: Sequence[Path], wanted: str | None, as_json: bool, lang: str | None) -> None:
    """Read exports (CSV, XLSX, ZIP or folders of them), account for every record, publish nothing."""
    from siyu.intake.formats.catalogue import FormatError, formats
    from siyu.intake.new.checking import accounts, summary

    try:
        _known(paths, wanted, list(formats()))
    except (UsageError, FormatError) as error:
        click.echo(f"siyu: {error}", err=True)
        sys.exit(2)
    language = reader_language(lang)
    found = accounts(paths, wanted)
    if as_json:
        files = [account.as_json(language) for account in found]
        click.echo(json.dumps({"files": files}, ensure_ascii=False, indent=1))
    else:
        for account in found:
            click.echo(summary(account, language), err=True)
    if any(not account.clean for account in found):
        sys.exit(1)


@click.command()
@click.argument("subject")
@click.option("--from", "given", multiple=True, required=True, metavar="PATH", type=click.Path(path_type=Path),
              help="A file or folder of exports; may be repeated.")  # fmt: skip
@click.argument("more", nargs=-1, metavar="[PATH...]", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages; default: environment.")
def new(subject: str, given: Sequence[Path], more: Sequence[Path], lang: str | None) -> None:
    """Make the folder of a new SUBJECT from exports, and draft a format where none fits them."""
    from siyu.intake.formats.catalogue import FormatError
    from siyu.intake.new.checking import summary
    from siyu.intake.new.onboarding import newcomer

    language = reader_language(lang)
    try:
        made = newcomer(subject, [*given, *more])
    except (UsageError, FormatError) as error:
        click.echo(f"siyu: {error}", err=True)
        sys.exit(2)
    for account in made.accounts:
        click.echo(summary(account, language), err=True)

    def tell(message: str, path: Path) -> None:
        click.echo(language.say(message, {"path": {"value": shown_path(path)}}), err=True)

    for path, draft in made.drafts.items():
        tell("{path}: a draft that asks; nothing is computed from such files until each ? in it is answered", path)
        for line in (*draft.told, *draft.said):
            click.echo(f"  {line}", err=True)
    if made.key_table is not None:
        tell(
            "{path}: the orders name no buyers; have this table filled in and put it beside the exports", made.key_table
        )
    tell("{path}: check name, case, category, currency and date", made.folder / "subject.yml")
    if any(not account.clean for account in made.accounts):
        sys.exit(1)


@click.command()
@click.argument("subject")
@click.option("--buyer", metavar="KEY", help="One buyer, as an export or key table prints him; - reads standard input.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("reports"), show_default=True,
              help="Folder that holds the reports.")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages; default: environment.")
def erase(subject: str, buyer: str | None, out: Path, lang: str | None) -> None:
    """Remove the exports of SUBJECT and what was made of them, or the records of one buyer."""
    from siyu.intake.store.erasure import erase as erase_subject
    from siyu.intake.store.erasure import erase_buyer

    language = reader_language(lang)

    def tell(message: str, **values: object) -> None:
        click.echo(language.say(message, {name: {"value": str(value)} for name, value in values.items()}), err=True)

    try:
        if buyer is None:
            done = erase_subject(subject, out)
        else:
            done = erase_buyer(subject, sys.stdin.readline().strip() if buyer == "-" else buyer, out)
    except ProblemsError as error:
        click.echo(f"siyu: {error}", err=True)
        sys.exit(2)
    for path in done.removed:
        tell("{path}: removed", path=shown_path(path))
    for name, count in done.records.items():
        tell("{path}: {count} records of this buyer removed from the store, now and at every later reading",
             path=name, count=f"{count:,}")  # fmt: skip
    for name in done.remaining:
        tell(
            "{path}: the export itself still holds them as the client gave it; delete it or ask for a new one",
            path=name,
        )
    for path in done.published:
        tell("{path}: published before, holds totals only; publish it anew or remove it, also where it was sent",
             path=shown_path(path))  # fmt: skip
    if not done.removed and not done.records:
        tell("nothing to remove was found")
        sys.exit(1)


def _known(paths: Sequence[Path], wanted: str | None, known: Sequence[str]) -> None:
    problems = [
        Problem("command line", 0, "PATH", str(path), "a file or folder", "Check the path.")
        for path in paths
        if not path.exists() and not path.is_symlink()
    ]
    if wanted is not None and wanted not in known:
        problems.append(Problem("command line", 0, "--format", wanted, "a format", nearest(wanted, known)))
    if problems:
        raise UsageError(problems)

"""The `siyu` verbs that read exports."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siyu.errors import Problem, UsageError, nearest

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
    from siyu.intake.checking import accounts, summary
    from siyu.intake.formats import FormatError, formats

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

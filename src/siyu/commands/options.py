"""What verbs share: options, the reader's language, and how they end when what was given is wrong."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from siyu.errors import Problem, ProblemsError, UsageError, nearest, printable, shown_path
from siyu.paths import reports_dir, subject_dirs

if TYPE_CHECKING:
    import pandas as pd

    from siyu.language import Language

FILE = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)
OUT = click.option("--out", type=FOLDER, default=reports_dir, help="Folder of the reports; default: reports.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
NO_RIGHT = "Give this user the right to it, or set SIYU_HOME to a folder of its own."
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of texts; default: environment.")


class SubjectId(click.ParamType[str]):
    """The id of a subject: one of those that are known, for shells that complete words."""

    name = "subject"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Known subjects that begin so."""
        try:
            known = subject_dirs()
        except UsageError:  # no project folder here
            return []
        return [CompletionItem(one) for one in known if one.startswith(incomplete)]


class ExportsPath(click.Path):
    """A path, or the id of a subject."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What lies there, and known subjects that begin so."""
        return [*super().shell_complete(ctx, param, incomplete), *SUBJECT.shell_complete(ctx, param, incomplete)]


SUBJECT, EXPORTS = SubjectId(), ExportsPath(path_type=Path)


def reporting_problems(command: Callable[..., None]) -> Callable[..., None]:
    """Problems of what was given end a command with exit code 2 and their text, without a traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except ProblemsError as error:
            click.echo(f"siyu: {error}", err=True)
            sys.exit(2)
        except OSError as error:
            from siyu.runs.files.faults import on_disk

            step = f". {NO_RIGHT}" if isinstance(error, PermissionError) else ""
            click.echo(f"siyu: {on_disk(error)}{step}", err=True)
            sys.exit(2)

    return wrapped


def misused(option: str, found: str, expected: str, step: str = "Mend this option.") -> UsageError:
    """The error of one option or argument."""
    return UsageError([Problem("command line", 0, option, found, expected, step)])


def known(*subjects: str) -> None:
    """Raises UsageError for unknown subjects, before anything is imported that takes its time."""
    folders = subject_dirs()
    strange = [one for one in subjects if one not in folders]
    if strange:
        raise UsageError([Problem("command line", 0, "subject", one, "a known subject", nearest(one, folders))
                          for one in strange])  # fmt: skip


def day(text: str) -> date:
    """The date of `--as-of`. Raises UsageError for one that is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise misused("--as-of", text, "a date like 2021-08-31") from error


def exports_of(path: Path) -> Path:
    """A path as given or, where there is none and a subject is called so, the exports of that."""
    if path.exists() or path.is_symlink() or len(path.parts) != 1:
        return path
    folder = subject_dirs().get(str(path))
    return path if folder is None else folder / "exports"


def there(option: str, paths: Iterable[Path], subjects: Collection[str] = ()) -> None:
    """Raises UsageError for paths that lead to nothing; with the nearest subject for a word, where one may be named."""
    absent = [path for path in paths if not path.exists() and not path.is_symlink()]
    if absent:
        raise UsageError([
            Problem("command line", 0, option, printable(one), "a file, a folder or a subject",
                    nearest(printable(one), subjects)) if subjects and len(one.parts) == 1 and not one.suffix
            else Problem("command line", 0, option, printable(one), "a file or folder", "Check the path.")
            for one in absent
        ])  # fmt: skip


def reader_language(code: str | None) -> Language:
    """The language asked for, else the one of the environment, else English."""
    from siyu.language import Language

    if code:
        return Language(code)
    environment = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return Language("zh" if environment.startswith("zh") else "en")


def tell(language: Language, message: str, **values: object) -> None:
    """A line for people, in their language."""
    click.echo(language.say(message, {name: {"value": str(value)} for name, value in values.items()}), err=True)


def outside_of_reports(out: Path) -> None:
    """Raises UsageError for a file in the folder of a report, which is for everybody to read."""
    if any((folder / "run.json").is_file() for folder in out.resolve().parents):
        raise misused("--out", shown_path(out), "a file outside of reports", "Name a private folder.")


def write_list(out: Path, rows: pd.DataFrame) -> None:
    """A list of orders as CSV, for nobody else to read."""
    # a tab keeps a spreadsheet from rounding the number
    listed = rows.assign(order_id="\t" + rows["order_id"])
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        listed.to_csv(file, index=False)
    out.chmod(0o600)


def print_json(content: Any) -> None:
    """Data, on stdout."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=1))

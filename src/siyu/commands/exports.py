"""`siyu check`, `siyu new` and `siyu erase`: the verbs that read exports."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siyu.commands import options
from siyu.errors import nearest, shown_path
from siyu.paths import format_files, subject_dirs

if TYPE_CHECKING:
    from siyu.runs.files.workspace import Workspace


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH|SUBJECT...", type=options.EXPORTS)
@click.option("--format", "wanted", metavar="NAME", help="Format of every file; default by its headers.")
@click.option("--json", "as_json", is_flag=True, help="Print the accounts as JSON.")
@options.LANG
@options.reporting_problems
def check(paths: Sequence[Path], wanted: str | None, as_json: bool, lang: str | None) -> None:
    """Read exports (CSV, XLSX, ZIP, folders of them, all of a SUBJECT), account for every record, publish nothing."""
    paths = [options.exports_of(path) for path in paths]
    options.there("PATH", paths, subject_dirs())
    if wanted is not None:
        if wanted not in (files := format_files()):
            raise options.misused("--format", wanted, "a format", nearest(wanted, files))
        from siyu.intake.formats.catalogue import catalogue

        if broken := catalogue().broken.get(f"{wanted}.yml"):
            raise broken
    from siyu.intake.new.checking import accounts, summary

    language = options.reader_language(lang)
    found = accounts(paths, wanted)
    if as_json:
        options.print_json({"files": [account.as_json(language) for account in found]})
    else:
        for account in found:
            click.echo(summary(account, language), err=True)
    if any(not account.clean for account in found):
        sys.exit(1)


@click.command()
@click.argument("subject")
@click.option("--from", "given", multiple=True, required=True, metavar="PATH", type=options.FILE,
              help="A file or folder of exports; may be repeated.")  # fmt: skip
@click.argument("more", nargs=-1, metavar="[PATH...]", type=options.FILE)
@options.LANG
@options.reporting_problems
def new(subject: str, given: Sequence[Path], more: Sequence[Path], lang: str | None) -> None:
    """Make the folder of a new SUBJECT from exports, and draft a format where none fits them."""
    options.there("--from", [*given, *more])
    from siyu.intake.new.checking import summary
    from siyu.intake.new.onboarding import newcomer
    from siyu.playbook.form import FILE as FORM
    from siyu.playbook.form import draft as asked

    language = options.reader_language(lang)
    say = partial(options.tell, language)
    made = newcomer(subject, [*given, *more])
    for account in made.accounts:
        click.echo(summary(account, language), err=True)
    for path, draft in made.drafts.items():
        say("{path}: a draft that asks; nothing is computed from such files until each ? in it is answered",
            path=shown_path(path))  # fmt: skip
        for line in (*draft.told, *draft.said):
            click.echo(f"  {line}", err=True)
    for path in made.left:
        say("{path}: lies beside the exports and is not taken over; copy what still holds into {folder}",
            path=shown_path(path), folder=shown_path(made.folder))  # fmt: skip
    if made.key_table is not None:
        say("{path}: the orders name no buyers; have this table filled in and put it beside the exports",
            path=shown_path(made.key_table))  # fmt: skip
    form = made.folder / FORM
    form.write_text(asked(), encoding="utf-8")
    form.chmod(0o600)
    say("{path}: fill in with the owner; what stays open is asked for by siyu request", path=shown_path(form))
    say("{path}: check name, case, category, currency and date; then: siyu report {subject}",
        path=shown_path(made.folder / "subject.yml"), subject=subject)  # fmt: skip
    if any(not account.clean for account in made.accounts):
        sys.exit(1)


@click.command()
@click.argument("subject", type=options.SUBJECT)
@click.option("--buyer", metavar="KEY", help="One buyer, as an export or key table prints him; - reads standard input.")
@options.OUT
@options.LANG
@options.reporting_problems
def erase(subject: str, buyer: str | None, out: Path, lang: str | None) -> None:
    """Remove the exports of SUBJECT and what was made of them, or the records of one buyer."""
    options.known(subject)
    from siyu.intake.store.erasure import erase as erase_subject
    from siyu.intake.store.erasure import erase_buyer
    from siyu.runs.files.workspace import Workspace
    from siyu.runs.make.index import write_index
    from siyu.subjects import load_subject

    say, workspace = partial(options.tell, options.reader_language(lang)), Workspace(out)
    with _alone(workspace, subject):
        if buyer is None:
            done = erase_subject(subject, out)
        else:
            done = erase_buyer(subject, sys.stdin.readline().strip() if buyer == "-" else buyer, out)
        made = load_subject(subject).suppress_below and (buyer is None or done.records)
        left = workspace.forget(subject) if made else []
    if workspace.index.is_file():
        write_index(workspace)
    for path in (*done.removed, *left):
        say("{path}: removed", path=shown_path(path))
    for name, count in done.records.items():
        say("{path}: {count:# record|# records} of this buyer removed from the store, now and at every later reading",
            path=name, count=f"{count:,}")  # fmt: skip
    for name in done.remaining:
        say("{path}: the file itself still holds them as somebody wrote it; delete it or ask for a new one",
            path=name)  # fmt: skip
    for path in done.withdrawn:
        say("{path}: the report is withdrawn; siyu report makes it anew of what is left; remove it where it was sent",
            path=shown_path(path))  # fmt: skip
    for path in done.published:
        say("{path}: published before, holds totals only; publish it anew or remove it, also where it was sent",
            path=shown_path(path))  # fmt: skip
    if not done.removed and not done.records and not left:
        say("nothing to remove was found")
        sys.exit(1)


@contextmanager
def _alone(workspace: Workspace, subject: str) -> Iterator[None]:
    """While nobody makes a report of the subject. Raises UsageError when somebody does."""
    lock = workspace.lock(subject)
    if workspace.hidden.is_dir() and not lock.acquire():  # without it no run has ever written here
        step = "Wait until that has ended, or end it, then run this again."
        raise options.misused("SUBJECT", f"a report of it that {lock.holder()} makes", "no run under way", step)
    try:
        yield
    finally:
        lock.release()

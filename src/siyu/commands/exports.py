"""`siyu check`, `siyu new` and `siyu erase`: the verbs that read exports."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from siyu.commands import options
from siyu.errors import nearest, shown_path
from siyu.paths import format_files


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=options.FILE)
@click.option("--format", "wanted", metavar="NAME", help="Format of every file; default by its headers.")
@click.option("--json", "as_json", is_flag=True, help="Print the accounts as JSON.")
@options.LANG
@options.reporting_problems
def check(paths: Sequence[Path], wanted: str | None, as_json: bool, lang: str | None) -> None:
    """Read exports (CSV, XLSX, ZIP or folders of them), account for every record, publish nothing."""
    options.there("PATH", paths)
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
    if made.key_table is not None:
        say("{path}: the orders name no buyers; have this table filled in and put it beside the exports",
            path=shown_path(made.key_table))  # fmt: skip
    form = made.folder / FORM
    form.write_text(asked(), encoding="utf-8")
    form.chmod(0o600)
    say("{path}: fill in with the owner; what stays open is asked for by siyu request", path=shown_path(form))
    say("{path}: check name, case, category, currency and date", path=shown_path(made.folder / "subject.yml"))
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

    say = partial(options.tell, options.reader_language(lang))
    if buyer is None:
        done = erase_subject(subject, out)
    else:
        done = erase_buyer(subject, sys.stdin.readline().strip() if buyer == "-" else buyer, out)
    for path in done.removed:
        say("{path}: removed", path=shown_path(path))
    for name, count in done.records.items():
        say("{path}: {count} records of this buyer removed from the store, now and at every later reading",
            path=name, count=f"{count:,}")  # fmt: skip
    for name in done.remaining:
        say("{path}: the file itself still holds them as somebody wrote it; delete it or ask for a new one",
            path=name)  # fmt: skip
    for path in done.withdrawn:
        say("{path}: the report is withdrawn; siyu report makes it anew of what is left; remove it where it was sent",
            path=shown_path(path))  # fmt: skip
    if done.withdrawn and (out / "index.html").is_file():
        from siyu.runs.files.workspace import Workspace
        from siyu.runs.make.index import write_index

        write_index(Workspace(out))
    for path in done.published:
        say("{path}: published before, holds totals only; publish it anew or remove it, also where it was sent",
            path=shown_path(path))  # fmt: skip
    if not done.removed and not done.records:
        say("nothing to remove was found")
        sys.exit(1)

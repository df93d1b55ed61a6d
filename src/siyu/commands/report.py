"""`siyu report` and `siyu render`: publish, from notebooks that are run or were run."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from siyu.commands.options import FILE, FOLDER, NO_RIGHT, OUT, SUBJECT, misused, reporting_problems
from siyu.errors import Problem, UsageError, shown_path

_ONE_FILE = click.Path(path_type=Path, dir_okay=False)
_TEMPLATE = click.option("--template", type=_ONE_FILE, help="A client's .pptx or .potx, whose master the deck takes.")
_APPENDIX = click.option("--appendix", is_flag=True, help="Add to the deck what its talk leaves out.")
_PDF = click.option("--pdf", is_flag=True, help="Print the pages to PDF too (with Chromium).")
_ALL_LANGUAGES = "zh,en"


@click.command()
@click.argument("subjects", nargs=-1, metavar="SUBJECT...", type=SUBJECT)
@click.option("--all", "every", is_flag=True, help="Every known subject.")
@click.option("--manifest", type=_ONE_FILE, help="Subjects and settings in a YAML file.")
@click.option("--lang", default=_ALL_LANGUAGES, show_default=True, help="Languages of the report.")
@OUT
@click.option("--as-of", metavar="DATE", default="", help="Date the report speaks of; default from subject.yml.")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="Override a parameter of the notebooks.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Tasks at a time; default: cores, and one.")
@click.option("--limits", metavar="S,MB,MB", default="", help="Seconds, memory and output of each subject.")
@click.option("--force", is_flag=True, help="Run everything anew, changed or not.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and why, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each subject, as it ends.")
@click.option("--retries", type=click.IntRange(0, 10), default=0, help="Try again what failed for want of the machine.")
@click.option("--hook", metavar="CMD", default="", help="Call CMD SUBJECT STATUS FOLDER after each, without a shell.")
@click.option(
    "--scheduler", metavar="ADDRESS", default="", help="Run on a Dask cluster over this folder: tls://, tcp://."
)
@click.option("--insecure", is_flag=True, help="Let --scheduler be tcp:// to another machine.")
@_TEMPLATE
@_PDF
@_APPENDIX
@reporting_problems
def report(
    subjects: Sequence[str], every: bool, manifest: Path | None, lang: str, out: Path, as_of: str,
    parameters: Sequence[str], jobs: int | None, force: bool, dry_run: bool, as_json: bool, template: Path | None,
    pdf: bool, appendix: bool, limits: str, retries: int, hook: str, scheduler: str, insecure: bool,
) -> None:  # fmt: skip
    """Run the notebooks of each SUBJECT and publish its report; only what changed is run.

    A manifest says the same for many subjects. What stands at the top holds for all, what stands with a
    subject for that one; only `subjects` is required:

    \b
      lang: [zh, en]
      as_of: 2024-06-30
      parameters: {months: 12}
      limits: {seconds: 900, memory_mb: 4096, output_mb: 50}
      template: client.pptx
      pdf: true
      appendix: true
      subjects:
        - luzhou_laojiao
        - subject: lijiaqi_group
          lang: [zh]
          parameters: {months: 6}
    """  # noqa: D301 - click's mark for text that keeps its lines
    from siyu.runs.ask.wishes import Delivery, at_first_sight

    called = _called(hook)
    delivery = Delivery(template, pdf, appendix)
    wishes, noted = _wishes(subjects, every, manifest, lang, as_of, parameters, delivery, limits)
    if noted or any(at_first_sight(wishes)):  # before anything is started; all that is wrong is told at once
        from siyu.runs.ask.requests import checked

        checked(wishes, noted)
    if scheduler:
        from siyu.runs.remote import admitted

        admitted(scheduler, insecure=insecure)
    with contextlib.nullcontext() if dry_run or scheduler else _pool(jobs) as pool:
        if pool and (force or any(_newer(wish.subject, out) for wish in wishes)):
            pool.warm()  # something will be run: its libraries load while that is planned
        plans, decisions, present = _planned(wishes, out, force=force)
        if dry_run:
            _told(plans, decisions, as_json=as_json)
            return
        from siyu.commands.console import Console

        console = Console(as_json=as_json, hook=called, retries=retries)
        run = _on_cluster(scheduler) if scheduler else _here(pool, present)
        _publish(plans, out, console, run, force=force)


def _newer(subject: str, out: Path) -> bool:
    """Whether, at first sight, there is something to do for a subject: it has no report, or files that are newer."""
    from siyu.paths import subject_dirs

    if (folder := subject_dirs().get(subject)) is None:
        return True
    try:
        published = (out / subject / "run.json").stat().st_mtime_ns
        return any(path.stat(follow_symlinks=False).st_mtime_ns > published for path in folder.rglob("*"))
    except OSError:  # no report, or a file that went away after it was listed
        return True


def _planned(wishes: Sequence[Any], out: Path, *, force: bool) -> tuple[list[Any], list[Any], Any]:
    """(plans, decision for each, what was looked at). Raises UsageError, LedgerError."""
    from siyu.runs.ask.earlier import with_earlier
    from siyu.runs.ask.lint import lint
    from siyu.runs.ask.plan import planned
    from siyu.runs.ask.present import Present
    from siyu.runs.ask.requests import checked
    from siyu.runs.ask.reuse import decided
    from siyu.runs.ask.sections import notebooks
    from siyu.runs.files.workspace import Workspace

    lint(notebooks())
    plans, present = [planned(with_earlier(request, out)) for request in checked(wishes)], Present()
    decisions = [decided(plan, Workspace(out), present, force=force) for plan in plans]
    if not all(decision.unchanged for decision in decisions):
        from siyu.runs.ask.inputs import check_inputs  # half a second of imports, for nothing if unchanged

        check_inputs([plan.request for plan, one in zip(plans, decisions, strict=True) if not one.unchanged])
    return plans, decisions, present


def _told(plans: Sequence[Any], decisions: Sequence[Any], *, as_json: bool) -> None:
    """Say what would be done."""
    from siyu.runs.ask.reuse import together

    for plan, decision in zip(plans, together(plans, decisions), strict=True):
        name = plan.request.subject.id
        click.echo(json.dumps(decision.as_json(name), ensure_ascii=False) if as_json else f"{name}: {decision}")


@click.command()
@click.argument("executed", nargs=-1, required=True, metavar="EXECUTED.ipynb...", type=FILE)
@click.option("--lang", default=_ALL_LANGUAGES, show_default=True, help="Languages of the report.")
@click.option("--out", type=FOLDER, required=True, help="Folder for reports.")
@_TEMPLATE
@_PDF
@_APPENDIX
@reporting_problems
def render(executed: Sequence[Path], lang: str, out: Path, template: Path | None, pdf: bool, appendix: bool) -> None:
    """Publish a report from notebooks that papermill or JupyterLab has executed, after checking them."""
    if missing := [shown_path(path) for path in executed if not path.is_file()]:
        raise UsageError([Problem(one, 0, "", "no file", "an executed notebook", "Check the path.") for one in missing])
    from siyu.commands.console import Console
    from siyu.runs.ask.wishes import Delivery
    from siyu.runs.external import NotebooksRefusedError, planned_from

    try:
        plans = planned_from(executed, _languages(lang), Delivery(template, pdf, appendix))
    except NotebooksRefusedError as error:
        click.echo(f"siyu: {error}", err=True)
        sys.exit(1)
    _publish(plans, out, Console(), _here(_pool(None)), force=False)


def _publish(plans: Sequence[Any], out: Path, console: Any, run: Any, *, force: bool) -> None:
    from siyu.runs.batch import IndexFailedError
    from siyu.runs.files.faults import on_disk
    from siyu.runs.files.record import FAILED

    out.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup has it go on
            signal.signal(number, signal.default_int_handler)  # ended with care, like by Ctrl-C
    failed, pause = False, 2.0
    with contextlib.closing(console):
        try:
            while plans:
                outcomes = run(plans, out, force, console)
                again = {one.subject for one in outcomes if one.transient and console.retries}
                failed |= any(one.status == FAILED and one.subject not in again for one in outcomes)
                if plans := [plan for plan in plans if plan.request.subject.id in again]:
                    console.retries -= 1
                    time.sleep(pause)
                    pause *= 2
        except (OSError, IndexFailedError) as error:
            step = f". {NO_RIGHT}" if isinstance(error, PermissionError) else ""
            click.echo(f"siyu: {on_disk(error) if isinstance(error, OSError) else error}{step}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            click.echo("siyu: stopped; what is published stands, and the same command goes on from here", err=True)
            sys.exit(1)
    if failed:
        sys.exit(1)


def _pool(jobs: int | None) -> Any:
    """The workers of this machine."""
    from siyu.runs.make.forking import wanted
    from siyu.runs.make.pool import Pool

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # one section or another waits for its kernel; where workers are not forked, another is three seconds of imports
    return Pool(jobs or cores + wanted())


def _here(pool: Any, present: Any = None) -> Any:
    """How a batch is run on this machine."""
    from siyu.runs.batch import Batch

    return lambda plans, out, force, console: Batch(
        plans, out, pool=pool, force=force, progress=console, present=present
    ).run()


def _on_cluster(scheduler: str) -> Any:
    """How a batch is run on a Dask cluster."""
    from siyu.runs.ask.requests import command
    from siyu.runs.remote import Cluster, SchedulerLostError

    def run(plans: Sequence[Any], out: Path, force: bool, console: Any) -> Any:
        more = ["--json", "--jobs", "1", *(["--force"] if force else [])]
        words = {one.request.subject.id: command(one.request.anywhere, out.resolve())[1:] + more for one in plans}
        console.total(len(plans))
        try:
            with Cluster(scheduler, console) as cluster:
                return cluster.run(words, out)
        except SchedulerLostError as error:
            click.echo(f"siyu: {error}; what is published stands, and the same command goes on from here", err=True)
            sys.exit(1)

    return run


def _called(hook: str) -> list[str]:
    """The words of a hook. Raises UsageError for quotes that do not close, and a program that is not there."""
    try:
        words = shlex.split(hook)
    except ValueError as error:
        raise misused("--hook", hook, "a command", f"{error}.") from error
    if words and shutil.which(words[0]) is None:
        raise misused("--hook", words[0], "a program that this user can start", "Check the path.")
    return words


def _languages(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(","))


def _wishes(
    subjects: Sequence[str], every: bool, manifest: Path | None, lang: str, as_of: str, parameters: Sequence[str],
    delivery: Any, limits: str,
) -> tuple[list[Any], list[Problem]]:  # fmt: skip
    """What is wished, and what is wrong with the form of the manifest that says so."""
    from siyu.paths import subject_dirs
    from siyu.runs.ask.manifest import wishes as read_manifest
    from siyu.runs.ask.wishes import Given, Limits, Wish, place

    here = place("command line")
    if sum((bool(subjects), every, manifest is not None)) != 1:
        found, known = "more than one" if subjects or every else "nothing", ", ".join(subject_dirs()) or "none yet"
        raise misused("subject", found, "subjects, or --all, or --manifest FILE", f"Known subjects: {known}.")
    if manifest is not None:
        if lang != _ALL_LANGUAGES or as_of or parameters or delivery.options or limits:
            expected = "no --lang, --as-of, -p, --limits, --template, --pdf or --appendix beside a manifest"
            raise misused("--manifest", "settings in two places", expected, "Write them into the manifest.")
        return read_manifest(manifest)
    given, problems = {}, []
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals or name in given:
            found = f"{name} twice" if equals else text
            problems.append(Problem("command line", 0, "-p", found, "NAME=VALUE, each name once", "Mend this option."))
        given[name] = Given(value, here)
    if problems:
        raise UsageError(problems)
    names = list(subject_dirs()) if every else list(dict.fromkeys(subjects))
    most = Limits()
    if limits:
        numbers = limits.split(",")
        if len(numbers) != 3 or not all(number.isascii() and number.isdecimal() and int(number) for number in numbers):
            raise misused("--limits", limits, "three whole numbers above zero, such as 900,4096,50")
        most = Limits(int(numbers[0]), int(numbers[1]) << 20, int(numbers[2]) << 20)
    return [Wish(name, here, _languages(lang), as_of, given, most, delivery) for name in names], []

"""Notebooks that something else has executed: checked, then planned like sections that are already done."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from siyu.errors import Problem, ProblemsError, UsageError, nearest, shown_path
from siyu.reads.digests import sha256_of
from siyu.runs.ask.lint import hidden_failures
from siyu.runs.ask.parameters import Scalar, given, injected
from siyu.runs.ask.plan import NO_INPUT, NOT_APPLICABLE, OK, Request, RunPlan, SectionPlan, parameter_rows
from siyu.runs.ask.requests import checked
from siyu.runs.ask.sections import applicable, notebooks
from siyu.runs.ask.wishes import Delivery, Given, Wish, place
from siyu.runs.check import checks
from siyu.runs.files import executed, storage
from siyu.subjects import load_subject

RUNNER = "external"
Found = dict[str, tuple[Path, dict[str, Any]]]  # section -> its file and content
Values = dict[str, dict[str, Scalar]]  # section -> parameter -> what it ran with
_NOT_GIVEN = "Its executed notebook was not given."


class NotebooksRefusedError(ProblemsError):
    """Executed notebooks that nothing may be published from (exit code 1)."""


def planned_from(paths: Sequence[Path], languages: Sequence[str], delivery: Delivery) -> list[RunPlan]:
    """One plan for each subject that the notebooks were run for.

    Raises NotebooksRefusedError with everything that speaks against the notebooks; UsageError for unknown subjects.
    """
    problems: list[Problem] = []
    opened: dict[str, Found] = {}
    for path in paths:
        try:
            notebook = executed.normalised(given_as := storage.read_json(path))
        except (OSError, ValueError, KeyError, TypeError) as error:
            problems.append(_problem(path, f"{type(error).__name__} while reading", "an executed notebook"))
            continue
        problems += [
            _problem(path, one, "findings as made") for one in checks.forged(notebook, executed.told(given_as))
        ]
        problems += _problems(path, notebook)
        section, subject = _section(path, notebook), str(given(notebook).get("subject", ""))
        if section not in notebooks():
            step = "Name in open_workbook the section that it takes the place of."
            problems.append(_problem(path, section, f"one of {', '.join(notebooks())}", step))
        elif section in opened.setdefault(subject, {}):
            problems.append(_problem(path, f"{section} of {subject} again", "each section of a subject once"))
        opened.setdefault(subject, {})[section] = (path, notebook)
    if problems:
        raise NotebooksRefusedError(problems)
    for_anybody = opened.pop("", {})
    if for_anybody and not opened:
        _, notebook = next(iter(for_anybody.values()))
        opened[str(given(notebook).get("case", ""))] = {}
    return [_plan(subject, {**for_anybody, **found}, languages, delivery) for subject, found in opened.items()]


def _plan(subject: str, found: Found, languages: Sequence[str], delivery: Delivery) -> RunPlan:
    values = {section: _values(subject, given(notebook)) for section, (_, notebook) in found.items()}
    request = _request(subject, values, languages, delivery)
    sections = []
    for name, obstacle in applicable(request.subject.kind, request.subject.currency).items():
        if name in found:
            sections.append(SectionPlan(name, OK, values[name], storage.pretty(found[name][1])))
        else:
            status = NOT_APPLICABLE if obstacle else NO_INPUT
            sections.append(SectionPlan(name, status, {}, reason=obstacle or _NOT_GIVEN))
    inputs = {path.name: sha256_of(path) for path, _ in found.values()}
    said = {"case": request.case.id, "as_of": request.as_of}
    rows = parameter_rows({section: {**each, **said} for section, each in values.items()}, request.parameters)
    return RunPlan(request, tuple(sections), inputs, rows, RUNNER)


def _values(subject: str, ran_with: dict[str, Scalar]) -> dict[str, Scalar]:
    """The values of a notebook as they are said of a subject; it may have been made for anybody, see `planned`."""
    if ran_with.get("subject") != "":
        return ran_with
    goods = ran_with.get("category", "")
    return {**ran_with, "subject": subject, "category": "" if goods == load_subject(subject).category else goods}


def _request(subject: str, values: Values, languages: Sequence[str], delivery: Delivery) -> Request:
    """The request that these values would have come from. Raises UsageError when sections disagree."""
    where = place("the notebooks")
    merged: dict[str, Scalar] = {}
    for section, each in values.items():
        for name, value in each.items():
            if name != "lang" and merged.setdefault(name, value) != value:
                found = f"{name} = {merged[name]} and, in {section}, {value}"
                raise UsageError([Problem(subject, 0, name, found, "one value", "Run the notebooks alike.")])
    declared = {n: p for section in values for n, p in notebooks()[section].parameters.items()}
    fixed = ("subject", "as_of", "case", "lang")
    overridden = {n: v for n, v in merged.items() if n in declared and n not in fixed and v != declared[n].default}
    case = {"case": Given(str(merged["case"]), where)} if merged.get("case") else {}
    [request] = checked([Wish(subject, where, tuple(languages), str(merged.get("as_of", "")), case, delivery=delivery)])
    return replace(request, parameters={**request.parameters, **overridden})


def _problems(path: Path, notebook: dict[str, Any]) -> Iterator[Problem]:
    """Of one notebook: cells that failed or hide it, parameters that no section declares, so that defaults ran."""
    for fault in checks.faults(notebook):
        yield _problem(path, fault, "a notebook that ran to its end")
    for cell, found, step in hidden_failures(notebook):
        yield _problem(path, f"{found} in cell {cell}", "cells whose failures show", step)
    known = {name for section in notebooks().values() for name in section.parameters}
    for name in injected(notebook):
        if name not in known:
            yield _problem(path, f"the parameter {name}", "one that a section declares", nearest(name, known))


def _section(path: Path, notebook: dict[str, Any]) -> str:
    """The section a notebook is, by what its findings say, else by its name."""
    sections = executed.claimed(notebook, "section")
    return sections.pop() if len(sections) == 1 else path.stem


def _problem(path: Path, found: str, expected: str, step: str = "Run it again from a fresh kernel.") -> Problem:
    return Problem(shown_path(path), 0, "", found, expected, step)

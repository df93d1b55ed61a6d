"""Requests: what the command line or a manifest asks for, checked as a whole before anything starts."""

from collections.abc import Sequence
from pathlib import Path

from siyu.errors import Problem, UsageError, collected, nearest
from siyu.paths import reports_dir, subject_dirs
from siyu.playbook.form import load_form
from siyu.runs.ask.parameters import Parameter, by_name
from siyu.runs.ask.plan import Request
from siyu.runs.ask.sections import applicable, notebooks
from siyu.runs.ask.wishes import LANGUAGES, Delivery, Limits, Wish, at, at_first_sight
from siyu.subjects import Subject, load_subject


def command(request: Request, out: Path) -> list[str]:
    """The words that ask for the same again."""
    words = ["siyu", "report", request.subject.id]
    words += [] if request.languages == LANGUAGES else ["--lang", ",".join(request.languages)]
    words += [] if out == reports_dir() else ["--out", str(out)]
    words += [] if request.as_of == request.subject.as_of.isoformat() else ["--as-of", request.as_of]
    for name, value in request.parameters.items():
        words += ["-p", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
    if request.limits != Limits():
        most = request.limits
        words += ["--limits", f"{most.seconds:.0f},{most.memory >> 20},{most.output >> 20}"]
    return words + request.delivery.options


def checked(wishes: Sequence[Wish], noted: Sequence[Problem] = ()) -> list[Request]:
    """The requests for what was wished. Raises UsageError with the problems of all of them, and those that are noted
    already, of the form of a manifest."""
    problems, requests, known = [*noted, *at_first_sight(wishes)], list[Request](), subject_dirs()
    told = {(one.line, one.column, one.found) for one in problems}
    delivered: dict[Delivery, list[Problem]] = {}  # a template of fifty clients is looked at once
    for wish in (one for one in wishes if one.subject in known):
        try:
            subject = load_subject(wish.subject)
            load_form(subject.folder, subject.currency)
        except UsageError as error:
            problems += error.problems
            continue
        if wish.delivery not in delivered:
            delivered[wish.delivery] = _delivery_problems(wish.delivery)
            problems += delivered[wish.delivery]
        values, found = wish.values(_declared(subject))
        case_id = str(values.get("case") or subject.case)
        if case_id not in known:
            found.append(at(wish.where, case_id, "a published case", nearest(case_id, known), "case"))
        problems += [one for one in found if (one.line, one.column, one.found) not in told]
        if not found and not delivered[wish.delivery]:
            as_of, case = wish.as_of or subject.as_of.isoformat(), load_subject(case_id)
            requests.append(Request(subject, case, tuple(wish.languages), as_of, values, wish.limits, wish.delivery))
    if problems:
        raise UsageError(problems)
    return requests


def _delivery_problems(delivery: Delivery) -> list[Problem]:
    """What a template lacks, and a browser that is not there."""
    problems = list[Problem]()
    if delivery.template is not None:
        from siyu.render.deck.masters import opened  # half a second of imports, where a template is given

        with collected(problems):
            opened(delivery.template)
    if delivery.pdf:
        from siyu.render.page.printing import PROGRAMS, browser

        if browser() is None:
            step = "Install Chromium, or leave out --pdf: the page prints from any browser."
            problems.append(Problem("command line", 0, "--pdf", "no Chromium", " or ".join(PROGRAMS), step))
    return problems


def _declared(subject: Subject) -> dict[str, list[Parameter]]:
    """What the subject's sections declare, by name."""
    run = [name for name, obstacle in applicable(subject.kind, subject.currency).items() if not obstacle]
    return by_name(one for name in run for one in notebooks()[name].parameters.values())

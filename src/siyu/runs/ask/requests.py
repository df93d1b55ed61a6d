"""Requests: what the command line or a manifest asks for, checked as a whole before anything starts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siyu.errors import Problem, UsageError, collected, nearest
from siyu.paths import reports_dir, subject_dirs
from siyu.playbook.form import load_form
from siyu.runs.ask.parameters import Parameter, Scalar
from siyu.runs.ask.plan import Delivery, Limits, Request
from siyu.runs.ask.sections import applicable, notebooks
from siyu.subjects import Subject, load_subject

LANGUAGES = ("zh", "en")
# What has an option or an argument of its own; giving it twice would leave open which counts.
_ELSEWHERE = {"subject": "the argument SUBJECT", "as_of": "--as-of, or as_of in the manifest",
              "earlier": "the folder of reports: the plan there is taken"}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A value as text, and where it was said. quoted, text_like: how it stood in YAML, and reads there."""

    text: str
    where: Problem
    quoted: bool = False
    text_like: bool = True


@dataclass(frozen=True)
class Wish:
    """One subject as asked for, all values as text. `where` says where, for messages."""

    subject: str
    where: Problem
    languages: Sequence[str] = LANGUAGES
    as_of: str = ""
    parameters: dict[str, Given] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    delivery: Delivery = field(default_factory=Delivery)
    places: dict[str, Problem] = field(default_factory=dict)

    def said(self, setting: str) -> Problem:
        """Where `lang` or `as_of` was said."""
        return self.places.get(setting, self.where)


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


def place(file: str, line: int = 0, column: str = "") -> Problem:
    """A place to say problems about."""
    return Problem(file, line, column, "", "", "")


def at(where: Problem, found: str, expected: str, step: str, column: str = "") -> Problem:
    """A problem at a place."""
    return Problem(where.file, where.line, column or where.column, found, expected, step)


def checked(wishes: Iterable[Wish]) -> list[Request]:
    """The requests for what was wished. Raises UsageError with the problems of all of them."""
    requests, problems, seen = [], list[Problem](), set[str]()
    delivered: dict[Delivery, list[Problem]] = {}  # a template of fifty clients is looked at once
    known = subject_dirs()
    for wish in wishes:
        if wish.subject not in known:
            step = nearest(wish.subject, known)
            problems.append(at(wish.where, wish.subject or "nothing", "a subject", step, "subject"))
            continue
        if wish.subject in seen:
            problems.append(at(wish.where, f"{wish.subject} twice", "each subject once", "Remove one.", "subject"))
        seen.add(wish.subject)
        try:
            subject = load_subject(wish.subject)
            load_form(subject.folder, subject.currency)
        except UsageError as error:
            problems += error.problems
            continue
        found = [*_language_problems(wish), *_date_problems(wish)]
        if wish.delivery not in delivered:
            delivered[wish.delivery] = _delivery_problems(wish.delivery)
            problems += delivered[wish.delivery]
        values, more = _values(wish, subject)
        case_id = str(values.get("case") or subject.case)
        if case_id not in known:
            more.append(at(wish.where, case_id, "a published case", nearest(case_id, known), "case"))
        problems += found + more
        if not found and not more and not delivered[wish.delivery]:
            as_of, case = wish.as_of or subject.as_of.isoformat(), load_subject(case_id)
            requests.append(Request(subject, case, tuple(wish.languages), as_of, values, wish.limits, wish.delivery))
    if problems:
        raise UsageError(problems)
    return requests


def _language_problems(wish: Wish) -> list[Problem]:
    where, expected = wish.said("lang"), f"one of {', '.join(LANGUAGES)}"
    strange = (code for code in wish.languages if code not in LANGUAGES)
    found = [at(where, code or "nothing", expected, nearest(code, LANGUAGES), "lang") for code in strange]
    if not wish.languages or len(set(wish.languages)) != len(wish.languages):
        shown = ", ".join(wish.languages) or "none"
        found.append(at(where, shown, "at least one language, each once", "Write zh,en.", "lang"))
    return found


def _date_problems(wish: Wish) -> list[Problem]:
    day = Parameter("as_of", "date", "")
    try:
        day.typed(wish.as_of or "2021-08-31")
    except ValueError:
        return [at(wish.said("as_of"), wish.as_of, day.expected, "Write year-month-day.", "as_of")]
    return []


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


def _values(wish: Wish, subject: Subject) -> tuple[dict[str, Scalar], list[Problem]]:
    """Overrides in the types that the subject's sections declare."""
    declared: dict[str, list[Parameter]] = {}
    for name, obstacle in applicable(subject.kind, subject.currency).items():
        for parameter in notebooks()[name].parameters.values() if not obstacle and name in notebooks() else ():
            declared.setdefault(parameter.name, []).append(parameter)
    values: dict[str, Scalar] = {}
    problems = []
    for name, value in wish.parameters.items():
        if name in _ELSEWHERE:
            problems.append(at(value.where, name, "another parameter", f"Use {_ELSEWHERE[name]}.", "parameter"))
        elif name not in declared:
            problems.append(at(value.where, name, "a parameter of its sections", nearest(name, declared), "parameter"))
        else:
            for parameter in declared[name]:
                try:
                    values[name] = _typed(parameter, value)
                except ValueError as error:
                    problems.append(at(value.where, repr(value.text), parameter.expected, str(error), name))
    return values, problems


def _typed(parameter: Parameter, value: Given) -> Scalar:
    """The value in the declared type. Raises ValueError that says what to do."""
    if parameter.type == "str" and not value.quoted and not value.text_like:
        raise ValueError("It is declared as text: put it in quotes.")
    if parameter.type in ("int", "float", "bool") and value.quoted:
        raise ValueError(f"It is declared as {parameter.type}: remove the quotes.")
    if parameter.name == "lang" and value.text not in LANGUAGES:
        raise ValueError(nearest(value.text, LANGUAGES))
    try:
        return parameter.typed(value.text)
    except ValueError:
        raise ValueError(f"It is declared as {parameter.type}.") from None

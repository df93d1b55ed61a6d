"""Wishes: what the command line or a manifest asks for, as text, and what is wrong with it at first sight."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siyu.errors import Problem, nearest
from siyu.paths import notebooks_dir, subject_dirs
from siyu.reads.digests import sha256_of
from siyu.runs.ask.parameters import Parameter, Scalar, by_name, content_of, declared

LANGUAGES = ("zh", "en")
# What has an option or an argument of its own; giving it twice would leave open which counts.
_ELSEWHERE = {"subject": "the argument SUBJECT", "as_of": "--as-of, or as_of in the manifest",
              "earlier": "the folder of reports: the plan there is taken"}  # fmt: skip
_MORE = "--limits, or limits in the manifest, allow more"


@dataclass(frozen=True)
class Limits:
    """Of one subject: seconds of wall time, bytes of resident memory at a time, bytes of output."""

    seconds: float = 900.0
    memory: int = 4 << 30
    output: int = 50 << 20

    def exceeded(self, seconds: float, memory: int, output: int) -> str:
        """Why to stop what took so much; empty while it may go on."""
        if seconds > self.seconds:
            return f"stopped after {self.seconds:g} s, its limit of time; {_MORE}"
        taken = {"memory": (memory, self.memory), "output": (output, self.output)}
        over = (f"stopped at {used >> 20} MB of {name}, its limit is {limit >> 20} MB; {_MORE}"
                for name, (used, limit) in taken.items() if used > limit)  # fmt: skip
        return next(over, "")


@dataclass(frozen=True)
class Delivery:
    """How a report is delivered beyond its usual files.

    template: a .pptx whose master the deck takes. pdf: whether the pages are printed too. appendix: whether the deck
    holds what its talk leaves out.
    """

    template: Path | None = None
    pdf: bool = False
    appendix: bool = False

    @property
    def inputs(self) -> dict[str, str]:
        """Path -> digest of the template, under its name alone: it lies outside the project."""
        return {f"template/{self.template.name}": sha256_of(self.template)} if self.template else {}

    @property
    def options(self) -> list[str]:
        """The words that ask for it on the command line."""
        words = ["--template", str(self.template)] if self.template else []
        return words + (["--pdf"] if self.pdf else []) + (["--appendix"] if self.appendix else [])


@dataclass(frozen=True)
class Given:
    """A value as text, and where it was said. quoted, text_like: how it stood in YAML, and reads there."""

    text: str
    where: Problem
    quoted: bool = False
    text_like: bool = True

    def typed(self, parameter: Parameter) -> Scalar:
        """The value in the declared type. Raises ValueError that says what to do."""
        if parameter.type == "str" and not self.quoted and not self.text_like:
            raise ValueError("It is declared as text: put it in quotes.")
        if parameter.type in ("int", "float", "bool") and self.quoted:
            raise ValueError(f"It is declared as {parameter.type}: remove the quotes.")
        if parameter.name == "lang" and self.text not in LANGUAGES:
            raise ValueError(nearest(self.text, LANGUAGES))
        try:
            return parameter.typed(self.text)
        except ValueError:
            raise ValueError(f"It is declared as {parameter.type}.") from None


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

    def values(self, known: Mapping[str, Sequence[Parameter]]) -> tuple[dict[str, Scalar], list[Problem]]:
        """Overrides in the types that are declared. known: name -> its declarations."""
        values, problems = dict[str, Scalar](), []
        for name, value in self.parameters.items():
            if name in _ELSEWHERE:
                problems.append(at(value.where, name, "another parameter", f"Use {_ELSEWHERE[name]}.", "parameter"))
            elif name not in known:
                hint = nearest(name, known)
                problems.append(at(value.where, name, "a parameter of its sections", hint, "parameter"))
            else:
                for parameter in known[name]:
                    try:
                        values[name] = value.typed(parameter)
                    except ValueError as error:
                        problems.append(at(value.where, repr(value.text), parameter.expected, str(error), name))
        return values, problems


def place(file: str, line: int = 0, column: str = "") -> Problem:
    """A place to say problems about."""
    return Problem(file, line, column, "", "", "")


def at(where: Problem, found: str, expected: str, step: str, column: str = "") -> Problem:
    """A problem at a place."""
    return Problem(where.file, where.line, column or where.column, found, expected, step)


def at_first_sight(wishes: Iterable[Wish]) -> Iterator[Problem]:
    """What is wrong with subjects, languages, dates and parameters, whoever they are for: told before anything is
    imported that takes its time."""
    known, seen = subject_dirs(), set[str]()
    asked = list(wishes)
    stated = _stated() if any(wish.parameters for wish in asked) else {}
    for wish in asked:
        if wish.subject not in known:
            yield at(wish.where, wish.subject or "nothing", "a subject", nearest(wish.subject, known), "subject")
        elif wish.subject in seen:
            yield at(wish.where, f"{wish.subject} twice", "each subject once", "Remove one.", "subject")
        seen.add(wish.subject)
        if (case := wish.parameters.get("case")) and case.text not in known:
            yield at(wish.where, case.text or "nothing", "a published case", nearest(case.text, known), "case")
        yield from (*_languages(wish), *_date(wish), *wish.values(stated)[1])


def _stated() -> dict[str, list[Parameter]]:
    """What any bundled notebook declares, by name."""
    paths = sorted(notebooks_dir().glob("[0-9][0-9]_*.ipynb"))
    return by_name(one for path in paths for one in declared(content_of(path)[0], path.name).values())


def _languages(wish: Wish) -> Iterator[Problem]:
    where, expected = wish.said("lang"), f"one of {', '.join(LANGUAGES)}"
    for code in wish.languages:
        if code not in LANGUAGES:
            yield at(where, code or "nothing", expected, nearest(code, LANGUAGES), "lang")
    if not wish.languages or len(set(wish.languages)) != len(wish.languages):
        shown = ", ".join(wish.languages) or "none"
        yield at(where, shown, "at least one language, each once", "Write zh,en.", "lang")


def _date(wish: Wish) -> Iterator[Problem]:
    day = Parameter("as_of", "date", "")
    try:
        day.typed(wish.as_of or "2021-08-31")
    except ValueError:
        yield at(wish.said("as_of"), wish.as_of, day.expected, "Write year-month-day.", "as_of")

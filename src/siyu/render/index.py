"""The index of a folder of reports: every subject with its state, its answer, its key figures and its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from siyu.language import LANGUAGES, Language
from siyu.record import Moved, Summary, TitledFinding
from siyu.render import labels
from siyu.render.page.html import HTML_LANG, environment_of, shell
from siyu.render.said import NAME_LENGTH, Said
from siyu.render.speech import Speech, step_name

Record = Mapping[str, Any]  # content of `run.json`
RUN_SCHEMA = 2  # whose answers can be read


def render_index(records: Sequence[Record]) -> str:
    """The page of `<out>/index.html`, in both languages at once; the reader's browser shows one.

    records: contents of `run.json`, each with `folder`, its folder relative to the index. A subject whose
    last run failed may have two: the published one that stands, and the failed one with its `reasons`.
    """
    environment = environment_of(Language("zh"))
    tongues = [Tongue(Speech(Language(code))) for code in LANGUAGES]
    listed = {"records": sorted((entry for entry in records if entry.get("subject")), key=_place), "tongues": tongues}
    body = environment.get_template("index.html.j2").render(**listed, html_langs=HTML_LANG)
    return shell(environment, body, "Siyu 私域", "index.css", "index.js")


def _place(record: Record) -> tuple[bool, bool, int, str]:
    """Clients first, then public and made-up data, then cases; the newest first."""
    newest = -int(str(record.get("as_of", "")).replace("-", "") or 0)
    return record.get("kind") != "client", bool(record.get("public")), newest, str(record["subject"])


@dataclass(frozen=True)
class Tongue:
    """One language of the index."""

    speech: Speech

    @property
    def code(self) -> str:
        """Language code."""
        return self.speech.language.code

    def say(self, message_id: str) -> str:
        """An interface string."""
        return self.speech.language.message(message_id)

    def name(self, record: Record) -> Said:
        """The subject's display name."""
        return self.speech.data((record.get("name") or {}).get(self.code) or record["subject"], NAME_LENGTH)

    def status(self, record: Record) -> str:
        """The state of the last run."""
        status = str(record["status"])
        return self.say(labels.STATUSES.get(status) or status)

    def headline(self, record: Record) -> Said:
        """The title of the leading answer, empty when the run has none."""
        answer = leading(record)
        return self.speech.data(self.speech.language.chosen(answer.title)) if answer else Said()

    def figures(self, record: Record) -> list[tuple[Said, Said]]:
        """(number, what it is) of the leading answer's cards."""
        if (answer := leading(record)) is None:
            return []
        figure, of, held = self.speech.figure, self.speech.of, answer.by_name
        cards = [*answer.cards.items()][:3]
        return [(figure(held[name], f"{answer.key}.{name}"), of(answer, text)) for name, text in cards]

    def moved(self, record: Record) -> list[str]:
        """What moved since the report before, at most three; a line where nothing did."""
        if record.get("schema") != RUN_SCHEMA or not record.get("previous"):
            return []
        moves = [Moved.model_validate(entry) for entry in record.get("moved", ())]
        told = zip(moves[:3], self.speech.moved(moves[:3]), strict=True)
        return [self._move(one, name) for one, name in told] or [self.say("No headline number moved.")]

    def _move(self, one: Moved, name: str) -> str:
        if one.from_ is None:
            return f"{name}{self.say(': ')}{self.say('moved; too few buyers to say by how much')}"
        ends = [self.speech.point(end, one.unit, one.definition) for end in (one.from_, one.to) if end is not None]
        return f"{name} {' → '.join(ends)}"

    def step(self, record: Record) -> Said:
        """The first of the next steps, empty where there is none."""
        if record.get("schema") != RUN_SCHEMA or not record.get("summary"):
            return Said()
        steps = Summary.model_validate(record["summary"]).steps
        return step_name(self.speech, steps[0]) if steps else Said()

    def warnings(self, record: Record) -> list[Markup]:
        """Sections that could not be answered, parameters that were changed, reasons of a failed run."""
        sections = [entry for entry in record.get("sections", ()) if entry["status"] in ("failed", "no_input")]
        asked = [self.speech.language.say(entry.get("question") or str(entry["notebook"])) for entry in sections]
        states = [f"{self.status(entry)}{self.say(': ')}" for entry in sections]
        found = [Markup("{}{}").format(*both) for both in zip(states, asked, strict=True)]
        return found + [self.speech.data(reason, 400).markup() for reason in record.get("reasons") or ()]

    def files(self, record: Record) -> list[tuple[str, str]]:
        """(label, path) of the report's files in this language."""
        paths = {entry["path"] for entry in record.get("files", ())}
        folder, say = record.get("folder", record["subject"]), self.say
        wanted = {f"report.{self.code}.html": say("Report"), f"deck.{self.code}.pptx": say("Deck")}
        wanted[f"tables.{self.code}.xlsx"] = say("Tables")
        return [(label, f"{folder}/{path}") for path, label in wanted.items() if path in paths]


def leading(record: Record) -> TitledFinding | None:
    """The answer that stands for a whole report; None when it has none, or was made in another schema."""
    if record.get("schema") != RUN_SCHEMA:
        return None
    return next(map(TitledFinding.model_validate, record.get("answers") or ()), None)

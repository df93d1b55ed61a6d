"""What a report opens with, as data: the answer, what it rests on, what would change it, and what to do next."""

from typing import Annotated

from pydantic import Field

from siyu.record.text import Both, Key, Number, Quantity, RecordPart, Wording

MOST = 3  # reasons and steps that a reader takes away in half a minute


class Opening(RecordPart):
    """What an answer brings into the summary. reasons: keys of findings of its section, or `section.key`; turns: what
    would change it, with values of the answer; asks: codes of steps that go before those ranked by their worth; plan:
    codes of tasks, which then are the next steps of the whole report."""

    reasons: tuple[str, ...] = ()
    turns: tuple[Wording, ...] = ()
    asks: tuple[Key, ...] = ()
    plan: tuple[Key, ...] = ()


class Step(RecordPart):
    """A row of `data/playbook/tasks.csv`: what to do to learn something, who does it, and what it takes.

    cost: money spent, CNY; effort: person-days; days: until the number is there; each from 5th to 95th percentile.
    decides: the number that settles it. trial: whether it is an experiment, and then how it is read; people: in both
    arms, to find a difference between their shares four times in five."""

    key: Key
    name: Both
    who: Both
    cost: Quantity
    effort: Quantity
    days: Quantity
    decides: Both
    trial: Both | None
    people: Quantity | None = None
    difference: Quantity | None = None
    source: str
    grade: str
    why: Both


class NextStep(RecordPart):
    """One of the next steps. about: what it settles. step: None where nobody has said what it takes: cost unknown.

    worth: of knowing it, where it was ranked by that; finding: `section.key` of the ranking."""

    about: Wording
    step: Step | None
    worth: Quantity | None = None
    finding: str = ""


class Turn(RecordPart):
    """Something that would change the answer, in words of a finding (`section.key`)."""

    finding: str
    text: Wording


class Chance(RecordPart):
    """How probable it is that the advice is right. finding: `section.key`, value: its name. sure: from where on it
    counts as decided."""

    finding: str
    value: Key
    sure: Number


class Summary(RecordPart):
    """The first screen of a report; findings by `section.key`. beside: the next answer, which the lede tells."""

    answer: str
    beside: str = ""
    chance: Chance | None = None
    reasons: Annotated[tuple[str, ...], Field(max_length=MOST)]
    turns: tuple[Turn, ...]
    steps: Annotated[tuple[NextStep, ...], Field(max_length=MOST)]

    @property
    def trial(self) -> Step | None:
        """The first step that can be read as a trial, if one is proposed: not always the experiment of the plan."""
        return next((one.step for one in self.steps if one.step and one.step.trial), None)

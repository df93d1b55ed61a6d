"""The intake form of a client, `form.yml` of its folder: who leads, what was tried, goals, resources, team, tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from siyu import reads
from siyu.definitions import registry
from siyu.errors import Problem, UsageError, nearest, refusals, shown_path, shown_value
from siyu.plain_yaml import mapping
from siyu.playbook import labels
from siyu.subjects import Count, Day

FILE, OPEN = "form.yml", "?"  # a question that is still open, as in drafts of formats
SOURCE = "data:form"
_STEP = "Mend form.yml; data/README.md says what it asks."
Amount = Annotated[float, Field(ge=0, le=1e12)]
AnswerT = TypeVar("AnswerT")
Asked = Annotated[AnswerT | None, BeforeValidator(lambda answer: None if answer == OPEN else answer)]
Place = Literal["live_room", "video", "homepage", "subscription", "private_message", "group", "moments", "wecom",
                "official_account", "mini_program", "store", "sms", "parcel"]  # fmt: skip


class _Part(BaseModel):
    """A part of the form; what it does not ask is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FormGoal(_Part):
    """What is to be reached: a metric of the registry, a number in its unit, a day."""

    metric: str
    target: Annotated[float, Field(ge=-1e12, le=1e12)]
    by: Day


class Resource(_Part):
    """A place where people are reached. reach_month: people; cost_month: in the subject's currency; ids: people whom
    the brand can write to there."""

    place: Place
    reach_month: Count
    cost_month: Amount = 0
    ids: Count = 0


class AccountHeld(_Part):
    """An account of the brand, and what kind it is of."""

    platform: str
    type: Literal["personal", "enterprise"]


class Post(_Part):
    """People of the team, and what they cost a month in all."""

    role: str
    people: Amount = Field(gt=0)
    cost_month: Amount


class Tool(_Part):
    """A tool with its fee a month, and the hours it saves."""

    name: str
    fee_month: Amount
    hours_saved_month: Amount = 0


class Form(_Part):
    """The answers; None where the form still asks. leads: who answers for the private domain; cares: whether the owner
    does; tried: what became of earlier tries. margin: gross, of a net yuan; groups: whether the brand has any.
    mall_since: first day of the shop's own entry on the platform; currency: of the costs."""

    leads: Asked[Literal["owner", "deputy", "agency", "nobody"]] = None
    cares: Asked[bool] = None
    tried: Asked[Literal["nothing", "lost", "mediocre"]] = None
    goals: tuple[FormGoal, ...] = ()
    resources: tuple[Resource, ...] = ()
    accounts: tuple[AccountHeld, ...] = ()
    team: tuple[Post, ...] = ()
    tools: tuple[Tool, ...] = ()
    margin: Asked[Annotated[float, Field(gt=0, lt=1)]] = None
    category: Asked[str] = None
    currency: Asked[str] = None
    groups: Asked[bool] = None
    mall_since: Asked[Day] = None

    @property
    def answered(self) -> bool:
        """Whether anybody has filled it in."""
        return self != Form(category=self.category, currency=self.currency)

    @property
    def team_month(self) -> float:
        """What the team costs a month."""
        return sum(post.cost_month for post in self.team)

    @property
    def tools_month(self) -> float:
        """What the tools cost a month."""
        return sum(tool.fee_month for tool in self.tools)

    def client_type(self, margin_to_team_cost: float | None) -> int:
        """1: the owner cares, cannot do it yet; 2: does not care; 3: cares, tried, lost; 4: cares, mediocre; 0: unsaid.

        Whoever tried and does not earn the team back has lost, whatever he says."""
        if self.cares is None or (self.cares and self.tried is None):
            return 0
        if not self.cares:
            return 2
        short = margin_to_team_cost is not None and margin_to_team_cost < 1
        return 1 if self.tried == "nothing" else 3 if self.tried == "lost" or short else 4


def load_form(folder: Path, currency: str) -> Form:
    """The form in a subject's folder, an empty one where there is none. Raises UsageError with every fault: a question
    that is none, a goal without metric or date, a metric nobody defines, costs in another currency."""
    path = folder / FILE
    try:
        reads.content(path)
    except FileNotFoundError:
        return Form()
    content = mapping(path, UsageError, _STEP, reads.content)
    known, form = Form.model_fields, Form()
    expected = f"one of {', '.join(known)}"
    problems = [
        _problem(path, name, shown_value(content[name]), expected, nearest(name, known))
        for name in content.keys() - known
    ]
    try:
        form = Form.model_validate({name: value for name, value in content.items() if name in known})
    except ValidationError as error:
        problems += [_problem(path, *refusal, _STEP) for refusal in refusals(error)]
    metrics = registry().metrics
    for at, goal in enumerate(form.goals):
        if goal.metric not in metrics:
            expected, step = "a metric of data/definitions.yml", nearest(goal.metric, metrics)
            problems.append(_problem(path, f"goals.{at}.metric", shown_value(goal.metric), expected, step))
    if form.currency not in (None, currency):
        step = "Write costs in the currency of subject.yml; two currencies are never compared."
        problems.append(_problem(path, "currency", shown_value(form.currency), currency, step))
    if problems:
        raise UsageError(problems)
    return form


def _problem(path: Path, column: str, found: str, expected: str, step: str) -> Problem:
    lines, top = path.read_text(encoding="utf-8-sig").splitlines(), column.partition(".")[0]
    line = next((at for at, text in enumerate(lines, 1) if text.startswith(f"{top}:")), 0)
    return Problem(shown_path(path), line, column, found, expected, step)


def contradictions(form: Form, tables: Mapping[str, int], computable: Mapping[str, str]) -> list[str]:
    """What the form says against the exports, as codes of `labels.CONTRADICTIONS`.

    tables: rows of the client's tables by name; computable: metrics of goals that cannot be had, with the reason."""
    said = {
        "groups_but_none_said": form.groups is False and tables.get("members", 0) > 0,
        "groups_said_but_no_members": form.groups is True and not tables.get("members", 0),
        "personal_account_with_shop": bool(form.accounts) and tables.get("orders", 0) > 0
        and all(one.type == "personal" for one in form.accounts),
        "ads_but_no_cost_said": tables.get("ad_days", 0) > 0 and bool(form.resources)
        and not any(one.cost_month for one in form.resources),
        "goal_not_computable": bool(computable),
    }  # fmt: skip
    return [code for code, found in said.items() if found and code in labels.CONTRADICTIONS]


def draft() -> str:
    """The form as `siyu new` writes it: every answer still asked for."""
    questions: Mapping[str, Mapping[str, str]] = labels.FORM
    empty = dict.fromkeys(("goals", "resources", "accounts", "team", "tools"), "[]")
    lines = [f"{name}: {empty.get(name, repr(OPEN))}  # {questions[name]['en']}" for name in Form.model_fields]
    return "\n".join([*(f"# {line}" for line in questions["intro"]["en"].splitlines()), *lines, ""])

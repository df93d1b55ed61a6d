"""Parameters of a notebook: what its annotated cell declares, and text read as the declared types."""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from siyu.errors import Problem, UsageError, several, shown_path

Scalar = str | int | float | bool
_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
_EXPECTED = {"str": "text", "int": "a whole number such as 12", "float": "a number such as 0.05",
             "bool": "true or false", "date": "a date such as 2021-08-31"}  # fmt: skip
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INT = re.compile(r"[+-]?(0|[1-9]\d*)")
BOUNDS = re.compile(r"[;,]?\s*(-?[\d.]+)\.\.(-?[\d.]+)$")
_FLOAT = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Parameter:
    """type: str, int, float, bool, or date (a str whose default is an ISO date, or that is named `as_of`).

    meaning: the comment behind the declaration, without the bounds of a number that it may end on
    (`# draws of the assumptions; 1000..1000000`): low, high, both allowed; None without.
    """

    name: str
    type: str
    default: Scalar
    meaning: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def expected(self) -> str:
        """What a value has to look like, in words."""
        if self.low is None:
            return _EXPECTED[self.type]
        return f"{_EXPECTED[self.type].partition(' such')[0]} from {self.low:,.10g} to {self.high:,.10g}"

    def typed(self, text: str) -> Scalar:
        """The value that `text` stands for. Raises ValueError when it is not of the declared type or out of bounds."""
        value = self._read(text)
        if self.low is not None and self.high is not None and not self.low <= float(value) <= self.high:
            raise ValueError(text)
        return value

    def _read(self, text: str) -> Scalar:
        match self.type:
            case "bool" if text in ("true", "false"):
                return text == "true"
            case "int" if _INT.fullmatch(text):
                return int(text)
            case "float" if _FLOAT.fullmatch(text):
                return float(text)
            case "date" if _ISO_DATE.fullmatch(text):
                return date.fromisoformat(text).isoformat()
            case "str":
                return text
        raise ValueError(text)


def content_of(path: Path) -> tuple[dict[str, Any], list[Any]]:
    """A notebook file, and what of it is executed: kind, text and tags of each cell. Raises UsageError for another."""
    try:
        content = json.loads(path.read_bytes())
        cells = [(c["cell_type"], "".join(c["source"]), c["metadata"].get("tags", [])) for c in content["cells"]]
    except (ValueError, KeyError, TypeError) as error:
        found, step = type(error).__name__, "Restore it from version control."
        raise UsageError([Problem(shown_path(path), 0, "", found, "a notebook in JSON", step)]) from error
    return content, cells


def declared(notebook: Mapping[str, Any], file: str) -> dict[str, Parameter]:
    """Parameters of the cell tagged `parameters`, by name, in order.

    Raises UsageError when there is no such cell, or it holds more than annotated scalars with defaults.
    """
    sources = _tagged(notebook, "parameters")
    if len(sources) != 1:
        step = "Tag the one cell that declares the parameters."
        raise UsageError([Problem(file, 0, "", f"{several(len(sources), 'cell')} tagged parameters", "one", step)])
    [source], found, problems = sources, dict[str, Parameter](), []
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        step = "Mend the parameters cell."
        raise UsageError([Problem(file, 0, "parameters", str(error.msg), "Python", step)]) from error
    meanings = _comments(source)
    expected, step = "name: str, int, float or bool = a constant of that type", "Declare nothing else in this cell."
    for statement in statements:
        if (parameter := _parameter(statement, meanings)) is None:
            problems.append(Problem(file, 0, "parameters", ast.unparse(statement), expected, step))
        else:
            found[parameter.name] = parameter
    if problems:
        raise UsageError(problems)
    return found


def by_name(parameters: Iterable[Parameter]) -> dict[str, list[Parameter]]:
    """name -> its declarations."""
    found: dict[str, list[Parameter]] = {}
    for one in parameters:
        found.setdefault(one.name, []).append(one)
    return found


def given(notebook: Mapping[str, Any]) -> dict[str, Scalar]:
    """Values that an executed notebook ran with: its defaults, overridden by the cell that was injected."""
    return _assigned(notebook, "parameters") | injected(notebook)


def injected(notebook: Mapping[str, Any]) -> dict[str, Scalar]:
    """Values that were put into a notebook when it was executed."""
    return _assigned(notebook, "injected-parameters")


def _tagged(notebook: Mapping[str, Any], tag: str) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"] if tag in cell["metadata"].get("tags", [])]


def _assigned(notebook: Mapping[str, Any], tag: str) -> dict[str, Scalar]:
    found: dict[str, Scalar | None] = {}
    for statement in (one for source in _tagged(notebook, tag) for one in ast.parse(source).body):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = _constant(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = _constant(value)
    return {name: value for name, value in found.items() if value is not None}


def _parameter(statement: ast.stmt, meanings: Mapping[int, str]) -> Parameter | None:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=kind), value=ast.expr() as value):
            default = _constant(value)
            if kind == "float" and type(default) is int:
                default = float(default)
            if default is None or kind not in _TYPES or type(default) is not _TYPES[kind]:
                return None
            if isinstance(default, str) and (name == "as_of" or _ISO_DATE.fullmatch(default)):
                kind = "date"
            return _bounded(Parameter(name, kind, default, meanings.get(statement.lineno, "")))
    return None


def _bounded(parameter: Parameter) -> Parameter | None:
    """With the bounds that its comment ends on; None when the default lies outside, or they are none."""
    stated = BOUNDS.search(parameter.meaning)
    if parameter.type not in ("int", "float") or stated is None:
        return parameter
    low, high = map(float, stated.groups())
    if not low <= float(parameter.default) <= high:
        return None
    return replace(parameter, meaning=parameter.meaning[: stated.start()], low=low, high=high)


def _constant(expression: ast.expr) -> Scalar | None:
    """The value of a text, number or switch written out; None for anything else."""
    try:
        value = ast.literal_eval(expression)
    except ValueError:
        return None
    return value if isinstance(value, str | int | float | bool) else None


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}

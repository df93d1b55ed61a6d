"""What a notebook may not do, because nobody would notice that it went wrong."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from siyu.errors import Problem, UsageError, nearest, shown_path
from siyu.runs.ask.sections import Notebook
from siyu.runs.check.checks import made_findings
from siyu.runs.files.executed import code_cells, text

_SHELLS = {"os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.Popen", "get_ipython"}
_ENDINGS = {"exit", "quit", "sys.exit", "os._exit", "os.abort", "os.kill"}
_BROAD = {"Exception", "BaseException"}


def lint(notebooks: Mapping[str, Notebook]) -> None:
    """Refuse bundled notebooks that could hide a failure. Raises UsageError with all places."""
    if problems := [problem for one in notebooks.values() for problem in _problems(one)]:
        raise UsageError(problems)


def _problems(notebook: Notebook) -> Iterator[Problem]:
    """Failures that it could hide, and a finding that is to lead and that it does not make."""
    file, lead, made = shown_path(notebook.path), notebook.profile.lead, made_findings(notebook.content)
    for cell, found, step in hidden_failures(notebook.content):
        yield Problem(file, 0, f"cell {cell}", found, "cells whose failures show", step)
    if lead is not None and lead.finding not in made:
        where, expected = "metadata.siyu.lead.finding", "a finding of this notebook"
        yield Problem(file, 0, where, lead.finding, expected, nearest(lead.finding, made))


def hidden_failures(notebook: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """(cell number, what was found, what to do) of shell commands, exits and exceptions passed over."""
    for number, cell in code_cells(notebook):
        source = text(cell["source"])
        try:
            tree = compile(source, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            line = source.splitlines()[(error.lineno or 1) - 1].strip()[:40]
            yield number, f"`{line}`", "Write plain Python: a magic or shell command can fail unseen."
            continue
        for node in ast.walk(tree):
            match node:
                case ast.ExceptHandler(type=None):
                    yield number, "`except:`", "Name the exceptions that are expected."
                case ast.ExceptHandler(type=ast.Name(id=name)) if name in _BROAD:
                    yield number, f"`except {name}`", "Name the exceptions that are expected."
                case ast.Call(func=ast.Name() | ast.Attribute() as function):
                    name = ast.unparse(function)
                    if name in _SHELLS:
                        yield number, f"`{name}`", "Move it to src/siyu, where its result is checked."
                    elif name in _ENDINGS:
                        yield number, f"`{name}`", "Raise an exception instead."

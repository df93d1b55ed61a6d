"""Expressions as functions: of numpy, many outputs by one call; of JavaScript, for the what-if of the page."""

import hashlib
import inspect
import json
import marshal
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Basic, Expr, Symbol, lambdify
from sympy.printing.jscode import jscode

from siyu.errors import nearest
from siyu.paths import kept

FILE = Path(__file__).with_name("numpy.json")
GENERATED = "_lambdifygenerated"  # what SymPy calls it
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def inputs(*expressions: Expr) -> tuple[str, ...]:
    """Names of all symbols of the expressions, sorted."""
    return tuple(sorted(set[str]().union(*map(_named, expressions))))


@cache
def _named(part: Basic) -> frozenset[str]:
    own = {str(part)} if isinstance(part, Symbol) else ()
    return frozenset(own).union(*map(_named, part.args))


@dataclass(frozen=True)
class Compiled:
    """A function of named inputs with named outputs. Call it with values by symbol name."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    function: Callable[..., list[Any]]

    def __call__(self, values: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
        """One array per output, from scalars or arrays that broadcast.

        Names beyond `inputs` are ignored, so one set of draws serves several formulas.
        Raises ValueError for a missing name, with the nearest."""
        if missing := [name for name in self.inputs if name not in values]:
            raise ValueError(f"no value for {', '.join(missing)}. {nearest(missing[0], values)}")
        results = self.function(*(values[name] for name in self.inputs))
        return {name: np.asarray(result, float) for name, result in zip(self.outputs, results, strict=True)}


def compiled(outputs: Mapping[str, Expr]) -> Compiled:
    """The numpy function of the outputs. Arguments are sorted by name, so nothing depends on dict order."""
    names = inputs(*outputs.values())
    what = key(names, outputs)
    scope: dict[str, Any] = {**vars(np), "reduce": reduce}

    def code() -> bytes:
        source = printed().get(what) or generated(names, outputs)
        return marshal.dumps(compile(source, GENERATED, "exec"))

    exec(marshal.loads(kept("formulas", f"{sys.implementation.cache_tag} {what}", code)), scope)  # noqa: S102, S302 - our own
    return Compiled(names, tuple(outputs), scope[GENERATED])


@cache
def function_of(expressions: tuple[Expr, ...]) -> Compiled:
    """The numpy function of several expressions, compiled once per process; outputs `0`, `1`, …"""
    return compiled({str(place): expression for place, expression in enumerate(expressions)})


def key(names: Sequence[str], outputs: Mapping[str, Expr]) -> str:
    """A digest of what is generated."""
    what = "\n".join([sympy.__version__, *names, *map(spelled, outputs.values())])
    return hashlib.sha256(what.encode()).hexdigest()


@cache
def printed() -> dict[str, str]:
    """Key -> source of the functions that bundled reports need, printed by `scripts/numpy_formulas.py`."""
    sources: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
    return sources


def generated(names: Sequence[str], outputs: Mapping[str, Expr]) -> str:
    """Source of a function named GENERATED; common parts are computed once."""
    symbols = [Symbol(name, real=True) for name in names]
    return inspect.getsource(lambdify(symbols, list(outputs.values()), modules="numpy", cse=True))


@cache
def spelled(part: Basic) -> str:
    """A digest of an expression: no two share theirs. It takes a fraction of its text."""
    own = "".join(map(spelled, part.args)) or part
    return hashlib.sha256(f"{type(part).__name__} {own}".encode()).hexdigest()


def javascript(expression: Expr) -> tuple[tuple[str, ...], str]:
    """(names of the inputs, sorted; source of a JavaScript function of them in that order).

    Raises ValueError for an input whose name is no plain identifier, and for an operation JavaScript lacks.
    """
    names = inputs(expression)
    if strange := [name for name in names if not _NAME.fullmatch(name)]:
        raise ValueError(f"{', '.join(strange)}: not a name that JavaScript can take")
    source = str(jscode(expression))
    if "Not supported" in source:
        raise ValueError(f"JavaScript cannot say {source.splitlines()[1].removeprefix('// ')}")
    return names, f"({', '.join(names)}) => {source}"

"""Expressions as functions: of numpy, many outputs by one call; of JavaScript, for the what-if of the page."""

import inspect
import marshal
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Basic, Expr, Symbol, lambdify
from sympy.printing.jscode import jscode

from siyu.errors import nearest
from siyu.paths import kept

GENERATED = "_lambdifygenerated"  # what SymPy calls it
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def inputs(*expressions: Expr) -> tuple[str, ...]:
    """Names of all symbols of the expressions, sorted."""
    return tuple(sorted(set[str]().union(*map(_named, expressions))))


@cache
def _named(expression: Expr) -> frozenset[str]:
    return frozenset(map(str, expression.atoms(Symbol)))


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
    what = "\n".join([sympy.__version__, str(sys.implementation.cache_tag), *names, *_spelled(outputs.values())])
    scope: dict[str, Any] = {**vars(np), "reduce": reduce}
    code = kept("formulas", what, lambda: marshal.dumps(compile(_source(names, outputs), GENERATED, "exec")))
    exec(marshal.loads(code), scope)  # noqa: S102, S302 - generated from our own formulas
    return Compiled(names, tuple(outputs), scope[GENERATED])


def _source(names: Sequence[str], outputs: Mapping[str, Expr]) -> bytes:
    """Source of a function named GENERATED; common parts are computed once."""
    symbols = [Symbol(name, real=True) for name in names]
    return inspect.getsource(lambdify(symbols, list(outputs.values()), modules="numpy", cse=True)).encode()


def _spelled(expressions: Iterable[Expr]) -> Iterator[str]:
    """A line for each distinct part, by the numbers of its own parts, and one for each whole: no two formulas share
    all of them, and it takes a fraction of their texts."""
    lines: dict[Basic, str] = {}
    numbers: dict[Basic, int] = {}

    def number(part: Basic) -> int:
        if part not in numbers:
            own = [number(one) for one in part.args]
            numbers[part] = len(numbers)
            lines[part] = f"{type(part).__name__} {own or part}"
        return numbers[part]

    wholes = [str(number(expression)) for expression in expressions]
    yield from lines.values()
    yield from wholes


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

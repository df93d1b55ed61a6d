"""Expressions as functions: of numpy, many outputs by one call; of JavaScript, for the what-if of the page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, lambdify
from sympy.printing.jscode import jscode

from siyu.errors import nearest

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def inputs(*expressions: Expr) -> tuple[str, ...]:
    """Names of all symbols of the expressions, sorted."""
    return tuple(sorted({str(atom) for expression in expressions for atom in expression.atoms(Symbol)}))


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
    function = lambdify([Symbol(name, real=True) for name in names], list(outputs.values()), modules="numpy", cse=True)
    return Compiled(names, tuple(outputs), function)


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

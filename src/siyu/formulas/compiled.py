"""Expressions as numpy functions: one call for many outputs, common parts computed once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, lambdify

from siyu.errors import nearest


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
        missing = [name for name in self.inputs if name not in values]
        if missing:
            raise ValueError(f"no value for {', '.join(missing)}. {nearest(missing[0], values)}")
        results = self.function(*(values[name] for name in self.inputs))
        return {name: np.asarray(result, float) for name, result in zip(self.outputs, results, strict=True)}


def compiled(outputs: Mapping[str, Expr]) -> Compiled:
    """The numpy function of the outputs. Arguments are sorted by name, so nothing depends on dict order."""
    names = inputs(*outputs.values())
    symbols = [Symbol(name, real=True) for name in names]
    function = lambdify(symbols, list(outputs.values()), modules="numpy", cse=True)
    return Compiled(names, tuple(outputs), function)

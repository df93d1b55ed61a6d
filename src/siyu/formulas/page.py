"""Expressions as JavaScript, for the page's what-if: the same formulas, moved by sliders offline."""

import re

from sympy import Expr
from sympy.printing.jscode import jscode

from siyu.formulas.compiled import inputs

_NAME = re.compile(r"[a-z][a-z0-9_]*")


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

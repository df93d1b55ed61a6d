"""Evaluates printed formulas, for the values that a workbook shows before anything recalculates it."""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}|\[([a-z][a-z0-9_.]*)\]")
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: math.pow,
}  # fmt: skip
_CALLS: dict[str, Callable[..., float]] = {"EXP": math.exp, "LN": math.log, "MAX": max, "MIN": min}


def names_in(formula: str) -> tuple[list[str], list[str]]:
    """(inputs, lines) that a formula names, each once."""
    found = _NAMED.findall(formula)
    return list(dict.fromkeys(a for a, _ in found if a)), list(dict.fromkeys(b for _, b in found if b))


def replaced(formula: str, inputs: Callable[[str], str], lines: Callable[[str], str]) -> str:
    """The formula with every `{input}` and `[line]` replaced."""
    return _NAMED.sub(lambda match: inputs(match[1]) if match[1] else lines(match[2]), formula)


def evaluated(formula: str, inputs: Mapping[str, float], lines: Mapping[str, float]) -> float:
    """The value of a formula. Raises ZeroDivisionError as Excel would say #DIV/0!, KeyError for a missing name."""
    return _value(_parsed(formula), {"inputs": inputs, "lines": lines})


@lru_cache(maxsize=1024)
def _parsed(formula: str) -> ast.expr:
    text = replaced(formula, lambda key: f"inputs[{key!r}]", lambda key: f"lines[{key!r}]").replace("^", "**")
    return ast.parse(text, mode="eval").body


def _value(node: ast.expr, values: Mapping[str, Mapping[str, float]]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() as key)):
            return values[name][key]
        case ast.UnaryOp(op=ast.USub(), operand=inside):
            return -_value(inside, values)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _BINARY[type(sign)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _CALLS:
            return _CALLS[name](*(_value(argument, values) for argument in arguments))
    raise ValueError(f"no arithmetic for {ast.dump(node)[:80]}")

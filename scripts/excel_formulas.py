"""The economics as Excel formulas: the same expressions, printed; and the lines of the workbook's sheet.

`formulas/excel.json` holds what this prints, so that a rendering needs no algebra at run time. After a change of
the formulas, `python scripts/excel_formulas.py` prints it anew; a test fails until it is. It holds a digest of what it
was printed from, too: the algebra takes half a minute.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import sympy
from sympy import Add, Expr, Max, Min, Symbol, fraction
from sympy.core.function import UndefinedFunction
from sympy.printing.printer import Printer

from siyu.formulas import depletion, symbols
from siyu.formulas.breakeven import LEAST, solved
from siyu.formulas.contribution import (
    RELATION,
    intensity,
    months_in_touch,
    order_margin,
    orders_per_buyer,
    reached,
    retention,
    terms,
)
from siyu.formulas.people import first_order, people_terms, person_orders
from siyu.formulas.symbols import BASE, UNIT_OF
from siyu.formulas.symbols import symbol as s
from siyu.messages import msg
from siyu.routes import PEOPLE_STEPS, ROUTES, STEPS, WECHAT_ROUTES, route_of

PRINTED = Path(symbols.__file__).with_name("excel.json")
_FUNCTIONS = {"exp": "EXP", "log": "LN", "Max": "MAX", "Min": "MIN"}
_LINE = "line:"  # symbols that stand for another line of the sheet
INTENSITY = "douyin_shop.intensity"
_KEPT = {"order": "{}.single", "relation": "{}.order"}  # lines with what an order keeps, by scope
_FEE_STAR = {
    "order": msg("Douyin fee above which moving one order pays"),
    "relation": msg("Douyin fee above which moving a buyer for good pays"),
}
_BEARABLE = {
    "order": msg("Share of orders that may be lost in moving one order"),
    "relation": msg("Share of orders that may be lost in moving a buyer for good"),
}


class ExcelPrinter(Printer):  # type: ignore[misc]  # SymPy comes without types
    """Prints + - * / ^ EXP LN MIN MAX. Symbols become `{name}`, lines of the sheet `[key]`.

    A power stands in brackets: Excel reads -a^b as (-a)^b, and everybody else as -(a^b)."""

    def _print_Symbol(self, expr: Symbol) -> str:  # noqa: N802 - names of the printer protocol
        return f"[{expr.name.removeprefix(_LINE)}]" if expr.name.startswith(_LINE) else f"{{{expr.name}}}"

    def _print_Integer(self, expr: Expr) -> str:  # noqa: N802
        return str(expr) if expr >= 0 else f"({expr})"

    def _print_Rational(self, expr: Expr) -> str:  # noqa: N802
        return f"({expr.p}/{expr.q})"

    def _print_Float(self, expr: Expr) -> str:  # noqa: N802
        return f"({float(expr)!r})" if expr < 0 else repr(float(expr))

    def _print_Add(self, expr: Add) -> str:  # noqa: N802
        text = ""
        # a term that is taken off does not lead where another can
        ordered = sorted(expr.as_ordered_terms(), key=lambda term: term.could_extract_minus_sign())
        for term in ordered:
            minus = term.could_extract_minus_sign()
            part = self._print(-term if minus else term)
            if minus and isinstance(-term, Add):
                part = f"({part})"
            text += ("-" if minus else "+" if text else "") + part
        return text

    def _print_Mul(self, expr: Expr) -> str:  # noqa: N802
        if expr.could_extract_minus_sign():
            inner = self._print(-expr)
            return f"-({inner})" if isinstance(-expr, Add) else f"-{inner}"
        above, below = fraction(expr)
        if below != 1:
            return f"{self._factors(above)}/{self._factors(below, single=True)}"
        return self._factors(expr)

    def _factors(self, expr: Expr, *, single: bool = False) -> str:
        """Factors joined by *; in brackets where they are to be read as one."""
        parts = (
            [self._wrapped(factor) for factor in expr.as_ordered_factors()] if expr.is_Mul else [self._wrapped(expr)]
        )
        joined = "*".join(parts)
        return f"({joined})" if single and len(parts) > 1 else joined

    def _wrapped(self, expr: Expr) -> str:
        text: str = self._print(expr)
        return f"({text})" if isinstance(expr, Add) or text.startswith("-") else text

    def _print_Pow(self, expr: Expr) -> str:  # noqa: N802
        base, exponent = expr.as_base_exp()
        if exponent.could_extract_minus_sign():
            return f"1/{self._wrapped(1 / expr)}" if exponent != -1 else f"1/{self._wrapped(base)}"
        below = f"({self._print(base)})" if base.is_Mul else self._wrapped(base)
        return f"({below}^{self._wrapped(exponent)})"

    def _print_Function(self, expr: Expr) -> str:  # noqa: N802
        name = type(expr).__name__
        if name not in _FUNCTIONS or isinstance(type(expr), UndefinedFunction):
            raise ValueError(f"no Excel function for {name}")
        return f"{_FUNCTIONS[name]}({','.join(self._print(argument) for argument in expr.args)})"

    _print_exp = _print_log = _print_Function
    _print_Max = _print_Min = _print_Function  # noqa: N815

    def emptyPrinter(self, expr: object) -> str:  # noqa: N802
        """Refuses what Excel has no counterpart for."""
        raise ValueError(f"cannot print {type(expr).__name__} as an Excel formula")


def excel(expression: Expr) -> str:
    """An expression as an Excel formula without its `=`. Raises ValueError for what Excel does not know."""
    printed: str = ExcelPrinter().doprint(expression)
    return printed


@dataclass(frozen=True)
class Line:
    """A line of the sheet. key: stable id. group: key of its block. label: message id. unit: of definitions.yml.

    formula: as printed by `excel`. total: whether it closes a block.
    """

    key: str
    group: str
    label: str
    unit: str
    formula: str
    total: bool = False


def sheet_lines() -> list[Line]:
    """Contribution of an order and of a thousand people by every route, and where two routes meet."""
    lines: list[Line] = []
    for route in ROUTES:
        lines += _order_lines(route)
    for route in ROUTES:
        lines += _people_lines(route)
    return [*lines, *_switch_lines(), *_reach_lines()]


def _order_lines(route: str) -> Iterator[Line]:
    """The waterfall of one order, after what it is built from."""
    group = f"order.{route}"
    blocks = _blocks(route)
    if route_of(route).scene:
        yield Line(f"{route}.retention", group, msg("Still in touch after a month"), "ratio", excel(retention(route)))
        yield Line(f"{route}.reached", group, msg("Seen at least once a month"), "ratio", excel(reached(route)))
        months = months_in_touch(route).subs(retention(route), _line(f"{route}.retention"))
        yield Line(f"{route}.months", group, msg("Months in touch, discounted"), "months", excel(months))
    if route == BASE:
        label = msg("Orders a month of a buyer who is there and reached")
        yield Line(INTENSITY, group, label, "orders_per_month", excel(intensity().subs(_of_douyin())))
    orders = orders_per_buyer(route).subs(intensity(), _line(INTENSITY))
    orders = orders.subs({reached(route): _line(f"{route}.reached")} if route_of(route).scene else {})
    orders = orders.subs(_months_of(route, blocks))
    label = msg("Orders of a buyer over the horizon, discounted")
    yield Line(f"{route}.orders", group, label, "orders_per_buyer", excel(orders))
    steps = []
    for term in terms(route):
        key = f"{route}.order.{term.key}"
        steps.append(key)
        yield Line(key, group, STEPS[term.key], "CNY", excel(_short(term.expression, blocks)))
    total = Add(*(_line(key) for key in steps))
    yield Line(f"{route}.order", group, msg("Contribution of one order"), "CNY", excel(total), total=True)
    relation = [_line(key) for key in steps if key.rpartition(".")[2] in RELATION]
    label = msg("The same, broadcasts and contacts there anyway")
    yield Line(f"{route}.single", group, label, "CNY", excel(_line(f"{route}.order") - Add(*relation)))


def _people_lines(route: str) -> Iterator[Line]:
    """What a thousand people acquired bring."""
    group = f"people.{route}"
    blocks = _blocks(route)
    if route_of(route).wechat:
        blocks |= _blocks("douyin_shop")
        blocks[person_orders("douyin_shop") * order_margin("douyin_shop")] = _line("douyin_shop.people_margin")
    margin_key = f"{route}.people_margin"
    margins = [_line(f"{route}.order.{term.key}") for term in terms(route) if term.key != "touch"]
    per_person = first_order(route) * _line(f"{route}.orders") * Add(*margins)
    yield Line(margin_key, group, msg("Margin of one person on this route"), "CNY", excel(per_person))
    blocks[person_orders(route) * order_margin(route)] = _line(margin_key)
    steps = []
    for term in people_terms(route):
        key = f"{route}.people.{term.key}"
        steps.append(key)
        expression = _short(1000 * term.expression / s("people"), blocks)
        yield Line(key, group, PEOPLE_STEPS[term.key], "CNY_per_1000_people", excel(expression))
    total = Add(*(_line(key) for key in steps))
    yield Line(
        f"{route}.people",
        group,
        msg("Contribution of a thousand people"),
        "CNY_per_1000_people",
        excel(total),
        total=True,
    )


def _switch_lines() -> Iterator[Line]:
    """Fees and losses at which an order keeps the same on both sides, and the gain of a thousand people.

    The same equations as `fee_star` and `tolerable_loss`, solved with the terms as lines of the sheet."""
    fee = s("fee_douyin_shop")
    for route in WECHAT_ROUTES:
        group, friction = f"switch.{route}", s(route_of(route).friction)
        for scope, line in _KEPT.items():
            here, there = _line(line.format("douyin_shop")), (1 - friction) * _line(line.format(route))
            charged = next(term.expression for term in terms("douyin_shop") if term.key == "platform_fee")
            switch = solved(here - _line("douyin_shop.order.platform_fee") + charged - there, fee)
            yield Line(f"{route}.fee_star.{scope}", group, _FEE_STAR[scope], "ratio", excel(switch))
            lost = Max(0, Min(1, 1 - here / Max(_line(line.format(route)), LEAST)))
            yield Line(f"{route}.bearable.{scope}", group, _BEARABLE[scope], "ratio", excel(lost))
        gain = excel(_line(f"{route}.people") - _line("douyin_shop.people"))
        yield Line(
            f"{route}.gain",
            group,
            msg("Gain of a thousand people over the Douyin shop"),
            "CNY_per_1000_people",
            gain,
            True,
        )


def _reach_lines() -> Iterator[Line]:
    """A year of a group by how often it is messaged."""
    left, week = _line("reach.left"), _line("reach.week")
    more = depletion.value_of(
        depletion.stays("group", depletion.PUSHES + 1), depletion.brings("group", depletion.PUSHES + 1)
    )
    for key, label, unit, formula in (
        ("left", msg("Still there after a week"), "ratio", depletion.stays("group")),
        ("week", msg("What a week brings of a member"), "CNY", depletion.brings("group")),
        ("year", msg("Members after a year, of those at the start"), "multiple", depletion.members_left(left)),
        ("value", msg("Value of a year per member at the start"), "CNY", depletion.value_of(left, week)),
        ("next", msg("What one message more a week adds to it"), "CNY", more - _line("reach.value")),
    ):
        yield Line(f"reach.{key}", "reach.group", label, unit, excel(formula), total=key == "next")


def _blocks(route: str) -> dict[Expr, Expr]:
    """Expressions of a route that have a line of their own, the longest first."""
    blocks: dict[Expr, Expr] = {orders_per_buyer(route): _line(f"{route}.orders")}
    return blocks | _months_of(route, {})


def _of_douyin() -> dict[Expr, Expr]:
    """Lines of the Douyin shop that stand above its intensity."""
    return {part("douyin_shop"): _line(f"douyin_shop.{part.__name__}") for part in (retention, reached)}


def _months_of(route: str, blocks: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
    return {**blocks, months_in_touch(route): _line(f"{route}.months")} if route_of(route).scene else {}


def _short(expression: Expr, blocks: Mapping[Expr, Expr]) -> Expr:
    for block in sorted(blocks, key=lambda one: -one.count_ops()):
        expression = expression.subs(block, blocks[block])
    return expression


def _line(key: str) -> Symbol:
    return Symbol(f"{_LINE}{key}", real=True)


def made_of() -> str:
    """Digest of everything that what is printed depends on."""
    package = Path(symbols.__file__).parents[1]
    files = [
        *sorted((package / "formulas").glob("*.py")),
        package / "routes.py",
        package / "routes.yml",
        Path(__file__),
    ]
    texts = [path.read_text(encoding="utf-8") for path in files]
    return hashlib.sha256("\0".join([sympy.__version__, *texts]).encode()).hexdigest()


def printed() -> str:
    """The content of `excel.json`."""
    lines = [asdict(line) for line in sheet_lines()]
    names = sorted(
        name for name in {*UNIT_OF, *depletion.NAMES} if any(f"{{{name}}}" in line["formula"] for line in lines)
    )
    return json.dumps({"made_of": made_of(), "inputs": names, "lines": lines}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PRINTED.write_text(printed(), encoding="utf-8", newline="\n")

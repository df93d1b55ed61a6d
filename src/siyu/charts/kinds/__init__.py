"""Kinds of chart: a module each, with `KIND`. Its slide is the module of the same name in `render.deck.plots`."""

from importlib import import_module
from pkgutil import iter_modules

from siyu.charts.kind import Kind

NAMES = tuple(sorted(module.name for module in iter_modules(__path__)))
KINDS: dict[str, Kind] = {name: import_module(f"{__name__}.{name}").KIND for name in NAMES}

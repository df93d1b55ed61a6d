"""Elements of Office XML as text: quick to write, and nothing unescaped gets in."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

EMU = 12_700  # per point
_OFFICE = "http://schemas.openxmlformats.org"
NAMESPACES = {
    "a": f"{_OFFICE}/drawingml/2006/main",
    "c": f"{_OFFICE}/drawingml/2006/chart",
    "p": f"{_OFFICE}/presentationml/2006/main",
    "r": f"{_OFFICE}/officeDocument/2006/relationships",
}
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
Attribute = str | float | int | None
# the colours of `siyu.theme` as those of any theme: a name, and percent of its luminance kept and added
INK, MUTE, PAPER, SOFT, LINE = "tx1", "tx2", "bg1", "bg2", "bg1 85"
MAIN, RIVAL, WEAK, MUTED = "accent1", "accent2", "accent3 60", "tx2 60 40"
TONES = {"main": MAIN, "rival": RIVAL, "weak": WEAK, "muted": MUTED}
SERIES = tuple(f"accent{at}" for at in range(1, 7))
_SPECIAL = frozenset('<>&"\n\r\t')


def tag(name: str, /, *inside: str, **attributes: Attribute) -> str:
    """An element. inside: elements or escaped text. A double underscore in a name is a colon; None leaves it out."""
    given = ""
    for key, value in attributes.items():
        if value is not None:
            plain = not isinstance(value, str) or _SPECIAL.isdisjoint(value)
            given += f" {key.replace('__', ':')}=" + (f'"{value}"' if plain else quoteattr(str(value)))
    return f"<{name}{given}>{''.join(inside)}</{name}>" if inside else f"<{name}{given}/>"


def root(name: str, prefixes: str, /, *inside: str, **attributes: Attribute) -> str:
    """An element that declares the namespaces of these one-letter prefixes."""
    declared: dict[str, Attribute] = {f"xmlns__{prefix}": NAMESPACES[prefix] for prefix in prefixes}
    return tag(name, *inside, **declared, **attributes)


def words(text: str) -> str:
    """Escaped text."""
    return escape(text)


def each(name: str, **values: Attribute) -> str:
    """Elements `<name:key val="value"/>`, in order; None leaves one out."""
    return "".join(tag(f"{name}:{key}", val=value) for key, value in values.items() if value is not None)


def scheme(colour: str, alpha: int | None = None) -> str:
    """A solid fill in a colour of the theme: its name, and percent of its luminance kept and added. alpha: percent."""
    name, *changes = colour.split()
    inside = [tag(f"a:{way}", val=f"{change}000") for way, change in zip(("lumMod", "lumOff"), changes, strict=False)]
    inside += [] if alpha is None else [tag("a:alpha", val=f"{alpha}000")]
    return tag("a:solidFill", tag("a:schemeClr", *inside, val=name))


def emu(points: float) -> int:
    """Points in the unit of Office."""
    return round(points * EMU)


def place(box: Sequence[int], name: str = "a:xfrm") -> str:
    """Where a shape stands: x, y, width, height in EMU."""
    x, y, width, height = box
    return tag(name, tag("a:off", x=x, y=y), tag("a:ext", cx=width, cy=height))


def type_of(kind: str) -> str:
    """Fonts of the theme: `mj` for headings, `mn` for the rest."""
    return tag("a:latin", typeface=f"+{kind}-lt") + tag("a:ea", typeface=f"+{kind}-ea")

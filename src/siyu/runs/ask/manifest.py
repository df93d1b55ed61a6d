"""A manifest: subjects, languages, dates, parameters and limits of a batch, in one YAML file.

YAML guesses types from looks: `no` is false, `013` is eleven, of two equal keys the last wins. Here a
value is the text that stands in the file, and what it means is what the notebooks declare.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from siyu.errors import Problem, UsageError, nearest, shown_path
from siyu.runs.ask.plan import Limits
from siyu.runs.ask.requests import Given, Wish, at, place

_SETTINGS = ("lang", "as_of", "parameters", "limits", "template", "pdf", "appendix")
_LIMITS = {"seconds": 1, "memory_mb": 1 << 20, "output_mb": 1 << 20}
_TEXT = "tag:yaml.org,2002:str"
_STEP = "`siyu report --help` shows a manifest."


def wishes(path: Path) -> list[Wish]:
    """The subjects of a manifest with their settings, defaults first and their own over them.

    Raises UsageError with every problem of the file: no file, not YAML, keys twice or unknown, wrong shapes.
    """
    reader = _Nodes(shown_path(path), path.parent)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError([Problem(reader.file, 0, "", "no file", "a manifest", _STEP)]) from None
    except UnicodeDecodeError as error:
        raise UsageError([Problem(reader.file, 0, "", "bytes that are not UTF-8", "UTF-8 text", _STEP)]) from error
    found = list(reader.wishes(text))
    if reader.problems:
        raise UsageError(reader.problems)
    return found


class _Nodes:
    """Walks the nodes of the file, noting problems as it goes."""

    def __init__(self, file: str, folder: Path) -> None:
        self.file, self.folder = file, folder
        self.problems: list[Problem] = []

    def wishes(self, text: str) -> Iterator[Wish]:
        root = self.root(text)
        top = self.mapping(root, ("subjects", *_SETTINGS)) if root else {}
        if root and "subjects" not in top and not self.problems:
            self.problem(root, "no subjects", "a list of subjects")
        general = self.settings(top, Wish("", place(self.file)))
        for entry in self.sequence(top["subjects"]) if "subjects" in top else ():
            if isinstance(entry, yaml.ScalarNode):
                own, name = general, entry.value
            else:
                fields = self.mapping(entry, ("subject", *_SETTINGS))
                own = self.settings(fields, general)
                name = self.text(fields["subject"]) if "subject" in fields else ""
            yield replace(own, subject=name, where=place(self.file, _line(entry)))

    def root(self, text: str) -> yaml.Node | None:
        """The one document of the file. Anchors and tags are refused: they say one thing in another place."""
        try:
            for token in yaml.scan(text, Loader=yaml.SafeLoader):
                if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken):
                    self.problem(token, "an anchor, alias or tag", "plain values", "Write the value out.")
            if self.problems:
                return None
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            said = str(getattr(error, "problem", error)).splitlines()[0]
            self.problems.append(Problem(self.file, mark.line + 1 if mark else 0, "", said, "YAML", _STEP))
            return None
        if root is None:
            self.problems.append(Problem(self.file, 0, "", "nothing", "a list of subjects", _STEP))
        return root

    def settings(self, fields: Mapping[str, yaml.Node], general: Wish) -> Wish:
        places = {name: place(self.file, _line(node)) for name, node in fields.items()}
        own = replace(general, places={**general.places, **places})
        if "lang" in fields:
            own = replace(own, languages=tuple(self.text(node) for node in self.sequence(fields["lang"])))
        if "as_of" in fields:
            own = replace(own, as_of=self.text(fields["as_of"]))
        if "parameters" in fields:
            values = {name: self.given(node) for name, node in self.mapping(fields["parameters"]).items()}
            own = replace(own, parameters={**general.parameters, **values})
        if "limits" in fields:
            own = replace(own, limits=self.limits(fields["limits"], general.limits))
        delivery = own.delivery
        if "template" in fields:  # from where the manifest lies
            delivery = replace(delivery, template=self.folder / self.text(fields["template"]))
        for name in ("pdf", "appendix"):
            if name in fields:
                delivery = replace(delivery, **{name: self.yes(fields[name], name)})  # type: ignore[arg-type]
        return replace(own, delivery=delivery)

    def limits(self, node: yaml.Node, general: Limits) -> Limits:
        values = {}
        for name, entry in self.mapping(node, tuple(_LIMITS)).items():
            text = self.text(entry)
            if name not in _LIMITS:
                continue
            if not (text.isascii() and text.isdecimal() and int(text) > 0):
                self.problem(entry, repr(text), "a whole number above zero", column=name)
                continue
            values[name.removesuffix("_mb")] = int(text) * _LIMITS[name]
        return replace(general, **values)

    def yes(self, node: yaml.Node, name: str) -> bool:
        text = self.text(node)
        if text not in ("true", "false"):
            self.problem(node, repr(text), "true or false", "Write true or false.", name)
        return text == "true"

    def mapping(self, node: yaml.Node, known: tuple[str, ...] = ()) -> dict[str, yaml.Node]:
        """Keys and values, each key once and, where `known` names any, one of those."""
        if not isinstance(node, yaml.MappingNode):
            self.problem(node, _shape(node), "keys with values")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key)
            if name in found:
                self.problem(key, f"{name} twice", "each key once", "Remove one of the two.", name)
            if known and name not in known:
                self.problem(key, name, f"one of {', '.join(known)}", nearest(name, known))
            found[name] = value
        return found

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.problem(node, _shape(node), "a list", "Write [a, b] or one item a line, each after a dash.")
        return []

    def text(self, node: yaml.Node) -> str:
        """A value as it is written."""
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self.problem(node, _shape(node), "one value")
        return ""

    def given(self, node: yaml.Node) -> Given:
        """A parameter's value, and whether YAML would have taken it for text."""
        quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
        return Given(self.text(node), place(self.file, _line(node)), quoted=quoted, text_like=node.tag == _TEXT)

    def problem(self, node: Any, found: str, expected: str, step: str = _STEP, column: str = "") -> None:
        self.problems.append(at(place(self.file, _line(node)), found, expected, step, column))


def _shape(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "keys with values"
    return "a list" if isinstance(node, yaml.SequenceNode) else "one value"


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1

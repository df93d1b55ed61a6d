"""A manifest: subjects, languages, dates, parameters and limits of a batch, in one YAML file.

YAML guesses types from looks: `no` is false, `013` is eleven, of two equal keys the last wins. Here a
value is the text that stands in the file, and what it means is what the notebooks declare.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from siyu.errors import Problem, UsageError, nearest, shown_path
from siyu.plain_yaml import parsed
from siyu.runs.ask.wishes import Given, Limits, Wish, at, place

_SETTINGS = ("lang", "as_of", "parameters", "limits", "template", "pdf", "appendix")
_LIMITS = {"seconds": 1, "memory_mb": 1 << 20, "output_mb": 1 << 20}
_SHAPES = {"mapping": "keys with values", "sequence": "a list", "scalar": "one value"}
_TEXT = "tag:yaml.org,2002:str"
_STEP = "`siyu report --help` shows a manifest."


class _MisshapenError(ValueError):
    """Told, and nothing can be made of it: what is around it is read on."""


def wishes(path: Path) -> tuple[list[Wish], list[Problem]]:
    """The subjects of a manifest with their settings, defaults first and their own over them; and what is wrong with
    its form (keys twice or unknown, wrong shapes), to be told with what is wrong with the wishes.

    Raises UsageError where there is no file, or no YAML."""
    if (root := parsed(path, UsageError, _STEP, _root)) is None:
        found = ("nothing", "a list of subjects") if path.exists() else ("no file", "a manifest")
        raise UsageError([Problem(shown_path(path), 0, "", *found, _STEP)])
    reader = _Nodes(path)
    return list(reader.wishes(root)), reader.problems


def _root(text: str) -> yaml.Node | None:
    """The one document of a file. Tags are refused, as anchors are: they say one thing in another place."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.TagToken):
            raise yaml.MarkedYAMLError(problem="a tag", problem_mark=token.start_mark)
    return yaml.compose(text, Loader=yaml.SafeLoader)


class _Nodes:
    """Walks the nodes of the file, noting problems as it goes."""

    def __init__(self, path: Path) -> None:
        self.file, self.folder = shown_path(path), path.parent
        self.problems: list[Problem] = []

    def wishes(self, root: yaml.Node) -> Iterator[Wish]:
        general, entries = Wish("", place(self.file)), list[yaml.Node]()
        with suppress(_MisshapenError):
            top = self.mapping(root, ("subjects", *_SETTINGS))
            general = self.settings(top, general)
            if "subjects" not in top:
                self.problem(root, "no subjects", "a list of subjects")
            else:
                entries = self.sequence(top["subjects"])
        for entry in entries:
            with suppress(_MisshapenError):
                fields = {"subject": entry}
                if not isinstance(entry, yaml.ScalarNode):
                    fields = self.mapping(entry, ("subject", *_SETTINGS))
                own = replace(self.settings(fields, general), where=self.place(entry))
                yield replace(own, subject=self.text(fields["subject"]) if "subject" in fields else "")

    def settings(self, fields: Mapping[str, yaml.Node], general: Wish) -> Wish:
        own = replace(general, places=general.places | {name: self.place(node) for name, node in fields.items()})
        for name, node in fields.items():
            with suppress(_MisshapenError):
                own = self.setting(name, node, own)
        return own

    def setting(self, name: str, node: yaml.Node, own: Wish) -> Wish:
        match name:
            case "lang":
                own = replace(own, languages=tuple(map(self.text, self.sequence(node))))
            case "as_of":
                own = replace(own, as_of=self.text(node))
            case "parameters":
                given = dict[str, Given]()
                for key, value in self.mapping(node).items():
                    with suppress(_MisshapenError):
                        given[key] = self.given(value)
                own = replace(own, parameters=own.parameters | given)
            case "limits":
                own = replace(own, limits=self.limits(node, own.limits))
            case "template":  # from where the manifest lies
                own = replace(own, delivery=replace(own.delivery, template=self.folder / self.text(node)))
            case "pdf" | "appendix":
                asked: dict[str, Any] = {name: self.yes(node, name)}
                own = replace(own, delivery=replace(own.delivery, **asked))
        return own

    def limits(self, node: yaml.Node, general: Limits) -> Limits:
        values, fields = {}, self.mapping(node, tuple(_LIMITS))
        for name in (one for one in _LIMITS if one in fields):
            with suppress(_MisshapenError):
                text = self.text(fields[name])
                if text.isascii() and text.isdecimal() and int(text) > 0:
                    values[name.removesuffix("_mb")] = int(text) * _LIMITS[name]
                else:
                    self.problem(fields[name], repr(text), "a whole number above zero", column=name)
        return replace(general, **values)

    def yes(self, node: yaml.Node, name: str) -> bool:
        text = self.text(node)
        if text not in ("true", "false"):
            self.problem(node, repr(text), "true or false", "Write true or false.", name)
        return text == "true"

    def mapping(self, node: yaml.Node, known: tuple[str, ...] = ()) -> dict[str, yaml.Node]:
        """Keys and values, each key once and, where `known` names any, one of those."""
        found: dict[str, yaml.Node] = {}
        for key, value in self.shaped(node, "mapping"):
            with suppress(_MisshapenError):
                name = self.text(key)
                if name in found:
                    self.problem(key, f"{name} twice", "each key once", "Remove one of the two.", name)
                if known and name not in known:
                    self.problem(key, name, f"one of {', '.join(known)}", nearest(name, known))
                found[name] = value
        return found

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        return [*self.shaped(node, "sequence", "Write [a, b] or one item a line, each after a dash.")]

    def text(self, node: yaml.Node) -> str:
        """A value as it is written."""
        return str(self.shaped(node, "scalar"))

    def shaped(self, node: Any, shape: str, step: str = _STEP) -> Any:
        """What a node holds that is to be of this shape. Raises _MisshapenError where it is of another."""
        if node.id != shape:
            self.problem(node, _SHAPES[node.id], _SHAPES[shape], step)
            raise _MisshapenError
        return node.value

    def given(self, node: yaml.Node) -> Given:
        """A parameter's value, and whether YAML would have taken it for text."""
        quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
        return Given(self.text(node), self.place(node), quoted=quoted, text_like=node.tag == _TEXT)

    def place(self, node: Any) -> Problem:
        return place(self.file, int(node.start_mark.line) + 1)

    def problem(self, node: Any, found: str, expected: str, step: str = _STEP, column: str = "") -> None:
        self.problems.append(at(self.place(node), found, expected, step, column))

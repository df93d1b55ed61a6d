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
from siyu.plain_yaml import parsed
from siyu.runs.ask.wishes import Given, Limits, Wish, at, place

_SETTINGS = ("lang", "as_of", "parameters", "limits", "template", "pdf", "appendix")
_LIMITS = {"seconds": 1, "memory_mb": 1 << 20, "output_mb": 1 << 20}
_SHAPES = {"mapping": "keys with values", "sequence": "a list", "scalar": "one value"}
_TEXT = "tag:yaml.org,2002:str"
_STEP = "`siyu report --help` shows a manifest."


def wishes(path: Path) -> list[Wish]:
    """The subjects of a manifest with their settings, defaults first and their own over them.

    Raises UsageError with every problem of the file: no file, not YAML, keys twice or unknown, wrong shapes.
    """
    if (root := parsed(path, UsageError, _STEP, _root)) is None:
        found = ("nothing", "a list of subjects") if path.exists() else ("no file", "a manifest")
        raise UsageError([Problem(shown_path(path), 0, "", *found, _STEP)])
    reader = _Nodes(path)
    found_wishes = list(reader.wishes(root))
    if reader.problems:
        raise UsageError(reader.problems)
    return found_wishes


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
        top = self.mapping(root, ("subjects", *_SETTINGS))
        if "subjects" not in top and not self.problems:
            self.problem(root, "no subjects", "a list of subjects")
        general = self.settings(top, Wish("", place(self.file)))
        for entry in self.sequence(top["subjects"]) if "subjects" in top else ():
            fields = {"subject": entry}
            if not isinstance(entry, yaml.ScalarNode):
                fields = self.mapping(entry, ("subject", *_SETTINGS))
            name = self.text(fields["subject"]) if "subject" in fields else ""
            yield replace(self.settings(fields, general), subject=name, where=self.place(entry))

    def settings(self, fields: Mapping[str, yaml.Node], general: Wish) -> Wish:
        own = replace(general, places=general.places | {name: self.place(node) for name, node in fields.items()})
        for name, node in fields.items():
            match name:
                case "lang":
                    own = replace(own, languages=tuple(map(self.text, self.sequence(node))))
                case "as_of":
                    own = replace(own, as_of=self.text(node))
                case "parameters":
                    given = {key: self.given(value) for key, value in self.mapping(node).items()}
                    own = replace(own, parameters=general.parameters | given)
                case "limits":
                    own = replace(own, limits=self.limits(node, general.limits))
                case "template":  # from where the manifest lies
                    own = replace(own, delivery=replace(own.delivery, template=self.folder / self.text(node)))
                case "pdf" | "appendix":
                    asked: dict[str, Any] = {name: self.yes(node, name)}
                    own = replace(own, delivery=replace(own.delivery, **asked))
        return own

    def limits(self, node: yaml.Node, general: Limits) -> Limits:
        values, fields = {}, self.mapping(node, tuple(_LIMITS))
        for name in (one for one in _LIMITS if one in fields):
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
        return str(self.shaped(node, "scalar") or "")

    def shaped(self, node: Any, shape: str, step: str = _STEP) -> Any:
        """What a node holds that is to be of this shape; nothing where it is of another."""
        if node.id == shape:
            return node.value
        self.problem(node, _SHAPES[node.id], _SHAPES[shape], step)
        return ()

    def given(self, node: yaml.Node) -> Given:
        """A parameter's value, and whether YAML would have taken it for text."""
        quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
        return Given(self.text(node), self.place(node), quoted=quoted, text_like=node.tag == _TEXT)

    def place(self, node: Any) -> Problem:
        return place(self.file, int(node.start_mark.line) + 1)

    def problem(self, node: Any, found: str, expected: str, step: str = _STEP, column: str = "") -> None:
        self.problems.append(at(self.place(node), found, expected, step, column))

"""YAML as people write it: mappings, lists and words. What could hurt or hang a reader is refused."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from siyu.errors import Problem, ProblemsError, shown_path

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where PyYAML was built with libyaml
LARGEST = 1_000_000  # bytes
DEEPEST = 20  # levels
Read = Callable[[Path], bytes]
_OTHERWISE = re.compile(r"[-+]?(0[0-9_]+|\d[\d_]*(:[0-5]?\d)+|\d[\d_]*_[\d_]*|0[bx][\da-fA-F_]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class _Once(LOADER):  # type: ignore[misc, valid-type]
    """Of two keys alike one would be lost: neither is read. A date that there is not is named with its line."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as wrong:
            if not isinstance(node, yaml.ScalarNode):
                raise
            raise yaml.MarkedYAMLError(problem=f"{node.value}: {wrong}", problem_mark=node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        held = set[str]()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in held:
                raise yaml.MarkedYAMLError(problem=f"{key.value} twice", problem_mark=key.start_mark)
            held.add(key.value)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


def mapping(path: Path, error: type[ProblemsError], step: str, read: Read = Path.read_bytes) -> dict[str, Any]:
    """The mapping that a file holds. Raises `error`, which says where the file is no plain YAML and `step`."""
    content = parsed(path, error, step, lambda text: yaml.load(text, _Once), read)  # noqa: S506 - a safe one
    if not isinstance(content, dict):
        raise error([Problem(shown_path(path), 0, "", type(content).__name__, "a mapping of keys", step)])
    return {str(key): value for key, value in content.items()}


def parsed(
    path: Path, error: type[ProblemsError], step: str, parse: Callable[[str], Any], read: Read = Path.read_bytes
) -> Any:
    """What `parse` makes of the text of a file, "" where there is none. Raises `error`, as `mapping` does."""

    def fault(line: int, found: str, expected: str) -> ProblemsError:
        return error([Problem(shown_path(path), line, "", found, expected, step)])

    try:
        data = read(path) if path.is_file() else b""
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise fault(line, "bytes that are not UTF-8", "a file saved as UTF-8") from None
    except OSError as wrong:
        raise fault(0, str(wrong.strerror), "a file that can be read") from None
    if len(data) > LARGEST:
        raise fault(0, f"{len(data):,} bytes", f"at most {LARGEST:,}")
    try:
        _flat(text, fault)
        return parse(text)
    except yaml.MarkedYAMLError as wrong:
        line = min(wrong.problem_mark.line, text.count("\n")) + 1 if wrong.problem_mark else 0
        raise fault(line, str(wrong.problem), "YAML") from None
    except ProblemsError:
        raise
    except (yaml.YAMLError, ValueError) as wrong:  # a sign that YAML does not know, a date that there is not
        raise fault(0, str(wrong).splitlines()[0], "YAML") from None


def _flat(text: str, fault: Any) -> None:
    """Aliases can make a short file endless, levels exhaust whoever walks them; octal numbers, clocks and separators
    are read as other numbers: none of these is needed."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise fault(line, "an anchor or alias", "each value written out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise fault(line, "brackets in brackets", f"at most {DEEPEST} levels")
        if isinstance(event, yaml.ScalarEvent):
            if event.implicit[0] and _OTHERWISE.fullmatch(event.value):
                raise fault(line, event.value, "quotes around it: it would be read as another number")
            if _CONTROL.search(event.value):
                raise fault(line, "a control character", "text")

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
# an octal number, one by sixties (a clock), one with separators
_OTHERWISE = re.compile(r"[-+]?(0[0-9_]+|\d[\d_]*(:[0-5]?\d)+|\d[\d_]*_[\d_]*|0[bx][\da-fA-F_]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def mapping(path: Path, error: type[ProblemsError], step: str, read: Read = Path.read_bytes) -> dict[str, Any]:
    """The mapping that a file holds. Raises `error`, which says where the file is no plain YAML and `step`."""
    content = parsed(path, error, step, lambda text: yaml.load(text, LOADER), read)  # noqa: S506 - both are safe ones
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
    """Aliases can make a short file endless, levels can exhaust whoever walks them, of two keys alike one is lost, and
    a number may mean another one than it says: none of these is needed."""
    keys: list[set[str] | None] = []  # of the collections that are open; None for a list
    named: list[bool] = []  # whether their last node is a key
    for event in yaml.parse(text, LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise fault(line, "an anchor or alias", "each value written out")
        if isinstance(event, yaml.CollectionEndEvent):
            keys.pop()
            named.pop()
            continue
        if isinstance(event, yaml.NodeEvent) and keys and (held := keys[-1]) is not None:
            named[-1] = not named[-1]
            if named[-1] and isinstance(event, yaml.ScalarEvent):
                if event.value in held:
                    raise fault(line, f"{event.value} twice", "each key once")
                held.add(event.value)
        if isinstance(event, yaml.ScalarEvent):
            _plain(event, line, fault)
        if isinstance(event, yaml.CollectionStartEvent):
            keys.append(set() if isinstance(event, yaml.MappingStartEvent) else None)
            named.append(False)
        if len(keys) > DEEPEST:
            raise fault(line, "brackets in brackets", f"at most {DEEPEST} levels")


def _plain(event: yaml.ScalarEvent, line: int, fault: Any) -> None:
    """Refuse a value that is not what it looks like."""
    if event.implicit[0] and _OTHERWISE.fullmatch(event.value):
        raise fault(line, event.value, "quotes around it: it would be read as another number")
    if _CONTROL.search(event.value):
        raise fault(line, "a control character", "text")

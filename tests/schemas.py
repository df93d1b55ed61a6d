"""The committed JSON Schemas of the files that scripts depend on, and the check against them."""

import json
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from siyu.paths import project_root

NAMES = ("finding", "findings", "run", "metrics", "scorecard")


def schema_faults(name: str, content: Any) -> list[str]:
    """Where JSON content departs from the schema (one of NAMES); empty when nowhere."""
    errors = sorted(_validator(name).iter_errors(content), key=lambda error: error.json_path)
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


@lru_cache(maxsize=1)
def schemas() -> dict[str, Any]:
    """The schemas by name."""
    folder = project_root() / "src" / "siyu" / "schemas"
    return {name: json.loads((folder / f"{name}.schema.json").read_text(encoding="utf-8")) for name in NAMES}


@lru_cache(maxsize=len(NAMES))
def _validator(name: str) -> Draft202012Validator:
    registry: Registry[Any] = Registry()
    for schema in schemas().values():
        registry = registry.with_resource(schema["$id"], Resource.from_contents(schema))
    return Draft202012Validator(schemas()[name], registry=registry)

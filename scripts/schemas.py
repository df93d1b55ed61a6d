"""Write the JSON Schemas of findings from their types: `python scripts/schemas.py [FOLDER]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from siyu.charts.kinds import NAMES
from siyu.record import FindingRecord, Findings, Plan, RecordPart

FOLDER = Path(__file__).parents[1] / "src" / "siyu" / "schemas"
TYPES: dict[str, type[RecordPart]] = {"finding": FindingRecord, "findings": Findings, "plan": Plan}


def schema(name: str) -> str:
    """The schema of one of TYPES as it is committed. Kinds of chart are those that have a module."""
    content: dict[str, Any] = TYPES[name].model_json_schema(by_alias=True)
    if "Chart" in content["$defs"]:
        content["$defs"]["Chart"]["properties"]["kind"] = {"enum": [*NAMES, "none"]}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:siyu:{name}:2"}
    return json.dumps({**head, **content}, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name in TYPES:
        path = Path(sys.argv[1] if sys.argv[1:] else FOLDER) / f"{name}.schema.json"
        path.write_text(schema(name), encoding="utf-8")

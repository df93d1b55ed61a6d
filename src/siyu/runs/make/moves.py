"""What moved since the report published before: headline values, and the changed inputs that their findings read."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from siyu.record import FindingRecord, Message, Moved, Previous, Value, kind_of
from siyu.runs.ask.plan import RunPlan
from siyu.runs.files.made import Made
from siyu.runs.files.record import whole
from siyu.runs.files.report_files import findings_of

LEDGERS = {"claims.csv": "claim", "conflicts.csv": "conflict", "assumptions.csv": "assumption", "fees.csv": "fee"}
CODE = ("src/siyu/", "notebooks/", "requirements.txt", "python")
ERASED = "erased.json#"


def since(plan: RunPlan, made: Mapping[str, Made], folder: Path) -> dict[str, Any]:
    """What renderings are told of the report in `folder`, as JSON content: `previous`, and what `moves` needs of it.

    A report that is made again from the same keeps what moved when it was made first."""
    record = whole(folder)
    if record is None:
        return {"previous": None}
    if record["key"] == plan.key(made):
        return {"previous": record["previous"], "kept": str(folder)}
    then = {entry["notebook"]: Made.read(entry) for entry in record["sections"] if "made_with" in entry}
    changed = {name: sorted(_changed(then[name], one)) for name, one in made.items() if name in then}
    few = plan.request.subject.suppress_below
    previous = {"seal": record["seal"], "as_of": record["as_of"]}
    return {"previous": previous, "folder": str(folder), "changed": changed, "few": few}


def moves(before: Mapping[str, Any], findings: list[FindingRecord]) -> tuple[Moved, ...]:
    """What moved in the findings since the report before."""
    if "folder" not in before:
        return findings_of(Path(before["kept"])).moved if "kept" in before else ()
    old = {finding.full_key: finding for finding in findings_of(Path(before["folder"])).findings}
    told = [finding for finding in findings if finding.main and finding.full_key in old]
    return tuple(move for one in told for move in _moves(before, old[one.full_key], one))


def previous(before: Mapping[str, Any]) -> Previous | None:
    """The report before."""
    return Previous.model_validate(before["previous"]) if before.get("previous") else None


def _moves(before: Mapping[str, Any], old: FindingRecord, new: FindingRecord) -> Iterator[Moved]:
    changed = before["changed"].get(new.section, ())
    because = tuple(sorted(_causes(old, new, changed)))
    erased = any(ERASED in address for address in changed)
    then, headline = _headline(old), _headline(new)
    for name in sorted(headline):
        if headline[name] != then.get(name, headline[name]):  # of another task or route
            continue
        was, now = old.by_name.get(name), new.by_name.get(name)
        if was is None or now is None or was.value == now.value or was.unit != now.unit:
            continue
        hidden = erased or (new.own and _few(was, now, before["few"]))
        ends = {"from": None, "to": None} if hidden else {"from": was.value, "to": now.value}
        about = {"section": new.section, "key": new.key, "name": name, "unit": now.unit, "definition": now.definition}
        beyond = None if hidden else _beyond_chance(was, now)
        yield Moved.model_validate({**about, **ends, "beyond_chance": beyond, "because": because})


def _headline(finding: FindingRecord) -> dict[str, object]:
    """Names of the values that the title or the cards tell -> what each is of: what else the title names, the card."""
    said = finding.message_id if isinstance(finding.message_id, Message) else None
    text = said.id if said else finding.message_id
    fields = [field for _, field, _, _ in Formatter().parse(text if isinstance(text, str) else "") if field]
    args: object = said.args if said else {}
    return {**{field.partition(".")[0]: args for field in fields}, **finding.cards}


def _few(was: Value, now: Value, k: int) -> bool:
    """Whether fewer than k buyers or orders may stand behind the move."""
    return k > 0 and (was.n is None or now.n is None or abs(now.n - was.n) < k)


def _beyond_chance(was: Value, now: Value) -> bool | None:
    """Whether it moved by more than sampling explains; None where it rests on no sample, or is no such figure."""
    from siyu.estimates.sampling import beyond_chance  # here: plans are made without what only estimating needs

    same = was.definition == now.definition
    return beyond_chance(now.value - was.value, was.left, now.left) if same else None


def _causes(old: FindingRecord, new: FindingRecord, changed: list[str]) -> Iterator[str]:
    """Changed inputs that the finding read: refs, `definition:key`, `parameter:name`, `as_of`, `code`."""
    read = {*old.sources, *new.sources}
    yield from {*new.sources} - {*old.sources} or {*old.sources} - {*new.sources}
    terms = {one.definition for one in (*old.values, *new.values)}
    for address in changed:
        path, _, part = address.partition("#")
        kind = LEDGERS.get(path.rpartition("/")[2])
        if kind and (f"{kind}:{part}" in read or (kind == "claim" and any(kind_of(ref) == "ledger" for ref in read))):
            yield f"{kind}:{part}"
        elif path.endswith("definitions.yml") and part in terms:
            yield f"definition:{part}"
        elif path == "parameters":
            yield "as_of" if part == "as_of" else f"parameter:{part}"
        elif path.startswith(CODE):
            yield "code"
        elif "/exports/" in path or path.endswith("subject.yml"):
            yield from (["orders"] if new.own else [])


def _changed(then: Made, now: Made) -> set[str]:
    """Addresses that one of the two was made from and the other was not, or from another content."""
    first, second = ({**made.made_with, **made.inputs} for made in (then, now))
    return {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}

"""Which layout of a template stands for one of ours: by names, else by type and size, else with room for text boxes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pptx.slide import SlideLayout

from siyu.render.deck.layouts import LAYOUTS, OPTIONAL, TYPES
from siyu.render.deck.spots import Box, Spot, spots_of

Match = tuple[SlideLayout, dict[str, Spot]]
_KINDS = {"ctrTitle": "title", "subTitle": "body", "obj": "body", "tbl": "body", "chart": "body"}
_SIZES = (0.6, 1.7)  # a placeholder stands for one of ours whose width and height it has by this factor
_ROOM = (0.55, 0.4)  # shares of the slide that content needs
_MARGIN = 0.06  # of the height, kept free at the bottom where a layout has a title only


def mapped(name: str, model: Mapping[str, Spot], layouts: Sequence[SlideLayout], size: tuple[int, int]) -> Match | None:
    """The layout that stands for ours of this name, and its places under our names; None where nothing can.

    model: our layout on a slide of this size. Type that a template sets larger than we do may shrink to our size."""
    found = _found(name, model, [(layout, spots_of(layout)) for layout in layouts], size)
    if found is None:
        return None
    layout, spots = found
    least = {key: min(spot.least, model[key].least) for key, spot in spots.items() if key in model}
    return layout, {key: replace(spot, least=least[key]) for key, spot in spots.items() if key in model}


def _found(name: str, model: Mapping[str, Spot], held: Sequence[Match], size: tuple[int, int]) -> Match | None:
    needed = [spot for spot in LAYOUTS[name] if spot not in OPTIONAL]
    for layout, spots in held:
        if layout.name == name and spots.keys() >= set(needed):
            return layout, spots
    alike = [(layout, found) for layout, spots in held if (found := _alike(model, needed, spots))]
    if alike:
        return min(alike, key=lambda one: sum(_distance(model[key], spot) for key, spot in one[1].items()))
    for layout, spots in held:
        if TYPES.get(name, "none") == layout._element.get("type") and (found := _typed(needed, spots)):
            return layout, found
    roomy = [(layout, spots, room) for layout, spots in held if (room := _room(spots, size))]
    if not roomy:
        return None
    layout, spots, room = max(roomy, key=lambda one: (one[2][2] * one[2][3], one[0].name == name))
    return layout, _feet(spots) | _placed(model, needed, spots, room)


def _alike(model: Mapping[str, Spot], needed: Sequence[str], spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """Placeholders of the same type and about the same size and place, each once; empty unless all are there."""
    free, found = list(spots.values()), dict[str, Spot]()
    for name, wanted in model.items():
        if fits := [spot for spot in free if _kind(spot) == _kind(wanted) and _near(wanted, spot)]:
            found[name] = min(fits, key=lambda spot: _distance(wanted, spot))
            free.remove(found[name])
    return found if found.keys() >= set(needed) else {}


def _near(wanted: Spot, spot: Spot) -> bool:
    sizes = [has / needs for has, needs in zip(spot.box[2:], wanted.box[2:], strict=True)]
    away = [abs(a - b) / side for a, b, side in zip(spot.box[:2], wanted.box[:2], wanted.box[2:], strict=True)]
    return all(_SIZES[0] < ratio < _SIZES[1] for ratio in sizes) and max(away) < 1


def _distance(wanted: Spot, spot: Spot) -> int:
    return sum(abs(a - b) for a, b in zip(spot.box, wanted.box, strict=True))


def _kind(spot: Spot) -> str:
    return _KINDS.get(spot.kind, spot.kind)


def _typed(needed: Sequence[str], spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """Title and text of a cover, whatever their size; empty where one is missing."""
    title, text = _first(spots, "title"), _first(spots, "body")
    return _feet(spots) | dict(zip(needed, (title, text), strict=True)) if title and text else {}


def _first(spots: Mapping[str, Spot], kind: str) -> Spot | None:
    found = [spot for spot in spots.values() if _kind(spot) == kind]
    return max(found, key=lambda spot: spot.box[2] * spot.box[3], default=None)


def _room(spots: Mapping[str, Spot], size: tuple[int, int]) -> Box | None:
    """Where content can stand: the largest placeholder for it, or what a layout with a title alone leaves free."""
    title, body = _first(spots, "title"), _first(spots, "body")
    if title is None or title.box[2] < _ROOM[0] * size[0] / 2:
        return None
    top = title.box[1] + title.box[3]
    box = body.box if body else (title.box[0], top, title.box[2], round((1 - _MARGIN) * size[1]) - top)
    inside = min(box) >= 0 and box[0] + box[2] <= size[0] and box[1] + box[3] <= size[1]
    return box if inside and box[2] >= _ROOM[0] * size[0] and box[3] >= _ROOM[1] * size[1] else None


def _placed(model: Mapping[str, Spot], needed: Sequence[str], spots: Mapping[str, Spot], room: Box) -> dict[str, Spot]:
    """The title, and our other places as text boxes, stretched over the room."""
    ours = [model[name].box for name in needed if not model[name].is_title]
    left, top = (min(box[side] for box in ours) for side in (0, 1))
    wide = max(box[0] + box[2] for box in ours) - left
    high = max(box[1] + box[3] for box in ours) - top
    across, down = room[2] / wide, room[3] / high
    found: dict[str, Spot] = {}
    for name in needed:
        spot = model[name]
        if spot.is_title:
            title = _first(spots, "title")
            found |= {name: title} if title else {}
            continue
        x, y, width, height = spot.box
        box = (round((x - left) * across), round((y - top) * down), round(width * across), round(height * down))
        found[name] = replace(spot, index=-1, box=(room[0] + box[0], room[1] + box[1], box[2], box[3]))
    return found


def _feet(spots: Mapping[str, Spot]) -> dict[str, Spot]:
    named = {"ftr": "Footer", "sldNum": "Slide Number"}
    return {named[spot.kind]: spot for spot in spots.values() if spot.kind in named}

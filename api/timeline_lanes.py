"""The lanes of the drawing of a life: which events each shows, with which sign, in which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from api.timeline_marks import SAID
from model.timeline import OWNERS
from model.timeline_events import Event, What

GATES = {
    1: "1 Service Justification",
    2: "2 Service Feasibility",
    3: "3 Service Realization",
    4: "4 Ready for Operation",
    5: "5 Business Case Review",
    6: "6 End of Operation",
    7: "7 Phase Out Closure",
}
MOST_ARTIFACTS = 12
_ADDED, _ENDED, _STRUCK = "+", "-", "x"
_SIGNS = {
    What.PART_ADDED: _ADDED,
    What.PACKAGE_JOINED: _ADDED,
    What.PRODUCT_CHOSEN: _ADDED,
    What.CUSTOMER_CAME: _ADDED,
    What.AGREEMENT_BEGINS: _ADDED,
    What.PART_ENDED: _ENDED,
    What.PACKAGE_LEFT: _ENDED,
    What.PRODUCT_LEFT: _ENDED,
    What.CUSTOMER_LEFT: _ENDED,
    What.AGREEMENT_ENDS: _ENDED,
    What.MAINTENANCE_CALLED_OFF: _STRUCK,
}
SIGNS = {_ADDED: "came or began", _ENDED: "left or ended", _STRUCK: "called off"}
_NAMED = ("customer", "part", "package", "product", "system", "work", "name", "outcome", "artifact")


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the drawing: what it is called, its colour, and its events, oldest first."""

    name: str
    colour: str
    events: tuple[Event, ...]


_LANES: Sequence[tuple[str, str, frozenset[What]]] = (
    (
        "customers",
        "#a61e4d",
        frozenset({What.CUSTOMER_CAME, What.CUSTOMER_CHANGED, What.CUSTOMER_LEFT}),
    ),
    ("parts", "#5f3dc4", frozenset({What.PART_ADDED, What.PART_CHANGED, What.PART_ENDED})),
    (
        "rests on, packages, portfolios",
        "#364fc7",
        frozenset(
            {
                What.DEPENDENCIES_CHANGED,
                What.PORTFOLIOS_CHANGED,
                What.PACKAGE_JOINED,
                What.PACKAGE_LEFT,
            }
        ),
    ),
    (
        "vendor products",
        "#862e9c",
        frozenset({What.PRODUCT_CHOSEN, What.PRODUCT_CHANGED, What.PRODUCT_LEFT}),
    ),
    ("name, offer, cost", "#0b7285", frozenset({What.CHANGED, What.COST_CHANGED})),
    ("agreements", "#2b6a30", frozenset({What.AGREEMENT_BEGINS, What.AGREEMENT_ENDS})),
    ("reviews due", "#9a6700", frozenset({What.REVIEW_DUE})),
    (
        "maintenance",
        "#a8480b",
        frozenset({What.MAINTENANCE_PLANNED, What.MAINTENANCE_CALLED_OFF, What.MAINTENANCE_ENDS}),
    ),
    ("continuity tests", "#087f5b", frozenset({What.CONTINUITY_TESTED})),
    ("other systems", "#364fc7", frozenset({What.SYSTEM_ASKED, What.SYSTEMS_NOT_NEEDED})),
    ("facts", "#495057", frozenset({What.SAID})),
)


def gates_of(events: Sequence[Event]) -> Iterator[Lane]:
    """Yield a lane for each toll-gate that was held."""
    for gate, name in GATES.items():
        held = tuple(e for e in events if e.what is What.HELD and e.details["gate"] == gate)
        if held:
            yield Lane(name, "#212529", held)


def artifacts_of(events: Sequence[Event]) -> Iterator[Lane]:
    """Yield a lane for each artifact, and one for those beyond the first twelve."""
    supplied = [event for event in events if event.what is What.SUPPLIED]
    names = list(dict.fromkeys(str(event.details["artifact"]) for event in supplied))
    if len(names) > MOST_ARTIFACTS:
        names = names[: MOST_ARTIFACTS - 1]
    for name in names:
        ours = tuple(event for event in supplied if event.details["artifact"] == name)
        yield Lane(name.replace("_", " "), "#1864ab", ours)
    others = tuple(event for event in supplied if event.details["artifact"] not in names)
    if others:
        yield Lane("other artifacts", "#1864ab", others)


def others_of(events: Sequence[Event]) -> Iterator[Lane]:
    """Yield a lane for each other kind of event that there is; owners are told by their bands."""
    for name, colour, kinds in _LANES:
        ours = tuple(e for e in events if e.what in kinds and not _of_owners_alone(e))
        if ours:
            yield Lane(name, colour, ours)


def sign_of(event: Event) -> str:
    """Return the sign within the mark of an event: came, went, called off; or none."""
    return _SIGNS.get(event.what, "")


def label_of(event: Event) -> str:
    """Return an event in a word or two, for beside its mark."""
    if event.what is What.SUPPLIED:
        return f"version {event.details['artifact_version']}"
    if event.what is What.SAID:
        return ", ".join(cast("list[str]", event.details["facts"])).replace("_", " ")
    if event.what is What.COST_CHANGED:
        return "cost"
    if event.what is What.CHANGED:
        return ", ".join(_members(event)).replace("_", " ")
    if event.what is What.DEPENDENCIES_CHANGED:
        to = [cast("list[str] | None", each["to"]) or [] for each in _changes(event)]
        return f"rests on {', '.join(to[0]) or 'nothing'}" if to else ""
    named = (event.details.get(name) for name in (*_NAMED, "changes"))
    return next((name for name in named if isinstance(name, str)), "") or _planned(event)


def told(event: Event) -> str:
    """Return an event in full, for the title of its mark; a day goes before it."""
    by = f" ({event.by})" if event.by else ""
    if event.what is What.HELD:
        sat = cast("list[str]", event.details.get("sat") or [])
        people = f", with {', '.join(sat)}" if sat else ""
        forum = f", in {event.details['forum']}" if event.details.get("forum") else ""
        return f"toll-gate {event.details['gate']} {result_said(event)}{forum}{people}{by}"
    if event.what is What.SUPPLIED:
        return f"{event.details['artifact']}, {label_of(event)}{by}".replace("_", " ")
    label = label_of(event)
    return f"{event.what.value.replace('_', ' ')}{f': {label}' if label else ''}{by}"


def result_of(event: Event) -> str | None:
    """Return the result of a gate's session; `None`: somebody is awaited."""
    return cast("str | None", event.details.get("result"))


def result_said(event: Event) -> str:
    """Return the result of a gate's session in words, or who is awaited."""
    result, awaits = result_of(event), event.details.get("awaits")
    if result is None and awaits:
        return f"awaits {awaits}"
    return SAID.get(result) or str(result)


def _planned(event: Event) -> str:
    """Return what maintenance was planned or called off for."""
    plan = [each["to"] for each in _changes(event) if each["member"] == "what"]
    return str(plan[0]) if plan else ""


def _of_owners_alone(event: Event) -> bool:
    members = _members(event) if event.what is What.CHANGED else []
    return bool(members) and set(members) <= set(OWNERS)


def _members(event: Event) -> list[str]:
    return [str(each["member"]) for each in _changes(event)]


def _changes(event: Event) -> Sequence[Mapping[str, object]]:
    return cast("Sequence[Mapping[str, object]]", event.details.get("changes") or ())

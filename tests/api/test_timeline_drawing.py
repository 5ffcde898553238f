"""The drawing of a life: sound SVG whatever a service is called, and nothing drawn over another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from api.timeline_drawing import LEFT, MOST_AHEAD, RIGHT, WIDTH, drawing
from api.timeline_marks import SIZE, width_of
from model.timeline import Span, Tenure, Timeline
from model.timeline_events import Event, What
from rules.values import has_control_character

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
VIENNA = ZoneInfo("Europe/Vienna")
RESULTS = ("pass", "fail", "incomplete", "blocked", "not_required", None)
MARKS = ("circle", "polygon", "rect")
names = st.text(min_size=1).filter(lambda text: not has_control_character(text))


def life(
    *events: Event, name: str = "Mail", ahead: tuple[Event, ...] = (), whole: bool = True
) -> Timeline:
    """Return a life with these events, one phase and one owner."""
    spans = (Span("strategy", BEGIN, None),)
    owners = (Tenure("product_manager", name, BEGIN, None),)
    return Timeline("mail", name, None, None, False, spans, owners, events, ahead, whole=whole)


@st.composite
def lives(draw: st.DrawFn) -> Timeline:
    """Draw a life: whatever can happen, some of it at the same instant."""
    events, at = [Event(1, BEGIN, What.MADE, None, {"case": None})], BEGIN
    for version in range(2, draw(st.integers(2, 40))):
        at += timedelta(seconds=draw(st.sampled_from([0, 1, 86_400, 10_000_000])))
        what = draw(st.sampled_from([each for each in What if each is not What.MADE]))
        events.append(Event(version, at, what, draw(names), draw(details(what))))
    return life(*events, name=draw(names))


def details(what: What) -> st.SearchStrategy[Mapping[str, object]]:
    """Return what an event of a kind tells."""
    changes = st.lists(
        st.fixed_dictionaries(
            {"member": st.sampled_from(["name", "what", "category"]), "from": names, "to": names}
        ),
        max_size=3,
    )
    told: dict[What, Mapping[str, st.SearchStrategy[object]]] = {
        What.HELD: {
            "gate": st.integers(1, 7),
            "result": st.sampled_from(RESULTS),
            "sat": st.lists(names, max_size=3),
        },
        What.SUPPLIED: {
            "artifact": st.sampled_from(["service_strategy", "service_roadmap"]),
            "artifact_version": st.integers(1, 200),
        },
        What.SAID: {"facts": st.lists(names, min_size=1)},
        What.DEPENDENCIES_CHANGED: {
            "changes": st.just([{"member": "rests_on", "from": [], "to": ["identity"]}])
        },
    }
    named = {"customer": names} if what.value.startswith("customer") else {}
    return st.fixed_dictionaries({**told.get(what, {"changes": changes}), **named})


def read(text: str) -> ET.Element:
    """Return a drawing as a viewer reads it."""
    return ET.fromstring(text)  # noqa: S314  # our own text


def marks_of(drawn: ET.Element) -> list[ET.Element]:
    """Return the marks of what happened: all that is under a title, but for the bands."""
    groups = drawn.findall(f"{SVG}g[{SVG}title]")
    return [
        group for group in groups if not (group.findtext(f"{SVG}title") or "").endswith("to today")
    ]


def centre_of(mark: ET.Element) -> tuple[float, float]:
    """Return where the shape of a mark is."""
    shape = next(each for each in mark if each.tag.removeprefix(SVG) in MARKS)
    if shape.tag == f"{SVG}polygon":
        points = [tuple(map(float, p.split(","))) for p in shape.attrib["points"].split()]
        return points[0][0], points[1][1]
    if shape.tag == f"{SVG}circle":
        return float(shape.attrib["cx"]), float(shape.attrib["cy"])
    x, y, width, height = (float(shape.attrib[n]) for n in ("x", "y", "width", "height"))
    return x + width / 2, y + height / 2


@given(lives())
def test_a_drawing_is_sound_and_no_mark_lies_over_another(life: Timeline) -> None:
    """Any viewer can read it; however close things happened, each mark is by itself and inside."""
    drawn = read(drawing(life, BEGIN + timedelta(days=400), VIENNA))
    rows: dict[float, list[float]] = {}
    for mark in marks_of(drawn):
        x, y = centre_of(mark)
        rows.setdefault(round(y), []).append(x)
    for xs in rows.values():
        assert all(later - earlier >= 24 for earlier, later in pairwise(sorted(xs)))
        assert min(xs) > LEFT
        assert max(xs) < RIGHT


@given(lives())
def test_every_event_is_told_by_the_titles_of_its_day(life: Timeline) -> None:
    """Each mark names what it stands for; none of what happened is missing from the count."""
    drawn = read(drawing(life, BEGIN + timedelta(days=400), VIENNA))
    titles = [mark.findtext(f"{SVG}title") or "" for mark in marks_of(drawn)]
    shown = sum(_stands_for(title) for title in titles)
    outside = {What.MADE, What.MAINTENANCE_BEGINS, What.PLANNED_LIVE, What.PLANNED_END}
    assert shown == sum(event.what not in outside for event in life.events)


def _stands_for(title: str) -> int:
    """Return how many events a title tells of: its lines, and those that it counts."""
    earlier = re.match(r"(\d+) earlier, then:\n", title)
    lines = len(re.findall(r"^\d{4}-\d\d-\d\d ", title, re.MULTILINE))
    return lines + (int(earlier[1]) if earlier else 0)


def test_a_long_life_is_as_wide_as_a_short_one() -> None:
    """Ten thousand changes are a few marks that say how many; all of it can be read."""
    often = [
        Event(n, BEGIN + timedelta(hours=n), What.SAID, "Sam", {"facts": ["a"]})
        for n in range(10_000)
    ]
    text = drawing(life(*often), BEGIN + timedelta(days=500), VIENNA)
    assert f'width="{WIDTH:.0f}"' in text
    assert len(text) < 40_000
    counts = [int(each) for each in re.findall(r">(\d+)</text></g>", text)]
    assert sum(counts) >= 10_000


def test_it_says_in_words_what_it_shows() -> None:
    """For those who do not see it: a title, and a description with the verdicts."""
    held = {"gate": 1, "result": "pass", "sat": []}
    drawn = read(drawing(life(Event(2, BEGIN, What.HELD, "Ann", held)), BEGIN, VIENNA))
    assert drawn.attrib["aria-labelledby"] == "title desc"
    assert drawn.findtext(f"{SVG}title") == "The life of Mail"
    said = drawn.findtext(f"{SVG}desc") or ""
    assert "strategy since 2026-11-22" in said
    assert "2026-11-22 toll-gate 1 passed" in said


def test_it_needs_no_style_sheet_and_no_script() -> None:
    """The service's own security headers let neither run."""
    text = drawing(life(), BEGIN, VIENNA)
    assert not re.search(r"<style|style=|<script|href=", text)
    assert "in phase strategy" in text


def test_it_says_what_it_leaves_out_and_what_is_to_come() -> None:
    """The next five things are named, of the others their number."""
    ahead = tuple(
        Event(None, BEGIN + timedelta(days=n), What.REVIEW_DUE, None, {}) for n in range(7)
    )
    text = drawing(life(ahead=ahead, whole=False), BEGIN, VIENNA)
    assert "earlier events are left out" in text
    assert text.count("review due") == MOST_AHEAD
    assert "and 2 more" in text


def test_a_gate_that_failed_and_passed_on_one_day_shows_both() -> None:
    """A failure is not hidden beneath a success."""
    events = [
        Event(n, BEGIN, What.HELD, "Ann", {"gate": 1, "result": result, "sat": []})
        for n, result in enumerate(("fail", "pass"))
    ]
    drawn = read(drawing(life(*events), BEGIN + timedelta(days=9), VIENNA))
    failed, passed = marks_of(drawn)
    assert failed.find(f"{SVG}polygon") is not None
    assert passed.find(f"{SVG}circle") is not None


def test_what_shapes_mean_is_told_within_the_drawing() -> None:
    """However many there are: what a row has no room for is in the next."""
    kinds = (What.CUSTOMER_CAME, What.CUSTOMER_LEFT, What.MAINTENANCE_CALLED_OFF)
    events = [Event(2, BEGIN, what, None, {"changes": []}) for what in kinds]
    for result in RESULTS:
        held: dict[str, object] = {
            "gate": 1,
            "result": result,
            "sat": [],
            "awaits": None if result else "Customer",
        }
        events.append(Event(3, BEGIN, What.HELD, "Ann", held))
    drawn = read(drawing(life(*events), BEGIN + timedelta(days=9), VIENNA))
    keys = drawn.findall(f"{SVG}g[@transform]")
    ends = []
    for key in keys:
        x, y = map(float, re.findall(r"[\d.]+", key.attrib["transform"]))
        ends.append((y, x + 16 + width_of(key.findtext(f"{SVG}text") or "", SIZE)))
    assert len(ends) == len(RESULTS) + len(kinds) + 2
    assert all(end <= RIGHT and y + 12 <= float(drawn.attrib["height"]) for y, end in ends)


def test_it_says_who_is_awaited() -> None:
    """The board has approved, and the customer is asked: it is not the board that is awaited."""
    held: dict[str, object] = {
        "gate": 4,
        "result": None,
        "verdict": "approve",
        "sat": [],
        "awaits": "Customer",
    }
    text = drawing(life(Event(2, BEGIN, What.HELD, "Ann", held)), BEGIN, VIENNA)
    assert "awaits Customer" in text
    assert "board" not in text

"""The drawing of a life: sound SVG whatever a service is called, and nothing drawn over another."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from api.timeline_drawing import MOST_DRAWN, drawing
from model.timeline import Event, Span, Timeline, What
from rules.values import has_control_character

BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
RESULTS = ("pass", "fail", "incomplete", "blocked", "not_required", None)
names = st.text(min_size=1).filter(lambda text: not has_control_character(text))


@st.composite
def lives(draw: st.DrawFn) -> Timeline:
    """Draw a life: gates and artifacts, some at the same instant."""
    events, at = [Event(1, BEGIN, What.MADE, None, {})], BEGIN
    for version in range(2, draw(st.integers(2, 12))):
        at += timedelta(seconds=draw(st.sampled_from([0, 1, 86_400, 10_000_000])))
        events.append(draw(st.one_of(gates(version, at), artifacts(version, at))))
    middle = events[len(events) // 2].at
    spans = (Span("strategy", BEGIN, middle), Span("design", middle, None))
    return Timeline("mail", draw(names), "design", draw(st.booleans()), spans, tuple(events), True)


def gates(version: int, at: datetime) -> st.SearchStrategy[Event]:
    """Return sessions of gates."""
    return st.builds(
        lambda gate, result, who: Event(
            version, at, What.HELD, who, {"gate": gate, "result": result, "sat": [who]}
        ),
        st.integers(1, 7),
        st.sampled_from(RESULTS),
        names,
    )


def artifacts(version: int, at: datetime) -> st.SearchStrategy[Event]:
    """Return versions of artifacts."""
    return st.builds(
        lambda name, who: Event(
            version, at, What.SUPPLIED, who, {"artifact": name, "artifact_version": 1}
        ),
        st.sampled_from(["service_strategy", "service_roadmap"]),
        names,
    )


def read(text: str) -> ET.Element:
    """Return a drawing as a viewer reads it."""
    return ET.fromstring(text)  # noqa: S314  # our own text


@given(lives())
def test_a_drawing_is_sound_and_shows_every_event(life: Timeline) -> None:
    """Any viewer can read it; each gate and artifact has a mark, with who it was in its title."""
    drawn = read(drawing(life, BEGIN + timedelta(days=400)))
    marks = drawn.findall(f"{SVG}g")
    told = [event for event in life.events if event.what is not What.MADE]
    assert len(marks) == len(told)
    assert all(mark.find(f"{SVG}title") is not None for mark in marks)
    shown = [text.text for text in drawn.iter(f"{SVG}text")]
    assert life.name in shown


@given(lives())
def test_no_mark_is_drawn_over_another(life: Timeline) -> None:
    """However close together things happened, each mark has room, within the drawing."""
    drawn = read(drawing(life, BEGIN))
    places = sorted(
        float(words.attrib["x"])
        for group in drawn.findall(f"{SVG}g")
        for words in group.findall(f"{SVG}text")
    )
    assert all(later - earlier >= 10 for earlier, later in pairwise(places))
    assert not places or places[-1] < float(drawn.attrib["width"])


def test_it_needs_no_style_sheet_and_no_script() -> None:
    """The service's own security headers let neither run."""
    life = Timeline("mail", "Mail", None, False, (Span("strategy", BEGIN, None),), (), True)
    text = drawing(life, BEGIN)
    assert not re.search(r"<style|style=|<script|href=", text)
    assert "in phase strategy" in text


def test_a_long_life_is_drawn_from_its_latest_end() -> None:
    """What does not fit is said to be left out."""
    held = {"gate": 5, "result": "pass", "sat": []}
    events = tuple(Event(n, BEGIN, What.HELD, "Ann", held) for n in range(MOST_DRAWN + 1))
    spans = (Span("operate", BEGIN, None),)
    text = drawing(Timeline("mail", "Mail", "operate", False, spans, events, True), BEGIN)
    assert text.count("<g>") == MOST_DRAWN
    assert "earlier events are left out" in text

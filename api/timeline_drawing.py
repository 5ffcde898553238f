"""The life of a service as a drawing (SVG) that a board looks at.

Time runs evenly to the right, up to today. Phases are bands over the whole height, and owners
bands of their own; below them is a lane for each toll-gate, artifact and kind of change. What
happened on one day, or too close together to be told apart, is one mark that says how many. So a
long life is as wide as a short one, and no mark lies over another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from html import escape

from api.timeline_lanes import (
    SIGNS,
    Lane,
    artifacts_of,
    gates_of,
    label_of,
    others_of,
    result_of,
    result_said,
    sign_of,
    told,
)
from api.timeline_marks import (
    RESULTS,
    SAID,
    SIZE,
    box,
    dot,
    fitting,
    gate,
    half_of,
    line,
    titled,
    width_of,
    words,
)
from api.timeline_scale import Group, Scale, grouped
from model.timeline import OWNERS, Timeline
from model.timeline_events import Event

WIDTH, LEFT, RIGHT, GAP = 1280.0, 230.0, 1240.0, 30.0
MOST_TOLD, MOST_AHEAD = 12, 5
PHASES = {
    "strategy": "#5f4fc4",
    "design": "#2566ad",
    "transition": "#0b7285",
    "operate": "#2b7a38",
    "improve": "#8f5b0c",
    "retire": "#5c636a",
}
_TOP, _BAND, _ROW = 110.0, 28.0, 28.0
_GREY = "#495057"
_OWNER_COLOURS = ("#dbe4ff", "#e7dcf7")


def drawing(life: Timeline, now: datetime, zone: tzinfo) -> str:
    """Return the SVG of a life as it is `now`; days are those of `zone`."""
    return _Drawing(life, now, zone).text()


class _Drawing:
    """Lays out bands and lanes from top to bottom, then the days, what is to come, the key."""

    def __init__(self, life: Timeline, now: datetime, zone: tzinfo) -> None:
        self._life = life
        instants = [*(span.since for span in life.phases), *(event.at for event in life.events)]
        first, last = min(instants, default=now), max([now, *instants])
        self._scale = Scale(first, last, LEFT + 12, RIGHT - 12, zone)
        self._gates = list(gates_of(life.events))
        self._artifacts = list(artifacts_of(life.events))
        self._others = list(others_of(life.events))
        self._owners = [role for role in OWNERS if any(t.role == role for t in life.owners)]
        rows = (len(each) for each in (self._owners, self._gates, self._artifacts, self._others))
        self._days = _TOP + _BAND + 14 + _ROW * sum(rows) + 8
        self._keys = list(self._explained())

    def text(self) -> str:
        """Return the whole drawing."""
        ahead = list(self._ahead())
        key = self._days + 48 + len(ahead) * 20
        height = key + 24 * len(self._keys) - 4
        parts = [
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" '
            f'width="{WIDTH:.0f}" height="{height:.0f}" viewBox="0 0 {WIDTH:.0f} {height:.0f}" '
            'font-family="system-ui, -apple-system, Segoe UI, sans-serif">',
            f'<title id="title">{escape(f"The life of {self._life.name}")}</title>',
            f'<desc id="desc">{escape(self._described())}</desc>',
            box(0, 0, WIDTH, height, 'fill="#fff"/>'),
            *self._heading(),
            *self._phases(),
            *self._axis(),
            *self._rows(),
            *ahead,
            *self._key(key),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def _heading(self) -> Iterator[str]:
        life = self._life
        yield words(24, 40, fitting(life.name, WIDTH - 48, 22), "head")
        state = "rejected" if life.rejected else f"in phase {life.phase or 'strategy'}"
        born = [f"born of the case {life.case}"] if life.case else []
        said = " · ".join([life.key, state, *born])
        yield words(24, 64, fitting(said, WIDTH - 48, SIZE), "pale")
        count = len(life.events)
        events = f"{count} event{'' if count == 1 else 's'}"
        if not life.whole:
            events = f"the latest {events}; earlier events are left out"
        yield words(24, 86, f"{events}, up to {self._day(self._scale.last)}", "pale")

    def _phases(self) -> Iterator[str]:
        """Yield a band for each phase, its colour pale behind all lanes."""
        for span in self._life.phases:
            start = self._start(span.since)
            end = self._scale.x(span.until) if span.until else RIGHT
            colour, width = PHASES.get(span.phase, "#5c636a"), max(end - start, 1.5)
            until = self._day(span.until) if span.until else "today"
            name = fitting(span.phase, width - 14, 13)
            yield titled(
                f"{span.phase}: {self._day(span.since)} to {until}",
                [
                    box(start, _TOP, width, self._days - _TOP, f'fill="{colour}" opacity="0.07"/>'),
                    box(start, _TOP, width, _BAND, f'fill="{colour}" stroke="#fff"/>'),
                    *([words(start + 8, _TOP + 19, name, "band")] if name else []),
                ],
            )

    def _axis(self) -> Iterator[str]:
        yield words(LEFT - 16, _TOP + 19, "phase", "left")
        yield line(LEFT, self._days, RIGHT, self._days, "#adb5bd")
        yield words(RIGHT, self._days + 18, "today", "before")
        yield words(LEFT, self._days + 18, self._day(self._scale.first), "small")
        for x, day in self._scale.named_days():
            half = width_of(day) / 2
            if LEFT + 80 + half < x < RIGHT - 44 - half:
                yield line(x, _TOP + _BAND, x, self._days, "#ced4da", ' stroke-dasharray="2 3"')
                yield words(x, self._days + 18, day, "day")

    def _rows(self) -> Iterator[str]:
        y = _TOP + _BAND + 14 + _ROW / 2
        for number, role in enumerate(self._owners):
            yield from self._owner(role, number, y)
            y += _ROW
        for lane in (*self._gates, *self._artifacts, *self._others):
            yield words(LEFT - 16, y + 4, fitting(lane.name, LEFT - 30, SIZE), "left")
            yield line(LEFT, y, RIGHT, y, "#dee2e6")
            yield from self._marks(lane, y)
            y += _ROW

    def _owner(self, role: str, number: int, y: float) -> Iterator[str]:
        """Yield a band for everybody who had a role, one after the other."""
        yield words(LEFT - 16, y + 4, role.replace("_", " "), "left")
        ours = [tenure for tenure in self._life.owners if tenure.role == role]
        for place, tenure in enumerate(ours):
            start = self._start(tenure.since)
            end = self._scale.x(tenure.until) if tenure.until else RIGHT
            until = self._day(tenure.until) if tenure.until else "today"
            name = fitting(tenure.name, end - start - 12)
            more = f'rx="3" fill="{_OWNER_COLOURS[place % 2]}" stroke="#748ffc"/>'
            yield titled(
                f"{role.replace('_', ' ')} {tenure.name}: {self._day(tenure.since)} to {until}",
                [
                    box(start, y - 10, max(end - start, 1.5), 20, more),
                    *([words(start + 6, y + 4, name, "small")] if name else []),
                ],
            )

    def _marks(self, lane: Lane, y: float) -> Iterator[str]:
        """Yield the marks of a lane, each with words beside it where there is room for them."""
        groups = self._grouped(lane)
        for place, group in enumerate(groups):
            following = groups[place + 1].x - GAP / 2 if place + 1 < len(groups) else RIGHT
            count, latest = len(group.items), group.items[-1]
            if lane in self._gates:
                half, mark = 12.0, gate(result_of(latest), group.x, y, count)
                labels = self._verdict(group)
            else:
                half = half_of(count)
                mark = dot(group.x, y, lane.colour, sign_of(latest), count)
                labels = [label_of(latest)] if count == 1 else []
            room = following - group.x - half - 8
            said = next((each for each in labels if width_of(each) <= room), None)
            said = said or (fitting(labels[-1], room) if labels else "")
            beside = [words(group.x + half + 4, y + 4, said, "small")] if said else []
            yield titled(self._told(group.items), [*mark, *beside])

    def _grouped(self, lane: Lane) -> list[Group[Event]]:
        """Return the events of a lane by day and place; different results stay apart."""

        def alike(one: Event, other: Event) -> bool:
            return result_of(one) == result_of(other)

        return grouped(lane.events, lambda e: self._scale.x(e.at), alike, GAP, RIGHT - 12)

    def _verdict(self, group: Group[Event]) -> list[str]:
        said = result_said(group.items[-1])
        if any(result_of(each) != result_of(group.items[-1]) for each in group.items):
            said = f"{said} at last"
        return [f"{said} {self._day(group.items[-1].at)}", said]

    def _told(self, events: Sequence[Event]) -> str:
        lines = [f"{self._day(event.at)} {told(event)}" for event in events[-MOST_TOLD:]]
        more = len(events) - len(lines)
        return "\n".join([*([f"{more} earlier, then:"] if more else []), *lines])

    def _ahead(self) -> Iterator[str]:
        """Yield what comes next, a line for each."""
        events, y = self._life.ahead, self._days + 44
        for event in events[:MOST_AHEAD]:
            said = fitting(f"{self._day(event.at)}  {told(event)}", RIGHT - LEFT, SIZE)
            head = words(LEFT - 16, y, "to come", "left") if event is events[0] else ""
            yield head + words(LEFT, y, said)
            y += 20
        if len(events) > MOST_AHEAD:
            yield words(LEFT, y, f"and {len(events) - MOST_AHEAD} more", "pale")

    def _key(self, y: float) -> Iterator[str]:
        """Yield what shapes, signs and colours mean; `y`: of their first row."""
        for row, keys in enumerate(self._keys):
            for x, mark, said in keys:
                moved = f'<g transform="translate({x:.0f} {y + 24 * row:.0f})">'
                yield f"{moved}{''.join(mark)}{words(16, 4, said)}</g>"

    def _explained(self) -> Iterator[list[tuple[float, list[str], str]]]:
        """Yield rows of marks, of those that there are: where each is, and what it means."""
        results = {result_of(event) for lane in self._gates for event in lane.events}
        signs = {sign_of(event) for lane in self._others for event in lane.events}
        phases = [span.phase for span in self._life.phases]
        shown = [(gate(each, 0, 0), SAID[each]) for each in (*RESULTS, None) if each in results]
        shown += [(dot(0, 0, _GREY, each, 1), SIGNS[each]) for each in SIGNS if each in signs]
        shown += [(dot(0, 0, _GREY, "", 9), "so many close together")]
        colours = [(dot(0, 0, PHASES[each], "", 1), each) for each in PHASES if each in phases]
        for keys in (shown, colours):
            row, x = list[tuple[float, list[str], str]](), LEFT + 8
            for mark, said in keys:
                wide = 16 + width_of(said, SIZE)
                if x + wide > RIGHT:
                    yield row
                    row, x = [], LEFT + 8
                row.append((x, mark, said))
                x += wide + 28
            yield row

    def _described(self) -> str:
        """Return in sentences what the drawing shows, for those who do not see it."""
        spans = [f"{span.phase} since {self._day(span.since)}" for span in self._life.phases]
        lanes = (*self._artifacts, *self._others)
        counts = [f"{lane.name} {len(lane.events)}" for lane in lanes]
        held = [
            f"{self._day(event.at)} toll-gate {event.details['gate']} {result_said(event)}"
            for lane in self._gates
            for event in lane.events[-MOST_TOLD:]
        ]
        parts = (("Phases", spans), ("Toll-gates", held), ("Events", counts))
        return " ".join(f"{name}: {', '.join(each)}." for name, each in parts if each)

    def _start(self, since: datetime) -> float:
        """Return where a band begins: at the very left, what was so from the beginning."""
        return LEFT if since <= self._scale.first else self._scale.x(since)

    def _day(self, at: datetime) -> str:
        return self._scale.day(at).isoformat()

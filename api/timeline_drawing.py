"""The life of a service as a drawing (SVG) that a board looks at: phases, gates, artifacts.

Results differ in shape as well as in colour. Time runs to the right; events that lie close
together are drawn apart, so that each can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from model.moment import rfc3339
from model.timeline import Event, Span, Timeline, What

MOST_DRAWN = 200
PHASES = ("strategy", "design", "transition", "operate", "improve", "retire")
_LEFT, _RIGHT, _TOP, _NARROWEST, _GAP = 250, 50, 96, 820, 26
_LANE, _ROW = 26, 24
_COLOURS = {
    "strategy": "#6b5bd2",
    "design": "#2f74c0",
    "transition": "#0f8a8a",
    "operate": "#2b8a3e",
    "improve": "#b7791f",
    "retire": "#6c757d",
}
_OF_RESULTS = {
    "pass": "#2b8a3e",
    "fail": "#c92a2a",
    "incomplete": "#b7791f",
    "blocked": "#495057",
    "not_required": "#868e96",
}
_SAID = {
    "pass": "passed",
    "fail": "failed",
    "incomplete": "incomplete",
    "blocked": "blocked",
    "not_required": "not required",
    None: "the board is awaited",
}
_PLAIN = 'fill="#212529"'
_STYLES = {
    "": _PLAIN,
    "head": f'{_PLAIN} font-size="20" font-weight="600"',
    "pale": 'fill="#495057"',
    "left": f'{_PLAIN} text-anchor="end"',
    "day": 'fill="#495057" font-size="11" text-anchor="middle"',
    "dark": f'{_PLAIN} font-size="11" font-weight="600" text-anchor="middle"',
    "light": 'fill="#fff" font-size="11" font-weight="600" text-anchor="middle"',
}
"""Attributes, since the service lets no style sheet run."""


def drawing(life: Timeline, now: datetime) -> str:
    """Return the SVG of a life as it is `now`."""
    return _Drawing(life, now).text()


@dataclass(frozen=True, slots=True)
class _Place:
    at: datetime
    x: float


class _Drawing:
    """Lays the rows out from top to bottom: phases, gates, artifacts, days, legend."""

    def __init__(self, life: Timeline, now: datetime) -> None:
        self._life = life
        self._events = life.events[-MOST_DRAWN:]
        self._artifacts = _artifact_names(self._events)
        self._places = _spread(self._events, life, now)
        self._end = self._places[-1].x
        self._gates = _TOP + _LANE * len(PHASES) + 34
        self._supplied = self._gates + 40
        self._days = self._supplied + _ROW * len(self._artifacts) + 12

    def text(self) -> str:
        """Return the whole drawing."""
        width, height = self._end + _RIGHT, self._days + 84
        title = f"The life of {self._life.name}"
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" '
            f'height="{height}" viewBox="0 0 {width:.0f} {height}" font-size="12" '
            'font-family="system-ui, -apple-system, Segoe UI, sans-serif">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width:.0f}" height="{height}" fill="#fff"/>',
            *self._heading(),
            *self._grid(),
            *self._lanes(),
            *self._gate_row(),
            *self._artifact_rows(),
            *self._legend(),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def _heading(self) -> Iterator[str]:
        state = "rejected" if self._life.rejected else f"in phase {self._life.phase or 'strategy'}"
        yield _words(24, 38, self._life.name, "head")
        yield _words(24, 60, f"{self._life.key} · {state}", "pale")
        if not self._life.whole or len(self._life.events) > MOST_DRAWN:
            yield _words(24, 80, "earlier events are left out", "pale")

    def _grid(self) -> Iterator[str]:
        """Yield a line and a day wherever there is room for one."""
        last_x, last_day = -1_000.0, ""
        for place in self._places:
            day = place.at.date().isoformat()
            if day == last_day or place.x - last_x < 84:
                continue
            last_x, last_day = place.x, day
            yield _line(place.x, _TOP - 8, place.x, self._days, "#e9ecef")
            yield _words(place.x, self._days + 16, day, "day")

    def _lanes(self) -> Iterator[str]:
        for number, phase in enumerate(PHASES):
            y = _TOP + number * _LANE
            yield _words(_LEFT - 18, y + 14, phase, "left")
            yield _line(_LEFT, y + 10, self._end, y + 10, "#e9ecef")
        for span in self._life.phases:
            yield from self._bar(span)

    def _bar(self, span: Span) -> Iterator[str]:
        if span.phase not in PHASES:
            return
        start, end = self._x(span.since), self._x(span.until) if span.until else self._end
        y = _TOP + PHASES.index(span.phase) * _LANE
        until = rfc3339(span.until) if span.until else "today"
        said = f"{span.phase}: {rfc3339(span.since)} to {until}"
        yield (
            f'<rect x="{start:.1f}" y="{y + 2}" width="{max(end - start, 3):.1f}" height="16" '
            f'rx="3" fill="{_COLOURS[span.phase]}"><title>{escape(said)}</title></rect>'
        )

    def _gate_row(self) -> Iterator[str]:
        yield _words(_LEFT - 18, self._gates + 4, "toll-gates", "left")
        yield _line(_LEFT, self._gates, self._end, self._gates, "#ced4da")
        for event, place in zip(self._events, self._places[:-1], strict=True):
            if event.what is What.HELD:
                result = _result(event)
                style = "light" if result in ("pass", "fail") else "dark"
                yield (
                    f"<g><title>{escape(_told_of_gate(event))}</title>"
                    f"{_mark(result, place.x, self._gates)}"
                    f"{_words(place.x, self._gates + 4, str(event.details['gate']), style)}</g>"
                )

    def _artifact_rows(self) -> Iterator[str]:
        for number, name in enumerate(self._artifacts):
            y = self._supplied + number * _ROW
            yield _words(_LEFT - 18, y + 4, name.replace("_", " "), "left")
            yield _line(_LEFT, y, self._end, y, "#f1f3f5")
            for event, place in zip(self._events, self._places[:-1], strict=True):
                if event.details.get("artifact") == name:
                    yield _artifact(event, place.x, y)

    def _legend(self) -> Iterator[str]:
        x, y = 36.0, self._days + 54
        for result, said in _SAID.items():
            yield _mark(result, x, y)
            yield _words(x + 16, y + 4, said)
            x += 50 + 7 * len(said)

    def _x(self, at: datetime) -> float:
        """Return where an instant is: at the last event that had happened by then."""
        return max((place.x for place in self._places if place.at <= at), default=_LEFT)


def _artifact_names(events: Sequence[Event]) -> list[str]:
    names = (event.details.get("artifact") for event in events)
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def _spread(events: Sequence[Event], life: Timeline, now: datetime) -> list[_Place]:
    """Return the place of each event, and that of today."""
    instants = [event.at for event in events]
    first = instants[0] if instants else life.phases[0].since
    whole = max((now - first).total_seconds(), 1.0)
    places: list[_Place] = []
    for at in (*instants, max(now, *instants) if instants else now):
        share = (at - first).total_seconds() / whole
        after = places[-1].x + _GAP if places else _LEFT + 14.0
        places.append(_Place(at, max(_LEFT + 14 + share * _NARROWEST, after)))
    return places


def _mark(result: str | None, x: float, y: float) -> str:
    """Return the shape of a result: disc, diamond, ring, square, dash; dotted while awaited."""
    colour = _OF_RESULTS.get(result or "", "#1864ab")
    match result:
        case "pass":
            return f'<circle cx="{x:.1f}" cy="{y}" r="11" fill="{colour}"/>'
        case "fail":
            corners = f"{x:.1f},{y - 13} {x + 13:.1f},{y} {x:.1f},{y + 13} {x - 13:.1f},{y}"
            return f'<polygon points="{corners}" fill="{colour}"/>'
        case "blocked":
            square = f'<rect x="{x - 10:.1f}" y="{y - 10}" width="20" height="20"'
            return f'{square} fill="#fff" stroke="{colour}" stroke-width="2"/>'
        case "not_required":
            dash = f'<rect x="{x - 11:.1f}" y="{y - 8}" width="22" height="16" rx="8"'
            return f'{dash} fill="#f1f3f5" stroke="{colour}"/>'
    dots = "" if result else ' stroke-dasharray="3 2"'
    ring = f'<circle cx="{x:.1f}" cy="{y}" r="10" fill="#fff" stroke="{colour}"'
    return f'{ring} stroke-width="2"{dots}/>'


def _artifact(event: Event, x: float, y: float) -> str:
    version = str(event.details["artifact_version"])
    said = f"{event.details['artifact']}, version {version}: {rfc3339(event.at)}, {event.by}"
    disc = f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="#1864ab"/>'
    return f"<g><title>{escape(said)}</title>{disc}{_words(x + 8, y + 4, version, 'pale')}</g>"


def _result(event: Event) -> str | None:
    result = event.details["result"]
    return result if isinstance(result, str) else None


def _told_of_gate(event: Event) -> str:
    details, result = event.details, _result(event)
    said = _SAID.get(result, result)
    sat = details["sat"]
    people = f", with {', '.join(map(str, sat))}" if isinstance(sat, list) and sat else ""
    return f"toll-gate {details['gate']}: {said}, {rfc3339(event.at)}{people}"


def _words(x: float, y: float, text: str, style: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y}" {_STYLES[style]}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}"'
    return f'<line {ends} stroke="{colour}"/>'

"""Shapes and words of the drawing of a life, as SVG: each result has a shape of its own.

Attributes throughout, since the service lets no style sheet run.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from unicodedata import east_asian_width

SIZE, SMALL = 12.0, 11.0
RESULTS = {
    "pass": "#2b8a3e",
    "fail": "#c92a2a",
    "incomplete": "#9a6700",
    "blocked": "#495057",
    "not_required": "#868e96",
}
SAID = {
    "pass": "passed",
    "fail": "failed",
    "incomplete": "incomplete",
    "blocked": "blocked",
    "not_required": "not required",
    None: "somebody is awaited",
}
_PLAIN, _PALE = 'fill="#212529"', 'fill="#495057"'
_STYLES = {
    "": f'{_PLAIN} font-size="12"',
    "head": f'{_PLAIN} font-size="22" font-weight="600"',
    "pale": f'{_PALE} font-size="12"',
    "small": f'{_PALE} font-size="11"',
    "left": f'{_PLAIN} font-size="12" text-anchor="end"',
    "before": f'{_PALE} font-size="11" text-anchor="end"',
    "day": f'{_PALE} font-size="11" text-anchor="middle"',
    "dark": f'{_PLAIN} font-size="11" font-weight="600" text-anchor="middle"',
    "light": 'fill="#fff" font-size="11" font-weight="600" text-anchor="middle"',
    "band": 'fill="#fff" font-size="12" font-weight="600"',
}


def words(x: float, y: float, text: str, style: str = "") -> str:
    """Return a line of text; `y` is its base line."""
    return f'<text x="{x:.1f}" y="{y:.1f}" {_STYLES[style]}>{escape(text)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    """Return a line."""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}"{more}/>'


def box(x: float, y: float, width: float, height: float, more: str) -> str:
    """Return a rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {more}'


def titled(title: str, parts: Iterable[str]) -> str:
    """Return parts under one title, which a viewer shows and a screen reader reads."""
    return f"<g><title>{escape(title)}</title>{''.join(parts)}</g>"


def width_of(text: str, size: float = SMALL) -> float:
    """Return how wide a text is at most, in most fonts."""
    return sum(size * (1.05 if east_asian_width(each) in "WF" else 0.6) for each in text)


def fitting(text: str, room: float, size: float = SMALL) -> str:
    """Return as much of a text as there is room for, with `…` where it is cut; else nothing."""
    if width_of(text, size) <= room:
        return text
    kept, wide = "", width_of("…", size)
    for each in text:
        wide += width_of(each, size)
        if wide > room:
            break
        kept += each
    return f"{kept.rstrip()}…" if len(kept) > 3 else ""


def gate(result: str | None, x: float, y: float, count: int = 1) -> list[str]:
    """Return the shape of a gate's result, with a sign in it, or how many there are of them."""
    colour = RESULTS.get(result or "", "#1864ab")
    said = words(x, y + 4, str(count), "light" if result in ("pass", "fail") else "dark")
    return [_shape(result, x, y, colour), said if count > 1 else _sign(result, x, y, colour)]


def dot(x: float, y: float, colour: str, sign: str, count: int) -> list[str]:
    """Return the mark of something that happened: with `+`, `-` or `x`, or how many there are."""
    if count == 1:
        disc = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="{colour}"/>'
        return [disc, _strokes(sign, x, y, 3.4, "#fff")]
    half = half_of(count)
    pill = box(x - half, y - 8, 2 * half, 16, f'rx="8" fill="{colour}"/>')
    return [pill, words(x, y + 4, str(count), "light")]


def half_of(count: int) -> float:
    """Return half the width of a mark that stands for so many."""
    return 7 if count == 1 else 6 + width_of(str(count)) / 2


def _shape(result: str | None, x: float, y: float, colour: str) -> str:
    """Return a disc, diamond, ring, square or dash; a dotted ring while somebody is awaited."""
    match result:
        case "pass":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="{colour}"/>'
        case "fail":
            corners = f"{x:.1f},{y - 12:.1f} {x + 12:.1f},{y:.1f} "
            corners += f"{x:.1f},{y + 12:.1f} {x - 12:.1f},{y:.1f}"
            return f'<polygon points="{corners}" fill="{colour}"/>'
        case "blocked":
            return box(x - 9, y - 9, 18, 18, f'fill="#fff" stroke="{colour}" stroke-width="2"/>')
        case "not_required":
            return box(x - 10, y - 7, 20, 14, f'rx="7" fill="#f1f3f5" stroke="{colour}"/>')
    dots = "" if result else ' stroke-dasharray="3 2"'
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="#fff" stroke="{colour}"'
    return f'{ring} stroke-width="2"{dots}/>'


def _sign(result: str | None, x: float, y: float, colour: str) -> str:
    match result:
        case "pass":
            points = f"{x - 4.5:.1f},{y + 0.5:.1f} {x - 1.2:.1f},{y + 4:.1f} "
            points += f"{x + 4.8:.1f},{y - 3.6:.1f}"
            return f'<polyline points="{points}" fill="none" stroke="#fff" stroke-width="2"/>'
        case "fail":
            return _strokes("x", x, y, 3.6, "#fff")
        case "blocked":
            return _strokes("-", x, y, 4.5, colour)
    return ""


def _strokes(sign: str, x: float, y: float, far: float, colour: str) -> str:
    thick = ' stroke-width="2"'
    level = line(x - far, y, x + far, y, colour, thick)
    match sign:
        case "+":
            return level + line(x, y - far, x, y + far, colour, thick)
        case "-":
            return level
        case "x":
            falls = line(x - far, y - far, x + far, y + far, colour, thick)
            return falls + line(x - far, y + far, x + far, y - far, colour, thick)
    return ""

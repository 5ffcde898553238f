"""Reading a request's body as JSON: strictly, exactly, and never deeper or larger than is sane."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from rules.errors import BadFields, BadRequestBody
from rules.field_problem import FieldProblem
from rules.vocabulary import escaped

LARGEST_BODY = 1024 * 1024
DEEPEST = 32
MOST_MEMBERS = 500
_DRAINED = 8 * LARGEST_BODY
_CHUNK = 64 * 1024
_BYTE_ORDER_MARK = "\ufeff"
# No fact can be this large, so its domain refuses it with the member's name.
_BEYOND_EVERY_DOMAIN = 10**40
_LONGEST_WHOLE_NUMBER = 40


class _Repeating(dict[str, object]):
    """An object some of whose members came more than once."""

    repeated: tuple[str, ...] = ()


class _Repeats(Exception):
    """A member of an object came more than once."""


def read_json(request: Request, *, unchecked: str | None = None) -> object:
    """Return what the request's body says, as `parsed` does.

    Raises:
        RequestEntityTooLarge: it has more than 1 MiB.
        UnsupportedMediaType: it is not said to be JSON, or it is compressed.
        BadRequestBody, BadFields: as `parsed` does.
    """
    _require_json(request)
    return parsed(_bytes_of(request), unchecked=unchecked)


def parsed(raw: bytes, *, unchecked: str | None = None) -> object:
    """Return what a JSON text says; numbers with a fraction come as `Decimal`.

    What is under the member `unchecked` is JSON; `require_sound` is still to be asked of it.

    Raises:
        BadRequestBody: it is no JSON, or nested too deeply.
        BadFields: a member comes twice, or a text has half of a surrogate pair.
    """
    text = _decoded(raw)
    try:
        value, sound = _value(_USUAL, text), _is_plainly_sound(text)
    except _Repeats:
        value, sound = _value(_REPEATING, text), False
    if not sound:
        require_sound(value, unchecked=unchecked)
    return value


def require_sound(value: object, *, unchecked: str | None = None) -> None:
    """Refuse what no part of a request may be.

    Raises:
        BadRequestBody: it is nested too deeply.
        BadFields: a member comes twice, or a text has half of a surrogate pair.
    """
    problems = list(_problems(value, unchecked))
    if problems:
        raise BadFields(problems)


def _is_plainly_sound(text: str) -> bool:
    """Whether a text is too short and too flat for what `require_sound` refuses.

    So nearly every body is, and is spared the walk: without an escape there is no half of a
    pair, and what has few brackets and commas has neither depth nor many members.
    """
    brackets = text.count("{") + text.count("[")
    return "\\u" not in text and brackets <= DEEPEST and text.count(",") < MOST_MEMBERS


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequestBody(f"the body is not UTF-8 at byte {error.start}") from None
    if not text.strip():
        raise BadRequestBody("the body is empty")
    if text.startswith(_BYTE_ORDER_MARK):
        raise BadRequestBody("the body begins with a byte order mark: send UTF-8 without one")
    return text


def _require_json(request: Request) -> None:
    kind = request.mimetype
    if kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedMediaType("send the body as `Content-Type: application/json`")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("send the body as it is, without a Content-Encoding")


def _bytes_of(request: Request) -> bytes:
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        body = None
    if body is None or _has_more(request):
        _drain(request)
        raise RequestEntityTooLarge(f"the body has more than {LARGEST_BODY} bytes")
    return body


def _has_more(request: Request) -> bool:
    # A body that comes in chunks is cut at the limit without a word.
    chunked = request.content_length is None and "wsgi.input_terminated" in request.environ
    return chunked and bool(request.environ["wsgi.input"].read(1))


def _drain(request: Request) -> None:
    # A caller who is still sending would otherwise see a broken connection, not the answer.
    source = request.environ["wsgi.input"]
    left = min(request.content_length or _DRAINED, _DRAINED)
    while left > 0 and (chunk := source.read(min(left, _CHUNK))):
        left -= len(chunk)


def _value(decoder: json.JSONDecoder, text: str) -> object:
    try:
        value: object = decoder.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadRequestBody(f"the body is not JSON: {error.msg.lower()} at {place}") from None
    return value


def _whole_number(digits: str) -> int:
    if len(digits) > _LONGEST_WHOLE_NUMBER:
        return -_BEYOND_EVERY_DOMAIN if digits.startswith("-") else _BEYOND_EVERY_DOMAIN
    return int(digits)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return Decimal(_BEYOND_EVERY_DOMAIN)


def _no_constant(name: str) -> NoReturn:
    raise BadRequestBody(f"the body is not JSON: it has no number `{name}`")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Repeats
    return members


def _perhaps_repeating(pairs: list[tuple[str, object]]) -> dict[str, object]:
    try:
        return _object(pairs)
    except _Repeats:
        times = Counter(name for name, _ in pairs)
        repeating = _Repeating(pairs)
        repeating.repeated = tuple(name for name in repeating if times[name] > 1)
        return repeating


def _decoder(objects: Callable[[list[tuple[str, object]]], dict[str, object]]) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_int=_whole_number,
        parse_float=_decimal,
        parse_constant=_no_constant,
        object_pairs_hook=objects,
    )


# Made once: `json.loads` makes one for every text.
_USUAL, _REPEATING = _decoder(_object), _decoder(_perhaps_repeating)


def _problems(value: object, unchecked: str | None) -> Iterator[FieldProblem]:
    """Walk the value without recursion, since its depth is the caller's choice."""
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    left_out = None if unchecked is None else _at("", unchecked)
    while waiting:
        pointer, current, depth = waiting.pop()
        if pointer == left_out:
            continue
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(current, list | dict) and len(current) > MOST_MEMBERS:
            yield FieldProblem(pointer, f"must have at most {MOST_MEMBERS} members")
        elif isinstance(current, str) and _has_half_a_pair(current):
            yield FieldProblem(pointer, "must not contain half of a surrogate pair")
        elif isinstance(current, list):
            waiting += [(f"{pointer}/{n}", item, depth + 1) for n, item in enumerate(current)]
        elif isinstance(current, dict):
            yield from _member_problems(pointer, current)
            waiting += [(_at(pointer, name), item, depth + 1) for name, item in current.items()]


def _member_problems(pointer: str, members: dict[str, object]) -> Iterator[FieldProblem]:
    for name in members:
        if _has_half_a_pair(name):
            yield FieldProblem(_at(pointer, name), "has half of a surrogate pair in its name")
    if isinstance(members, _Repeating):
        for name in members.repeated:
            yield FieldProblem(_at(pointer, name), "is given more than once")


def _at(pointer: str, name: str) -> str:
    if _has_half_a_pair(name):
        name = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in name)
    return f"{pointer}/{escaped(name)}"


def _has_half_a_pair(text: str) -> bool:
    # Only such a character cannot be written as UTF-8.
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _too_deep() -> BadRequestBody:
    return BadRequestBody(f"the body is nested more than {DEEPEST} levels deep")

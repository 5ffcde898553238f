"""JSON text with exact decimals, both ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import cast

import orjson
import simplejson

# Made once: `dumps` and `loads` make one for every text.
_read: Callable[[str], object] = simplejson.JSONDecoder(parse_float=Decimal, allow_nan=False).decode
_exact: Callable[[object], str] = simplejson.JSONEncoder(
    use_decimal=True, ensure_ascii=False, allow_nan=False
).encode
_plain = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_NOTHING_BUT_JSON = (
    orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_ENDS_OF_LINES = ("\u2028", "\u2029")


def dumps(value: object) -> str:
    """Return `value` as JSON on one line; decimals keep every digit, keys their order.

    Raises:
        TypeError: it is no JSON.
        ValueError: a number in it is without bounds.
    """
    try:
        # Most texts have no decimal in them, and this writes them in less than half the time.
        text = _plain(value)
    except TypeError:
        return _exact(value)
    # What JSON lets stand, and JavaScript once took for the end of a line.
    return _exact(value) if any(end in text for end in _ENDS_OF_LINES) else text


def compact(value: object) -> bytes:
    """Return `value` as JSON in as little time and room as may be, for whoever asked.

    Not for what is kept, hashed or looked for: that is as `dumps` writes it, letter by letter.
    Of floats, which no answer has, one that is no number would be null.

    Raises:
        TypeError: it is no JSON.
        ValueError: a text in it has half of a surrogate pair.
    """
    try:
        return orjson.dumps(value, option=_NOTHING_BUT_JSON)
    except TypeError:
        return dumps(value).encode()  # a decimal, or a number of more than 64 bits


@lru_cache(maxsize=4_096)
def scalar(text: str) -> bool | int | Decimal | str | None:
    """Return the single value that JSON `text` says, as `loads` does; the same ones come often."""
    value = loads(text)
    if isinstance(value, list | dict):
        raise TypeError("a list or an object could be changed by whoever it is handed to")
    return cast("bool | int | Decimal | str | None", value)


def loads(text: str) -> object:
    """Return what JSON `text` says; numbers with a fraction come as `Decimal`.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or holds a number without bounds.
    """
    try:
        loaded = _read(text)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except InvalidOperation:
        raise ValueError("holds a number that is too large") from None
    return loaded

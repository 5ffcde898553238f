"""JSON text with exact decimals, both ways."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import cast

import simplejson

# Made once: `simplejson.dumps` makes one for every text.
_written: Callable[[object], str] = simplejson.JSONEncoder(
    use_decimal=True, ensure_ascii=False, allow_nan=False
).encode


def dumps(value: object) -> str:
    """Return `value` as JSON on one line; decimals keep every digit, keys their order."""
    return _written(value)


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
        loaded: object = simplejson.loads(text, use_decimal=True, allow_nan=False)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except InvalidOperation:
        raise ValueError("holds a number that is too large") from None
    return loaded

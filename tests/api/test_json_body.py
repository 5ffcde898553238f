"""Bodies are read exactly and strictly: whatever is sent, the answer is a value or a refusal."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.test import EnvironBuilder

from api.json_body import DEEPEST, LARGEST_BODY, MOST_MEMBERS, parsed, read_json, require_sound
from model import json_text
from rules.errors import BadFields, BadRequestBody

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


def reading(
    data: bytes, content_type: str = "application/json", headers: dict[str, str] | None = None
) -> object:
    """Return what is read from a request with this body."""
    builder = EnvironBuilder(
        method="POST", data=data, content_type=content_type, headers=Headers(headers)
    )
    request = Request(builder.get_environ())
    request.max_content_length = LARGEST_BODY
    return read_json(request)


@given(value=JSON)
def test_what_is_written_is_what_is_read(value: object) -> None:
    """Every JSON value comes back as it was."""
    assert reading(json_text.dumps(value).encode()) == value


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No body whatever breaks the reading."""
    with suppress(BadRequestBody, BadFields):
        reading(data)


@given(digits=st.from_regex(r"-?(0|[1-9][0-9]{0,12})\.[0-9]{1,12}", fullmatch=True))
def test_numbers_keep_every_digit(digits: str) -> None:
    """A number with a fraction is an exact decimal, never a float."""
    read = reading(digits.encode())
    assert isinstance(read, Decimal)
    assert str(read) == str(Decimal(digits))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"{", "line 1, column 2"),
        (b'{"a": 1,}', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1} {"b": 2}', "not JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b'{"a": NaN}', "`NaN`"),
        (b'{"a": Infinity}', "`Infinity`"),
        (b'{"a": -Infinity}', "`-Infinity`"),
        (b'{"a": 01}', "not JSON"),
        (b'{"a": "\x00"}', "not JSON"),
        (b"[" * 100_000, "deep"),
        (b'{"a":' * 100_000, "deep"),
        (b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), "deep"),
    ],
    ids=str,
)
def test_what_is_not_json_is_refused_with_the_place(data: bytes, says: str) -> None:
    """The detail says what is wrong, and where if there is a place."""
    with pytest.raises(BadRequestBody) as refusal:
        reading(data)
    assert says in refusal.value.detail


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (b'{"a": 1, "a": 1}', "/a"),
        (b'{"x": [{"a/b": 1, "a/b": 2}]}', "/x/0/a~1b"),
        (b'{"a": "\\ud800"}', "/a"),
        (b'{"a": ["ok", "\\udfff!"]}', "/a/1"),
        (b'{"\\ud800": 1}', "/\ufffd"),
        (b"[" + b"1," * MOST_MEMBERS + b"1]", ""),
        (b"{" + b",".join(b'"%d":1' % n for n in range(MOST_MEMBERS + 1)) + b"}", ""),
    ],
    ids=str,
)
def test_json_that_cannot_be_meant_is_refused_by_its_pointer(data: bytes, pointer: str) -> None:
    """A member given twice, half of a character, or members without end are named."""
    with pytest.raises(BadFields) as refusal:
        reading(data)
    assert [problem.pointer for problem in refusal.value.problems] == [pointer]


def test_a_whole_pair_of_surrogates_is_one_character() -> None:
    """An escaped pair is the character that it stands for."""
    assert reading(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize(
    "digits", ["1" * 5_000, "-" + "9" * 100_000, "1e400", "-1e400", "1e99999999999999999999",
               "1e-99999999999999999999", "0." + "1" * 100_000]
)  # fmt: skip
def test_numbers_without_bounds_are_still_numbers(digits: str) -> None:
    """They are read at once, and left to the domains, which refuse them by name."""
    assert isinstance(reading(digits.encode()), int | Decimal)


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "text/json", "application/xml",
                     "application/x-www-form-urlencoded", "multipart/form-data"]
)  # fmt: skip
def test_a_body_that_is_not_said_to_be_json_is_refused(content_type: str) -> None:
    """The type must be JSON's, or one built on it."""
    with pytest.raises(UnsupportedMediaType):
        reading(b"{}", content_type)


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "application/vnd.api+json", "APPLICATION/JSON"],
)
def test_types_built_on_json_are_read(content_type: str) -> None:
    """What ends in `+json` is JSON."""
    assert reading(b"{}", content_type) == {}


def test_a_compressed_body_is_refused() -> None:
    """It could be far larger than it seems."""
    with pytest.raises(UnsupportedMediaType):
        reading(b"{}", headers={"Content-Encoding": "gzip"})


def test_a_body_may_have_one_mebibyte_and_no_more() -> None:
    """The limit itself is read, one byte more is not."""
    assert reading(b'"' + b"x" * (LARGEST_BODY - 2) + b'"')
    with pytest.raises(RequestEntityTooLarge):
        reading(b'"' + b"x" * (LARGEST_BODY - 1) + b'"')


def test_a_body_without_a_length_is_held_to_the_same_limit() -> None:
    """A chunked body is counted while it comes."""
    builder = EnvironBuilder(method="POST", data=b"[" * (LARGEST_BODY + 1))
    builder.content_type = "application/json"
    environ = builder.get_environ() | {"wsgi.input_terminated": True}
    del environ["CONTENT_LENGTH"]
    request = Request(environ)
    request.max_content_length = LARGEST_BODY
    with pytest.raises(HTTPException) as refusal:
        read_json(request)
    assert refusal.value.code == 413


def test_a_member_may_be_left_to_be_checked_later() -> None:
    """What is under it is read, and refused only when it is asked about; the rest is at once."""
    text = b'{"items": [{"a": 1, "a": 2}], "b": {"items": []}}'
    value = parsed(text, unchecked="items")
    assert isinstance(value, dict)
    with pytest.raises(BadFields) as refused:
        require_sound(value["items"][0])
    assert [problem.pointer for problem in refused.value.problems] == ["/a"]
    many = b"[" + b",".join([b"0"] * (MOST_MEMBERS + 1)) + b"]"
    parsed(b'{"items": %s}' % many, unchecked="items")
    for refusable in (b'{"b": {"items": %s}}' % many, b'{"items": 1, "items": 2}', text):
        with pytest.raises(BadFields):
            parsed(refusable, unchecked="items" if refusable != text else None)

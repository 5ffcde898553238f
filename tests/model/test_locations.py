"""Where an artifact may be: where a person can be sent without harm."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.locations import LONGEST_LOCATION, require_location
from rules.errors import BadFields


@pytest.mark.parametrize(
    "location",
    [
        "https://documents.example/strategy.pdf", "http://files:8080/a%20b?c=d#e",
        "https://dokumente.example/Stärke.pdf", "https://[::1]/x", "smb://files/x.docx",
        "HTTPS://documents.example/",
    ],
)  # fmt: skip
def test_an_address_of_a_document_is_taken(location: str) -> None:
    """On the web, or in a store that the operator named."""
    assert require_location(location, ("smb",)) == location


@pytest.mark.parametrize(
    ("location", "detail"),
    [
        ("javascript:alert(1)", "must begin with http:, https:, smb:"),
        ("data:text/html,x", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
        ("documents.example/x", "must begin with"),
        ("//documents.example/x", "must begin with"),
        ("", "1 to 2000 characters"),
        ("https://a/" + "x" * LONGEST_LOCATION, "1 to 2000 characters"),
        ("https://a/b c", "no spaces"),
        ("https://a/\nb", "no spaces"),
        (" https://a/", "no spaces"),
        ("https:///x", "names no host"),
        ("https:x", "names no host"),
        ("https://[::1/x", "is not an address"),
        ("https://a:99999/", "is not an address"),
        ("https://me:secret@a/", "password"),
        ("smb:", "says nothing"),
    ],
)
def test_any_other_place_is_refused(location: str, detail: str) -> None:
    """With what is wrong about it."""
    with pytest.raises(BadFields, match=detail) as refused:
        require_location(location, ("smb",))
    assert [problem.pointer for problem in refused.value.problems] == ["/location"]


@given(st.one_of(st.text(), st.text().map(lambda rest: f"https://{rest}")))
def test_whatever_is_taken_is_an_address_of_the_web(location: str) -> None:
    """Whatever a caller sends, nothing else gets through, and nothing breaks."""
    try:
        require_location(location, ())
    except BadFields:
        return
    parts = urlsplit(location)
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert not any(character.isspace() for character in location)

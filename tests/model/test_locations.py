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


@pytest.mark.parametrize(
    "hidden",
    "\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u202a\u202e\u2060\u2066\u2069"
    "\u2800\u3000\u3164\ue000\ufe0f\ufeff\ufff9\U000e0041\U000e0101",
)
def test_an_address_that_reads_as_another_is_refused(hidden: str) -> None:
    """What is not seen, or turns round what is, is named; percent-encoded it is plain to see."""
    location = f"https://documents.example/{hidden}fdp.exe"
    with pytest.raises(BadFields, match=f"U\\+{ord(hidden):04X}.* percent-encoded"):
        require_location(location, ())
    encoded = "".join(f"%{byte:02X}" for byte in hidden.encode())
    plain = location.replace(hidden, encoded)
    assert require_location(plain, ()) == plain


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

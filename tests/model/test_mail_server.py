"""The mail server's settings, and what an e-mail address may be."""

from __future__ import annotations

import pytest

from model.mail_server import MailServer, as_address


@pytest.mark.parametrize("text", ["ada@example.org", "a.b+c@x", "tollgate@localhost"])
def test_an_address_is_taken_as_it_is(text: str) -> None:
    """In the form that every mail server understands."""
    assert as_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a b@x",
        "ada@x\r\nBcc: y@z",
        "Ada <ada@x>",
        "ä@x",
        "a@b@c",
    ],
)
def test_what_would_not_stay_one_address_is_refused(text: str) -> None:
    """No line of a header, and no command of SMTP, is made of it."""
    with pytest.raises(ValueError, match="must be an e-mail address"):
        as_address(text)


def test_the_password_is_not_shown() -> None:
    """What is printed of it holds none."""
    assert "hidden" not in repr(MailServer("h", 25, "a@b", user="u", password="hidden"))

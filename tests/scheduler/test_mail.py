"""Letters, read back by Python's own parser from a mail server that took them in."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.dispatching import Outcome, Parcel
from model.mail_server import Encryption, MailServer
from scheduler.mail import Handing, letter
from tests.fire.service import free_port
from tests.model.telling import LETTER, NOW
from tests.scheduler.conftest import Postbox

SITE = "https://tollgate.example.org"
PARCEL = Parcel(
    "me", 1, 1, "1b4e28ba-2fa1-51d2-883f-0016d3cca427", "decision.made", "cases/CRM-1", "{}", NOW,
    LETTER.title, LETTER.text, None, "ada@example.org",
)  # fmt: skip


def handed_in(server: MailServer, *parcels: Parcel) -> list[Outcome]:
    """Hand in letters, one after the other."""
    with Handing(server, SITE) as handing:
        return [handing.over(parcel) for parcel in parcels]


def read(content: bytes) -> EmailMessage:
    """Return a letter as a mail program reads it."""
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_letter_arrives_in_plain_text_and_html(mail_server: MailServer, postbox: Postbox) -> None:
    """Both say the same; what looks like HTML in the text is text."""
    [outcome] = handed_in(mail_server, PARCEL)
    assert outcome.delivered
    assert postbox.recipients == ["ada@example.org"]
    got = read(postbox.letters[0])
    assert (got["From"], got["To"]) == ("tollgate@example.org", "ada@example.org")
    assert got["Subject"] == LETTER.title
    assert got.get_content_type() == "multipart/alternative"
    plain, html = (got.get_body([kind]) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == f"{LETTER.text}\n"
    assert "<p>By &lt;Friday&gt; &amp; not later.</p>" in html.get_content()
    assert "The service<br>" in html.get_content()


def test_what_is_to_be_read_is_an_address_that_one_can_follow() -> None:
    """With the host that people know; an address that somebody wrote stays as it is."""
    text = "All: GET /api/v1/cases/A%2F1.\n\n/api/v1/services/x\n\nhttps://a.example/api/v1/y"
    got = letter(replace(PARCEL, text=text), "t@x.example", SITE).get_body(["plain"])
    assert got is not None
    assert got.get_content() == (
        f"All: GET {SITE}/api/v1/cases/A%2F1.\n\n{SITE}/api/v1/services/x\n\n"
        "https://a.example/api/v1/y\n"
    )


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=90))
@example("Review overdue by 12 days: The service level agreement “Mail”: availability was missed")
@example("x" * 72)
@example("a b " * 40)
def test_a_subject_begins_on_its_first_line(title: str) -> None:
    """However long it is, and it is read as it was written."""
    sent = letter(replace(PARCEL, title=title), "t@x.example", SITE).as_bytes()
    lines = sent[sent.index(b"Subject:") : sent.index(b"Date:")].splitlines()
    assert lines[0].removeprefix(b"Subject:").strip()
    assert b"=?utf-8?q??=" not in lines[0]
    assert all(len(line) <= 78 for line in lines)
    assert read(sent)["Subject"] == " ".join(title.split())


def test_a_letter_tried_again_is_the_same_letter() -> None:
    """Its Message-ID too: a mail program shows one that came twice once."""
    tries = [replace(PARCEL, attempts=n) for n in (1, 2, 9)]
    ids = {letter(each, "t@example.org", SITE)["Message-ID"] for each in tries}
    assert len(ids) == 1
    assert ids.pop().endswith("@example.org>")


def test_two_letters_are_two(mail_server: MailServer, postbox: Postbox) -> None:
    """Another person, or another event: another Message-ID, over one connection."""
    others = (
        PARCEL,
        replace(PARCEL, recipient="kim@example.org"),
        replace(PARCEL, message_id="another"),
    )
    assert all(outcome.delivered for outcome in handed_in(mail_server, *others))
    assert len({read(each)["Message-ID"] for each in postbox.letters}) == 3


def test_letters_about_one_case_form_one_thread() -> None:
    """Mail programs thread by References; another case is another thread."""
    one, two = (letter(replace(PARCEL, message_id=id), "t@x.example", SITE) for id in "ab")
    other = letter(replace(PARCEL, subject="cases/CRM-2"), "t@x.example", SITE)
    assert one["References"] == two["References"] == two["In-Reply-To"]
    assert one["References"] != other["References"]
    assert "CRM-1" not in str(one["References"])


@pytest.mark.parametrize("title", ["Zwölf 🎫 Fälle", "a\r\nBcc: eve@example.org", "x" * 2_000])
def test_a_title_is_never_more_than_a_title(
    mail_server: MailServer, postbox: Postbox, title: str
) -> None:
    """Whatever stands in it, it is the subject and nothing else."""
    [outcome] = handed_in(mail_server, replace(PARCEL, title=title))
    assert outcome.delivered
    got = read(postbox.letters[0])
    assert got["Subject"] == " ".join(title.split())
    assert got["Bcc"] is None
    assert postbox.recipients == ["ada@example.org"]


def test_a_recipient_that_is_no_address_is_said(mail_server: MailServer, postbox: Postbox) -> None:
    """Nothing is sent to anybody else."""
    [outcome] = handed_in(mail_server, replace(PARCEL, recipient="a@b\r\nBcc: eve@example.org"))
    assert not outcome.delivered
    assert outcome.error
    assert postbox.letters == []


def test_nobody_of_that_name_is_hopeless(mail_server: MailServer, postbox: Postbox) -> None:
    """The others get theirs."""
    postbox.unknown = {"nobody@example.org"}
    gone, there = handed_in(mail_server, replace(PARCEL, recipient="nobody@example.org"), PARCEL)
    assert (gone.delivered, gone.hopeless, gone.status) == (False, True, 550)
    assert "no such user" in (gone.error or "")
    assert there.delivered


def test_a_mail_server_in_trouble_is_tried_again(mail_server: MailServer, postbox: Postbox) -> None:
    """What it says is kept for whoever looks into it."""
    postbox.refusal = "452 no room left"
    [outcome] = handed_in(mail_server, PARCEL)
    assert (outcome.delivered, outcome.hopeless, outcome.status) == (False, False, 452)
    assert "no room left" in (outcome.error or "")
    postbox.refusal = None
    assert handed_in(mail_server, PARCEL)[0].delivered


def test_no_mail_server_there_is_said() -> None:
    """It is an outcome, never an error of ours."""
    nowhere = MailServer("127.0.0.1", free_port(), "t@example.org", Encryption.NONE)
    outcomes = handed_in(nowhere, PARCEL, PARCEL)
    assert [outcome.delivered for outcome in outcomes] == [False, False]
    assert all("refused" in (outcome.error or "") for outcome in outcomes)


def test_what_was_to_be_encrypted_is_not_sent_in_the_open(
    mail_server: MailServer, postbox: Postbox
) -> None:
    """A mail server without STARTTLS gets no letter that was to be encrypted, and no password."""
    wanted = replace(mail_server, encryption=Encryption.STARTTLS, user="u", password="p")
    [outcome] = handed_in(wanted, PARCEL)
    assert not outcome.delivered
    assert "STARTTLS" in (outcome.error or "")
    assert postbox.letters == []

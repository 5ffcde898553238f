"""Letters over TLS: handed in to a server that proves who it is, and to no other."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from model.mail_server import Encryption, MailServer
from scheduler.mail import Handing
from tests.fire.service import free_port
from tests.scheduler.conftest import Postbox
from tests.scheduler.test_mail import PARCEL, SITE, handed_in

TRUSTED = "SSL_CERT_FILE"
USER, PASSWORD = "tollgate", "only the tests know it"
ENCRYPTED = [Encryption.STARTTLS, Encryption.TLS]


@pytest.fixture
def authority() -> trustme.CA:
    """Who vouches for servers."""
    return trustme.CA()


@contextmanager
def trusting(authority: trustme.CA, folder: Path) -> Iterator[None]:
    """Trust an authority as an operator does: by the variable that OpenSSL reads."""
    before = os.environ.get(TRUSTED)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    os.environ[TRUSTED] = str(folder / "authority.pem")
    try:
        yield
    finally:
        del os.environ[TRUSTED]
        if before is not None:
            os.environ[TRUSTED] = before


def _known(*said: object) -> AuthResult:
    """Let in who knows the password, which is said last."""
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=said[-1] == known, handled=False)


@contextmanager
def serving(
    postbox: Postbox, authority: trustme.CA, encryption: Encryption, name: str = "127.0.0.1"
) -> Iterator[MailServer]:
    """Run a mail server that takes letters over TLS only, from those with a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    asks: dict[str, Any] = {"authenticator": _known, "auth_required": True}
    if encryption is Encryption.TLS:
        asks |= {"ssl_context": context, "auth_require_tls": False}
    else:
        asks |= {"tls_context": context, "require_starttls": True}
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), **asks)
    controller.start()
    try:
        yield MailServer(
            "127.0.0.1", controller.port, "tollgate@example.org", encryption, USER, PASSWORD
        )
    finally:
        controller.stop()


@pytest.mark.parametrize("encryption", ENCRYPTED)
def test_letters_are_handed_in_encrypted_and_with_a_password(
    postbox: Postbox, authority: trustme.CA, tmp_path: Path, encryption: Encryption
) -> None:
    """Either way of beginning TLS; several letters go over one connection."""
    with trusting(authority, tmp_path), serving(postbox, authority, encryption) as server:
        outcomes = handed_in(server, PARCEL, PARCEL)
    assert [outcome.delivered for outcome in outcomes] == [True, True]
    assert len(postbox.letters) == 2


@pytest.mark.parametrize("encryption", ENCRYPTED)
@pytest.mark.parametrize("name", ["127.0.0.1", "another.example"])
def test_nothing_is_handed_to_a_server_that_does_not_prove_who_it_is(
    postbox: Postbox, authority: trustme.CA, tmp_path: Path, encryption: Encryption, name: str
) -> None:
    """One that nobody vouches for, or that is vouched for under another name: tried again later."""
    vouching = trustme.CA() if name == "127.0.0.1" else authority
    with (
        trusting(authority, tmp_path),
        serving(postbox, vouching, encryption, name) as server,
        Handing(server, SITE) as handing,
    ):
        outcome = handing.over(PARCEL)
    assert (outcome.delivered, outcome.hopeless) == (False, False)
    assert "certificate" in str(outcome.error).lower()
    assert postbox.letters == []


def test_a_wrong_password_is_told_and_tried_again(
    postbox: Postbox, authority: trustme.CA, tmp_path: Path
) -> None:
    """The letter is not lost: the operator mends the setting."""
    with (
        trusting(authority, tmp_path),
        serving(postbox, authority, Encryption.STARTTLS) as server,
        Handing(
            MailServer(server.host, server.port, server.sender, user=USER, password="no"),
            SITE,
        ) as handing,
    ):
        outcome = handing.over(PARCEL)
    assert (outcome.delivered, outcome.hopeless) == (False, False)
    assert outcome.status == 535

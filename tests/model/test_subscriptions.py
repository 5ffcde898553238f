"""Subscriptions: listed page by page, and a secret that is theirs alone."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.database import Database
from model.subscriptions import signing_secret, subscriptions_after
from rules.errors import BadFields
from tests.model.telling import NOW, subscribed


def test_subscriptions_come_in_pages(database: Database) -> None:
    """Oldest first, each once."""
    made = [subscribed(database, now=NOW + timedelta(seconds=n)).subscription.id for n in range(5)]
    with database.reading() as session:
        first = subscriptions_after(session, None, 2)
        second = subscriptions_after(session, first.next, 2)
        third = subscriptions_after(session, second.next, 2)
    shown = [each.id for page in (first, second, third) for each in page.subscriptions]
    assert shown == made
    assert third.next is None


@pytest.mark.parametrize("cursor", ["x", "0" * 36])
def test_a_cursor_of_no_page_is_refused(database: Database, cursor: str) -> None:
    """It is named."""
    with database.reading() as session, pytest.raises(BadFields, match="/after"):
        subscriptions_after(session, cursor, 10)


@given(st.binary(min_size=16), st.uuids(), st.integers(1, 99))
def test_a_secret_is_as_the_standard_has_it(service: bytes, id: object, generation: int) -> None:
    """32 bytes after `whsec_`: the same in every process, and another for each generation."""
    secret = signing_secret(service, str(id), generation)
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert secret == signing_secret(service, str(id), generation)
    assert secret != signing_secret(service, str(id), generation + 1)
    assert secret != signing_secret(service + b"x", str(id), generation)

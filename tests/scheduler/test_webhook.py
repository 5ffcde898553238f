"""Webhooks: an independent reader of the standard verifies them; answers mean what it says."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from model import json_text
from model.dispatching import Outcome, Parcel, Target
from model.subscriptions import signing_secret
from scheduler.bounded_http import Line
from scheduler.webhook import headers, message, send
from tests.model.telling import NOW, SECRET
from tests.scheduler.receiving import Receiving

OLD, NEW, OTHER = (signing_secret(SECRET, "id", generation) for generation in (1, 2, 3))
SOURCE = "https://tollgate.example.org"
PARCEL = Parcel(
    "me", 1, 1, "1b4e28ba-2fa1-51d2-883f-0016d3cca427", "decision.made", "cases/CRM-1",
    '{"what": "½ ever"}', NOW, None, None, Target("id", "https://a.example", (1,)), None,
)  # fmt: skip


def sent(receiver: Receiving, way: str, now: datetime = NOW) -> Outcome:
    """Make one attempt."""
    with closing(Line(receiver.url(way), ("127.0.0.1",), 20)) as line:
        return send(PARCEL, line, SOURCE, [NEW, OLD], now)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.none()))
def test_either_secret_verifies_whatever_is_told(data: dict[str, object]) -> None:
    """While it rotates, a receiver with the old or the new secret takes the message for ours."""
    now = datetime.now(UTC)
    body = message(replace(PARCEL, data=json_text.dumps(data)), SOURCE)
    signed = headers(PARCEL.message_id, body, [NEW, OLD], now)
    for secret in (OLD, NEW):
        read = Webhook(secret).verify(body.decode(), signed)
        assert read == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(body.decode(), signed)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body.decode() + " ", signed)


def test_the_body_is_a_cloud_event() -> None:
    """With the members that CloudEvents 1.0 requires, and the same at each attempt."""
    body = message(PARCEL, SOURCE)
    assert json.loads(body) == {
        "specversion": "1.0",
        "id": PARCEL.message_id,
        "source": SOURCE,
        "type": "decision.made",
        "subject": "cases/CRM-1",
        "time": "2026-11-22T09:30:00.000Z",
        "timestamp": "2026-11-22T09:30:00.000Z",
        "datacontenttype": "application/json",
        "data": {"what": "½ ever"},
    }
    assert message(replace(PARCEL, attempts=7), SOURCE) == body


def test_a_message_arrives_as_it_was_signed(receiver: Receiving) -> None:
    """Over the wire, too: an independent reader verifies what the receiver got."""
    outcome = sent(receiver, "fine", datetime.now(UTC))
    assert (outcome.delivered, outcome.status) == (True, 204)
    [got] = receiver.told
    assert got["headers"]["webhook-id"] == PARCEL.message_id
    assert got["headers"]["Content-Type"] == "application/json"
    assert Webhook(OLD).verify(got["body"], got["headers"])["id"] == PARCEL.message_id


@pytest.mark.parametrize(
    ("way", "status", "stops"),
    [
        ("failing", 500, False),
        ("redirecting", 307, False),
        ("gone", 410, True),
        ("busy", 503, True),
        ("lying", None, False),
    ],
)
def test_what_is_not_2xx_is_not_delivered(
    receiver: Receiving, way: str, status: int | None, stops: bool
) -> None:
    """Who is gone or busy gets nothing more for now; one bad message is not held against others."""
    outcome = sent(receiver, way)
    assert not outcome.delivered
    assert (outcome.status, outcome.not_now) == (status, stops)
    assert outcome.gone == (way == "gone")
    assert outcome.error


class Telling(Line):
    """A line to a receiver that is busy, and says until when."""

    def __init__(self, url: str, until: str) -> None:
        super().__init__(url, ("127.0.0.1",), 20)
        self._until = until

    def post(self, body: bytes, headers: object) -> object:  # type: ignore[override]
        """Ask a real one, and put what is tried here in place of when it says."""
        reply = super().post(body, {})
        return replace(reply, retry_after=self._until)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("999999999999999999", timedelta(seconds=999_999_999)),
        ("Sun, 22 Nov 2026 10:30:00 GMT", timedelta(hours=1)),
        ("Sun, 22 Nov 2020 10:30:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
        ("Mon, 99 Nov 2026 10:30:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_either_form(
    receiver: Receiving, text: str, wait: timedelta | None
) -> None:
    """Seconds or a date; what is neither is not waited for."""
    with closing(Telling(receiver.url("busy"), text)) as line:
        outcome = send(PARCEL, line, SOURCE, [NEW], NOW)
    assert outcome.retry_after == wait
    assert outcome.not_now == (wait is not None)

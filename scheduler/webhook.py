"""Webhooks: messages as Standard Webhooks and CloudEvents have them, and what answers mean."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from model import json_text
from model.dispatching import Outcome, Parcel
from model.moment import rfc3339
from scheduler.bounded_http import Line, NotReached, Reply

_GONE = 410
_TOO_MANY = 429
_BUSY = (_TOO_MANY, 503)


def message(parcel: Parcel, source: str) -> bytes:
    """Return the body: a CloudEvent, the same at each attempt."""
    at = rfc3339(parcel.at)
    event = {
        "specversion": "1.0",
        "id": parcel.message_id,
        "source": source,
        "type": parcel.type,
        "subject": parcel.subject,
        "time": at,
        # The member that Standard Webhooks names so.
        "timestamp": at,
        "datacontenttype": "application/json",
    }
    # What is JSON already need not be read and written again.
    return f'{json_text.dumps(event)[:-1]}, "data": {parcel.data}}}'.encode()


def headers(message_id: str, body: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the headers of one attempt, signed with each of the secrets (`whsec_…`)."""
    seconds = str(int(now.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + body
    return {
        "Content-Type": "application/json",
        "User-Agent": "Tollgate",
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(signed, secret) for secret in secrets),
    }


def send(parcel: Parcel, line: Line, source: str, secrets: Sequence[str], now: datetime) -> Outcome:
    """Make one attempt; say what became of it."""
    body = message(parcel, source)
    try:
        reply = line.post(body, headers(parcel.message_id, body, secrets, now))
    except NotReached as error:
        return Outcome(parcel, error=str(error), not_now=error.took_long)
    return _outcome(parcel, reply, now)


def _outcome(parcel: Parcel, reply: Reply, now: datetime) -> Outcome:
    if 200 <= reply.status < 300:
        return Outcome(parcel, delivered=True, status=reply.status)
    wait = _wait(reply.retry_after, now) if reply.status in _BUSY else None
    return Outcome(
        parcel,
        status=reply.status,
        error=f"the receiver answered {reply.status}",
        retry_after=wait,
        # A gateway's 503 that does not say when may be about this one message.
        not_now=reply.status in (_TOO_MANY, _GONE) or wait is not None,
        gone=reply.status == _GONE,
    )


def _signature(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"


def _wait(retry_after: str | None, now: datetime) -> timedelta | None:
    """Return what Retry-After says, in seconds or as a date; `None` when it says nothing sound."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(at - now, timedelta(0))

"""Idempotent deciding: the same request under the same key is done once, answered alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from threading import Lock

from sqlalchemy.orm import Session

from model.access import Caller
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from model.kept_answers import ERASED_REQUEST, LONGEST_KEY, KeptAnswer, kept_answer
from model.likely_services import LikelySearches, with_likely
from model.locking import try_hold
from model.personal_values import revealed
from model.searching import Found
from model.texts import require_texts
from rules.errors import KeyUsedForAnother, RequestStillRunning

CREATED = 201


@dataclass(frozen=True, slots=True)
class Once:
    """The caller's Idempotency-Key and the hash of the request that it stands for."""

    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer's exact text and status; `replayed`: it was given before."""

    text: str
    status: int
    replayed: bool


def hash_of(route: str, body: bytes) -> str:
    """Return the hash of a request: its route (`POST /api/v1/decisions`) and its body."""
    return sha256(route.encode() + b"\0" + body).hexdigest()


class _SearchFirst(Exception):
    """The answer is to name what is likeliest to fit a case of this title: not known yet."""


def decide_once(
    database: Database,
    request: DecisionRequest,
    caller: Caller,
    moment: Moment,
    new_id: str,
    once: Once | None = None,
    searches: LikelySearches | None = None,
) -> Given:
    """Decide as `decide` does, in a transaction of its own; with `once`, a single time.

    The answer is kept in the decision's own transaction: both are stored or neither. Where it
    asks what fits, it names the likeliest beside what is recorded.

    Raises:
        KeyUsedForAnother: the key stands for another request.
        RequestStillRunning: a request under the key has not been answered yet.
        and whatever `decide` raises.
    """
    searches = searches or LikelySearches(database)

    def work(session: Session, found: Sequence[Found] | None = None) -> str:
        text = decide(session, request, caller, moment, new_id).kept
        if once is not None and found is None and (title := searches.wanted(session, text)):
            raise _SearchFirst(title)
        return with_likely(text, found or ())

    try:
        given = do_once(database, caller, moment, once, work, status=CREATED)
    except _SearchFirst as wanted:
        # No search holds the case: undone, it is decided anew once what was found can be kept.
        found = searches.find(str(wanted), request.ref)
        again = partial(work, found=found)
        return do_once(database, caller, moment, once, again, status=CREATED)
    return given if once else replace(given, text=searches.beside(given.text, request.title))


def do_once(
    database: Database,
    caller: Caller,
    moment: Moment,
    once: Once | None,
    work: Callable[[Session], str],
    *,
    status: int = CREATED,
) -> Given:
    """Do `work` in a transaction, once for each key, and keep the text it returns.

    Placeholders for personal values are kept; the answer has the values. `work` is done again
    when its transaction lost to another one.

    Raises:
        KeyUsedForAnother, RequestStillRunning: see `decide_once`.
        and whatever `work` raises; nothing is kept then.
    """
    if once is None:
        return database.write(lambda session: Given(_shown(session, work(session)), status, False))
    require_texts({"/Idempotency-Key": (once.key, LONGEST_KEY)})

    def keep(session: Session) -> Given:
        if not try_hold(session, f"answer {caller.family} {once.key}"):
            raise _still_running()
        kept = kept_answer(session, caller.family, once.key, moment.now)
        if kept is not None:
            return _again(session, kept, once)
        text = work(session)
        session.add(
            KeptAnswer(
                api_key_id=caller.family,
                key=once.key,
                request_hash=once.request_hash,
                status=status,
                body=text,
                created_at=moment.now,
            )
        )
        return Given(_shown(session, text), status, replayed=False)

    with _running_here(caller.family, once.key):
        return database.write(keep)


def _again(session: Session, kept: KeptAnswer, once: Once) -> Given:
    if kept.request_hash not in (once.request_hash, ERASED_REQUEST):
        raise KeyUsedForAnother("this Idempotency-Key stands for a request with another body")
    return Given(_shown(session, kept.body), kept.status, replayed=True)


def _shown(session: Session, text: str) -> str:
    return revealed(session, [text])[0]


_running: set[tuple[str, str]] = set()
_running_lock = Lock()


@contextmanager
def _running_here(api_key_id: str, key: str) -> Iterator[None]:
    """Refuse a second request under the key while this process is busy with the first.

    On SQLite the second would otherwise wait for the first to end; between processes it
    does, and is then answered with what was kept.
    """
    with _running_lock:
        if (api_key_id, key) in _running:
            raise _still_running()
        _running.add((api_key_id, key))
    try:
        yield
    finally:
        with _running_lock:
            _running.remove((api_key_id, key))


def _still_running() -> RequestStillRunning:
    return RequestStillRunning("a request under this Idempotency-Key has not been answered yet")

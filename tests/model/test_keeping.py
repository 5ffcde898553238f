"""Idempotent deciding: once for each key, the same words each time, or not at all."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy.orm import Session

from model.access import Caller, Role, authenticate, create_key
from model.case_facts import read_case
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide
from model.keeping import Given, Once, decide_once, do_once, hash_of
from model.kept_answers import KEPT_FOR
from rules.errors import BadFields, KeyUsedForAnother, RequestStillRunning

ASKED = DecisionRequest("CRM-1", None, None, None, {"in_catalog": True})
ROUTE = "POST /api/v1/decisions"
ONCE = Once("key-1", hash_of(ROUTE, b"{}"))


def version(database: Database) -> int:
    """Return how often the case was decided."""
    with database.reading() as session:
        return read_case(session, "CRM-1").version


def test_the_same_request_is_answered_with_the_same_words(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """The second time nothing is decided, whatever the time and the new id are."""
    first = decide_once(published, ASKED, caller, moment, "d1", ONCE)
    later = replace(moment, now=moment.now + timedelta(days=29))
    again = decide_once(published, ASKED, caller, later, "d2", ONCE)
    assert (first.replayed, again.replayed) == (False, True)
    assert again == Given(first.text, 201, replayed=True)
    assert version(published) == 1


def test_without_a_key_every_request_is_done(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Who sends no key asks anew each time."""
    given = [decide_once(published, ASKED, caller, moment, f"d{n}", None) for n in range(2)]
    assert not any(each.replayed for each in given)
    assert version(published) == 2


def test_a_key_stands_for_one_request(published: Database, caller: Caller, moment: Moment) -> None:
    """Another body, or the same on another route, is refused under a used key."""
    decide_once(published, ASKED, caller, moment, "d1", ONCE)
    for other in (hash_of(ROUTE, b"[]"), hash_of("POST /api/v1/services", b"{}")):
        with pytest.raises(KeyUsedForAnother):
            decide_once(published, ASKED, caller, moment, "d2", Once("key-1", other))
    assert version(published) == 1


def test_a_key_belongs_to_its_caller(published: Database, caller: Caller, moment: Moment) -> None:
    """Two callers may happen on the same key and get in nobody's way."""
    with published.transaction() as session:
        new = create_key(session, "Other", [Role.TICKETING], b"s" * 16, moment.now)
        other = authenticate(session, new.key, b"s" * 16, moment.now)
    decide_once(published, ASKED, caller, moment, "d1", ONCE)
    assert not decide_once(published, ASKED, other, moment, "d2", ONCE).replayed
    assert version(published) == 2


def test_after_thirty_days_a_key_is_free(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Then the request is done again and its new answer kept."""
    decide_once(published, ASKED, caller, moment, "d1", ONCE)
    later = replace(moment, now=moment.now + KEPT_FOR)
    again = decide_once(published, ASKED, caller, later, "d2", ONCE)
    assert not again.replayed
    assert decide_once(published, ASKED, caller, later, "d3", ONCE).text == again.text


def test_only_answers_are_kept(published: Database, caller: Caller, moment: Moment) -> None:
    """A refused request leaves its key free: corrected, it may come again under it."""
    wrong = replace(ASKED, facts={"in_catalogue": True})
    with pytest.raises(BadFields):
        decide_once(published, wrong, caller, moment, "d1", Once("key-1", "another hash"))
    assert not decide_once(published, ASKED, caller, moment, "d2", ONCE).replayed


def test_an_unsound_key_is_refused(published: Database, caller: Caller, moment: Moment) -> None:
    """A key is a plain text of 1 to 255 characters."""
    for key in ["", "k" * 256, "a\x00", "\ud800"]:
        with pytest.raises(BadFields, match="/Idempotency-Key"):
            decide_once(published, ASKED, caller, moment, "d1", Once(key, "hash"))


def test_a_request_still_running_is_not_done_twice(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """While the first is at work the second is told so, at once; afterwards it is answered."""
    begun, go_on = Event(), Event()

    def slowly(session: Session) -> str:
        begun.set()
        go_on.wait(10)
        return decide(session, ASKED, caller, moment, "d1").text

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(do_once, published, caller, moment, ONCE, slowly)
        begun.wait(10)
        with pytest.raises(RequestStillRunning):
            decide_once(published, ASKED, caller, moment, "d2", ONCE)
        go_on.set()
        text = first.result().text
    assert decide_once(published, ASKED, caller, moment, "d3", ONCE) == Given(text, 201, True)
    assert version(published) == 1


ANOTHER_PROCESS = """
import sys
from datetime import UTC, date, datetime
from model.access import Caller
from model.database import Database
from model.keeping import Once, do_once
from model.moment import Moment
from rules.errors import TollgateError

url, key_id, key, request_hash = sys.argv[1:]
try:
    moment = Moment(datetime.now(UTC), date(2026, 11, 22))
    database = Database(url, patience=0.2)
    do_once(database, Caller(key_id, "x", frozenset()), moment, Once(key, request_hash), print)
except TollgateError as error:
    sys.exit(type(error).__name__)
"""


def test_another_process_does_not_do_it_twice_either(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """A process that knows nothing of the first is held off by the database."""
    arguments = [caller.key_id, ONCE.key, ONCE.request_hash]
    url = published.url.render_as_string(hide_password=False)
    said: list[str] = []

    def meanwhile(session: Session) -> str:
        process = [sys.executable, "-c", ANOTHER_PROCESS, url, *arguments]
        said.append(subprocess.run(process, capture_output=True, text=True, check=False).stderr)
        return decide(session, ASKED, caller, moment, "d1").text

    do_once(published, caller, moment, ONCE, meanwhile)
    assert said == ["DatabaseAway\n" if published.is_sqlite else "RequestStillRunning\n"]
    assert version(published) == 1


def test_many_at_once_under_one_key_decide_once(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Of sixteen with one key, one decides; the others get its words or are told to wait."""

    def ask(number: int) -> Given | None:
        try:
            return decide_once(published, ASKED, caller, moment, f"d{number}", ONCE)
        except RequestStillRunning:
            return None

    with ThreadPoolExecutor(16) as pool:
        given = [each for each in pool.map(ask, range(16)) if each]
    assert version(published) == 1
    assert len({each.text for each in given}) == 1
    assert [each.replayed for each in given].count(False) == 1

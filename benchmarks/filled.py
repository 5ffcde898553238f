"""A database to measure on: tables, the bundled rules, a key, the routing's examples as cases."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from sqlalchemy import func, select, update

from benchmarks.plain_table import PLAIN
from benchmarks.routing_cases import RULES, RoutingCase
from model import json_text, migrating
from model.access import Caller, Role, authenticate, create_key
from model.answers import Answer
from model.cases import Case
from model.database import Database
from model.deciding import DecisionRequest, decide, preview
from model.decisions import DecisionRecord
from model.moment import Moment
from model.publishing import publish
from rules.rule_book import read_files

KEY = "the-key-of-the-benchmarks"
SECRET = "a secret that only the benchmarks know"  # noqa: S105 - it guards nothing
NOON = Moment(datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC).date())
PREVIEWED = "P-"


def request_of(case: RoutingCase, ref: str) -> DecisionRequest:
    """Return the request to decide an example under a reference."""
    return DecisionRequest(
        ref=ref, title=None, by=None, if_version=None, facts=case.raw, as_of=case.as_of
    )


def body_of(case: RoutingCase, ref: str) -> str:
    """Return the same request as JSON."""
    said = {"case": {"ref": ref}, "facts": case.raw, "as_of": case.as_of.isoformat()}
    return json_text.dumps(said)


def fill(database: Database) -> Caller:
    """Make the tables, publish the rules and make a key; return whose it is."""
    migrating.upgrade(database)
    PLAIN.create(database.engine)
    with database.transaction() as session:
        publish(session, read_files(RULES), "the benchmarks", NOON.now)
        create_key(session, "caller", [Role.TICKETING], SECRET.encode(), NOON.now, key=KEY)
        return authenticate(session, KEY, SECRET.encode(), NOON.now)


def prepare(url: str, cases: Sequence[RoutingCase]) -> list[Answer]:
    """Fill a database, decide each example once, and return what a preview of it answers."""
    with closing(Database(url)) as database:
        caller = fill(database)
        answers = []
        for number, case in enumerate(cases):
            request = request_of(case, f"{PREVIEWED}{number}")
            with database.transaction() as session:
                decide(session, request, caller, NOON, f"prepared-{number}")
            with database.reading() as session:
                answers.append(Answer.of(preview(session, request, NOON)))
        with database.transaction() as session:
            # The examples are of one day: on later ones the scheduler would decide some again.
            session.execute(update(Case).values(look_again_on=None, told_under=None))
        return answers


def stored(url: str) -> int:
    """Return how many decisions a database holds."""
    with closing(Database(url)) as database, database.reading() as session:
        return session.scalar(select(func.count()).select_from(DecisionRecord)) or 0

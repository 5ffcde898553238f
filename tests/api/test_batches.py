"""Batches over HTTP: every item its own answer or problem, line by line, none stops another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import text

from api import service as parts
from api.examples_of_batches import BATCHES, LINE
from api.json_body import LARGEST_BODY
from model import json_text
from model.access import Role
from model.case_facts import read_case
from model.database import Database
from rules.errors import DatabaseAway
from tests.api.calling import Calls, body_of, problem_of, refused

AT = "/api/v1/decisions/batch"
Items = list[Any]


def item(ref: str, facts: Mapping[str, object] | None = None, **more: object) -> dict[str, Any]:
    """Return an item of a batch."""
    return {"case": {"ref": ref}, "facts": facts or {}, **more}


def lines_of(calls: Calls, items: Items, **more: Any) -> list[dict[str, Any]]:
    """Send a batch and return its lines; each must be for the item at its place."""
    answer = calls.ask("POST", AT, body={"decisions": items}, **more)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/x-ndjson"
    lines = [json_text.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    read: list[dict[str, Any]] = [line for line in lines if isinstance(line, dict)]
    assert [line["index"] for line in read] == list(range(len(items)))
    return read


def test_every_item_gets_its_own_answer(calls_on_each: Calls) -> None:
    """The line of an item has the very decision that it would get alone, and as it is kept."""
    lines = lines_of(calls_on_each, [item("A", {"in_catalog": True}), item("B")])
    assert [(line["status"], line["decision"]["case"]["ref"]) for line in lines] == [
        (201, "A"),
        (201, "B"),
    ]
    for line in lines:
        assert list(line) == ["index", "status", "decision"]
        read = calls_on_each.get(f"/api/v1/decisions/{line['decision']['id']}")
        assert body_of(read) == line["decision"]


def test_one_bad_item_stops_no_other(calls_on_each: Calls) -> None:
    """Its problem is that of a single request, with pointers that start at the item."""
    items: Items = [
        item("A"),
        item("A", {"viabel": True}),
        {"case": {"ref": "A", "if_version": 7}},
        item("A", decision="rooting"),
        {"case": {"ref": ""}, "surplus": 1},
        [],
        None,
        item("A", {"viable": "yes"}),
        item("A", idempotency_key="a b"),
        item("A", {"viable": True}),
    ]
    lines = lines_of(calls_on_each, items)
    assert [line["status"] for line in lines] == [201, 422, 412, *[422] * 6, 201]
    assert lines[-1]["decision"]["case"] == {"ref": "A", "version": 2}
    pointers = [
        [error["pointer"] for error in line["problem"].get("errors", [])] for line in lines[1:-1]
    ]
    assert pointers == [
        ["/facts/viabel"], [], ["/decision"], ["/case/ref", "/surplus"], [""], [""],
        ["/facts/viable"], ["/idempotency_key"],
    ]  # fmt: skip
    alone = calls_on_each.decide("A", {"viabel": True})
    assert lines[1] == {"index": 1, "status": 422, "problem": body_of(alone)}


def test_what_is_malformed_within_an_item_is_the_items_own(calls: Calls) -> None:
    """A member given twice, nesting without end, half a character: of that item alone."""
    deep = "[" * 40 + "]" * 40
    body = (
        '{"decisions": [{"case": {"ref": "A", "ref": "B"}}, {"case": {"ref": "A"}},'
        f' {{"case": {{"ref": "A"}}, "facts": {{"viable": {deep}}}}},'
        ' {"case": {"ref": "A", "by": "\\ud800"}}]}'
    )
    answer = calls.ask("POST", AT, data=body.encode())
    lines: Items = [json_text.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    assert [line["status"] for line in lines] == [422, 201, 400, 422]
    assert lines[0]["problem"]["errors"][0]["pointer"] == "/case/ref"


def test_a_case_that_comes_twice_is_decided_in_order(calls_on_each: Calls) -> None:
    """The later item finds what the earlier one brought."""
    facts: Items = [{"in_catalog": False}, {"need_or_want": "want"}, {"in_catalog": True}]
    lines = lines_of(calls_on_each, [item("A", each) for each in facts])
    assert [line["decision"]["case"]["version"] for line in lines] == [1, 2, 3]
    assert [line["decision"]["outcome"]["action"] for line in lines] == [
        "analyze-request", "return-to-initiator", "fulfil-from-catalog",
    ]  # fmt: skip


def test_a_thousand_items_are_taken_and_no_more(calls: Calls) -> None:
    """The limit is that of the contract, and a batch without an item asks for nothing."""
    nothing: Items = [{}]
    assert len(lines_of(calls, nothing * 1000)) == 1000
    for items in ([], nothing * 1001):
        refused(calls.ask("POST", AT, body={"decisions": items}), "/decisions")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/decisions"),
        ([], ""),
        ({"decisions": {}}, "/decisions"),
        ({"decisions": None}, "/decisions"),
        ({"decisions": [{"case": {"ref": "A"}}], "case": {}}, "/case"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(calls: Calls, body: object, pointer: str) -> None:
    """A problem document, as for any request; nothing is decided."""
    refused(calls.ask("POST", AT, body=body), pointer)
    problem_of(calls.get("/api/v1/cases/A"), 404, "not-found")


def test_a_batch_that_cannot_be_read_is_refused_as_a_whole(calls: Calls) -> None:
    """Not JSON, a member given twice, too large, another type, a key without the role."""
    problem_of(calls.ask("POST", AT, data=b'{"decisions": [{}, '), 400, "malformed-body")
    twice = b'{"decisions": [], "decisions": [{"case": {"ref": "A"}}]}'
    refused(calls.ask("POST", AT, data=twice), "/decisions")
    large = b'{"decisions": [' + b" " * LARGEST_BODY + b"]}"
    problem_of(calls.ask("POST", AT, data=large), 413, "body-too-large")
    headers = {"Content-Type": "application/x-ndjson"}
    answer = calls.ask("POST", AT, data=b"{}", headers=headers)
    problem_of(answer, 415, "unsupported-media-type")
    answer = calls.as_(Role.AUDITOR).ask("POST", AT, body={"decisions": [item("A")]})
    problem_of(answer, 403, "not-allowed")


def test_keys_belong_to_items(calls_on_each: Calls) -> None:
    """The same item under the same key is done once, in a batch or alone; another is refused."""
    keyed = item("A", {"viable": True}, idempotency_key="k-1")
    first, again = lines_of(calls_on_each, [keyed, keyed])
    assert again == {"index": 1, "status": 201, "replayed": True, "decision": first["decision"]}
    (other,) = lines_of(calls_on_each, [item("B", idempotency_key="k-1")])
    assert other["problem"]["type"] == "/problems/idempotency-key-reused"
    headers = {"Idempotency-Key": "k-1"}
    alone = calls_on_each.decide("A", {"viable": True}, headers=headers)
    assert alone.headers["Idempotency-Replayed"] == "true"
    assert body_of(alone) == first["decision"]
    assert first["decision"]["case"]["version"] == 1


def test_a_key_for_the_whole_batch_is_refused(calls: Calls) -> None:
    """It would stand for answers that may each be another the next time."""
    body = {"decisions": [item("A")]}
    answer = calls.ask("POST", AT, body=body, headers={"Idempotency-Key": "k"})
    assert "each item" in refused(answer, "/Idempotency-Key")["help"]


def test_lines_arrive_while_others_are_still_decided(calls_on_each: Calls) -> None:
    """What was answered is decided and stored; what was not read yet is not tried."""
    body = {"decisions": [item("A"), item("B"), item("C")]}
    answer = calls_on_each.ask("POST", AT, body=body, buffered=False)
    chunks: Any = iter(answer.response)
    first: Any = json_text.loads(next(chunks).decode())
    assert first["decision"]["case"] == {"ref": "A", "version": 1}
    assert calls_on_each.get("/api/v1/cases/A").status_code == 200
    problem_of(calls_on_each.get("/api/v1/cases/B"), 404, "not-found")
    answer.close()
    problem_of(calls_on_each.get("/api/v1/cases/C"), 404, "not-found")


class Failing(Database):
    """A database that is away from a while on; it counts who asked in vain."""

    def __init__(self, real: Database, answers: int, broken: type[Exception]) -> None:
        super().__init__(real.url)
        self.answers = answers
        self.broken = broken
        self.asked_in_vain = 0

    @contextmanager
    def transaction(self, patience: float | None = None) -> Iterator[Any]:
        """Give a transaction as often as there is one."""
        self.answers -= 1
        if self.answers < 0:
            self.asked_in_vain += 1
            if self.broken is DatabaseAway:
                raise DatabaseAway("the database did not answer in time")
            raise self.broken
        with super().transaction(patience) as session:
            yield session


def failing(calls: Calls, answers: int, broken: type[Exception]) -> Failing:
    """Let the service work with a database that fails after some answers."""
    service = calls.service
    database = Failing(service.database, answers, broken)
    replaced = parts.Service(database, service.settings, log=service.log, clock=service.clock)
    parts.install(calls.app, replaced)
    return database


def test_a_database_that_goes_away_midway_keeps_nobody_waiting(calls: Calls) -> None:
    """Two items wait for it in vain; the rest are told at once to come again."""
    calls.decided("warm up")
    database = failing(calls, 3, DatabaseAway)
    lines = lines_of(calls, [item(f"case {n}") for n in range(500)])
    assert [line["status"] for line in lines] == [201] * 3 + [503] * 497
    assert database.asked_in_vain == 2
    assert {line["retry_after"] for line in lines[3:]} == {5}
    assert {line["problem"]["type"] for line in lines[3:]} == {"/problems/database-away"}
    metrics = calls.get("/metrics").get_data(as_text=True)
    assert 'tollgate_unable_total{problem="database-away"} 497.0' in metrics
    database.close()


def test_an_item_that_nobody_foresaw_stops_no_other(calls: Calls) -> None:
    """Its line says that the operator finds it in the log, and no more."""
    calls.decided("warm up")
    database = failing(calls, 1, ZeroDivisionError)
    lines = lines_of(calls, [item("A"), item("B")])
    assert [line["status"] for line in lines] == [201, 500]
    assert "ZeroDivisionError" not in str(lines[1])
    assert "ZeroDivisionError" in calls.log.getvalue()
    database.close()


def test_a_locked_case_costs_its_own_item_only(calls_on_postgresql: Calls) -> None:
    """Others are decided, though one is held by somebody else for longer than one waits."""
    calls = calls_on_postgresql
    calls.decided("held")
    with calls.service.database.transaction() as session:
        session.execute(text("SELECT 1 FROM cases WHERE ref = 'held' FOR UPDATE"))
        began = monotonic()
        lines = lines_of(calls, [item("A"), item("held"), item("B")])
        assert monotonic() - began < 10
    assert [line["status"] for line in lines] == [201, 503, 201]


class Away(Database):
    """A database that never answers."""

    @contextmanager
    def looking(self) -> Iterator[Any]:
        """Find it away."""
        self.ping()
        yield None

    def ping(self) -> None:
        """Give no sign of life."""
        raise DatabaseAway("the database did not answer in time")


def test_what_is_away_from_the_start_is_a_problem_of_the_whole(calls: Calls) -> None:
    """Without a database nobody is known: 503, and no line at all."""
    service = calls.service
    away = Away(service.database.url)
    parts.install(calls.app, parts.Service(away, service.settings, log=service.log))
    answer = calls.ask("POST", AT, body={"decisions": [item("A")]})
    assert answer.headers["Retry-After"] == "5"
    problem_of(answer, 503, "database-away")
    away.close()


def test_a_batch_is_decided_in_the_callers_name(calls: Calls) -> None:
    """Facts are those of the API key, unless an item says whose they are."""
    items = [item("A", {"viable": True}), item("B", {"viable": True})]
    items[1]["case"]["by"] = "Dana"
    lines_of(calls, items)
    with calls.service.database.reading() as session:
        supplied = [read_case(session, ref).facts[0].supplied_by for ref in "AB"]
    assert supplied == ["ticketing", "Dana"]


def test_the_documented_batch_is_taken(calls: Calls) -> None:
    """A reader may copy it: one case is decided, and the other's problem is told."""
    lines = lines_of(calls, BATCHES["two cases"]["decisions"])
    assert [line["status"] for line in lines] == [201, 422]
    assert list(lines[0]) == list(LINE)
    assert lines[0]["decision"]["outcome"] == LINE["decision"]["outcome"]

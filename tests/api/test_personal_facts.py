"""Personal facts over HTTP: shown while they are there, null once they are erased."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from model.access import Role
from model.database import Database
from model.erasing import erase
from model.kept_answers import KeptAnswer
from model.publishing import publish
from model.settings import HOME
from model.subjects import ref_of_service
from rules.rule_book import read_files
from tests.api.calling import Calls, body_of

GIVEN = {
    "origin": "agency",
    "in_catalog": False,
    "need_or_want": "need",
    "existing_service_fits": False,
    "part_addition_fits": False,
    "needed_by": "2026-12-24",
}


@pytest.fixture
def on_personal(calls_on_each: Calls) -> Calls:
    """A ticketing system that asks a service to which the date and the need are personal."""
    files = dict(read_files(HOME / "rules"))
    for name in ("in_catalog", "needed_by"):
        marked = f"  {name}:\n    personal: true\n"
        files["vocabulary.yaml"] = files["vocabulary.yaml"].replace(f"  {name}:\n", marked)
    with database_of(calls_on_each).transaction() as session:
        publish(session, files, "Pat", calls_on_each.service.clock())
    return calls_on_each


def database_of(calls: Calls) -> Database:
    """Return the database that the service decides on."""
    return calls.service.database


def forget(calls: Calls, *facts: str) -> None:
    """Erase facts of the case."""
    with database_of(calls).transaction() as session:
        erase(session, "CRM-1", facts, "Dana", calls.service.moment())


def facts_used(answer: dict[str, Any]) -> dict[str, Any]:
    """Return every fact that a rule on the way used."""
    return {name: value for each in answer["because"] for name, value in each["facts"].items()}


def test_the_vocabulary_says_what_is_personal(on_personal: Calls) -> None:
    """A fact derived from a personal one is personal too."""
    facts = body_of(on_personal.get("/api/v1/vocabulary"))["facts"]
    personal = {fact["name"] for fact in facts if fact["personal"]}
    assert personal == {"in_catalog", "needed_by", "days_until_needed"}


def test_an_answer_is_the_same_wherever_it_is_read(on_personal: Calls) -> None:
    """Given, given again under its key, read, listed and replayed, it has the values."""
    key = {"Idempotency-Key": "one"}
    given = on_personal.decide(facts=GIVEN, headers=key)
    answer = body_of(given)
    assert facts_used(answer)["in_catalog"] is False
    again = on_personal.decide(facts=GIVEN, headers=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    path = f"/api/v1/decisions/{answer['id']}"
    assert again.text == given.text == on_personal.get(path).text
    page = body_of(on_personal.get("/api/v1/decisions?case=CRM-1"))
    assert page["decisions"] == [answer]
    replayed = body_of(on_personal.ask("POST", f"{path}/replay"))
    assert replayed == {"same": True, "id": answer["id"], "recorded": answer, "replayed": answer}


def test_an_erased_value_is_null_and_cannot_be_replayed(on_personal: Calls) -> None:
    """The decision stands, and a replay says plainly that it cannot be compared."""
    answer = on_personal.decided(facts=GIVEN)
    forget(on_personal, "in_catalog")
    path = f"/api/v1/decisions/{answer['id']}"
    after = body_of(on_personal.get(path))
    assert facts_used(after) == {**facts_used(answer), "in_catalog": None}
    assert {**after, "because": None} == {**answer, "because": None}
    replayed = body_of(on_personal.ask("POST", f"{path}/replay"))
    assert replayed == {
        "same": None,
        "id": answer["id"],
        "erased": ["in_catalog"],
        "recorded": after,
        "replayed": None,
    }
    facts = body_of(on_personal.get("/api/v1/cases/CRM-1"))["facts"]
    assert set(facts) == set(GIVEN) - {"in_catalog"}


def test_the_kept_answers_of_a_service_are_erased_and_still_given(on_personal: Calls) -> None:
    """Made and supplied under a key, it is shown again as it was, without the value."""
    manager, at = on_personal.as_(Role.SERVICE_MANAGER), "/api/v1/services"
    new = {"key": "mail", "name": "Mail", "facts": {"needed_by": "2026-12-24", "origin": "agency"}}
    plan = {"location": "https://documents.example/mail.pdf"}
    asked = (("POST", at, new), ("PUT", f"{at}/mail/artifacts/service_strategy", plan))
    for number, (method, path, body) in enumerate(asked):
        key = {"Idempotency-Key": str(number)}
        given = body_of(manager.ask(method, path, body=body, headers=key))
        assert given["facts"]["needed_by"]["value"] == "2026-12-24"
    with database_of(on_personal).transaction() as session:
        moment = on_personal.service.moment()
        erase(session, ref_of_service("mail"), ["needed_by"], "Dana", moment)
        assert "2026-12-24" not in str(session.scalars(select(KeptAnswer.body)).all())
    for number, (method, path, body) in enumerate(asked):
        again = manager.ask(method, path, body=body, headers={"Idempotency-Key": str(number)})
        assert again.headers["Idempotency-Replayed"] == "true"
        facts = body_of(again)["facts"]
        assert (facts["needed_by"]["value"], facts["origin"]["value"]) == (None, "agency")

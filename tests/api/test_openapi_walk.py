"""Requests made from the OpenAPI document, sound and unsound, by schemathesis."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
)

import api
from model.access import Role
from model.database import Database
from model.settings import HOME, Settings
from tests.api.calling import SECRET, Calls, key_of
from tests.api.service_calls import owner

AUTHORIZED = {"Authorization": f"Bearer {key_of(Role.ADMIN)}"}
NOT_FOR_US = [
    # Which facts there are is the vocabulary's to say: the document cannot promise that any
    # object of facts is taken.
    positive_data_acceptance,
    # Without If-Match the answer is 428, which this check does not know.
    missing_required_header,
    # A ref may end in `/facts`, so what is there for PATCH can be there for GET: another case.
    allow_header_conformance,
]


def _document() -> dict[str, Any]:
    app = Flask("document", static_folder=None)
    nowhere = "sqlite:////nowhere/at/all.db"
    api.register(app, Settings(nowhere, SECRET, HOME / "rules"), Database(nowhere))
    document: dict[str, Any] = json.loads(app.extensions["tollgate-openapi"])
    return document


walk = schemathesis.openapi.from_dict(_document())


@pytest.fixture
def served(calls: Calls) -> Calls:
    """The service with a case and a service in it, which the walk is led through."""
    calls.decided("CRM-1042", {"in_catalog": False})
    service = owner(calls)
    service.make()
    service.supply("service_strategy")
    service.held(1)
    return calls


@walk.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_every_request_gets_an_answer_that_the_document_describes(case: Any, served: Calls) -> None:
    """No request leads to a 5xx or to an answer that is not as the document says."""
    case.operation.schema.app = case.operation.app = served.app
    excluded = NOT_FOR_US
    if case.operation.path.endswith("/batch"):
        # What is wrong with one item is said in its own line.
        excluded = [*NOT_FOR_US, negative_data_rejection]
    case.call_and_validate(headers=AUTHORIZED, excluded_checks=excluded)

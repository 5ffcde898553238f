"""Everything that is under the API's addresses, put into an application."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api  # type: ignore[import-untyped]

from api import around_requests, problems, service, url_parts
from api.agreements import agreements
from api.artifacts import artifacts
from api.audit import audit
from api.authentication import TOKEN, undeclared
from api.batches import batches
from api.calendars import calendars
from api.case_history import case_history
from api.case_life import case_life
from api.cases import cases
from api.catalogue import catalogue
from api.catalogue_gaps import catalogue_gaps
from api.continuity import continuity
from api.costs import costs
from api.customers import customers
from api.decisions import decisions
from api.deliveries import deliveries
from api.documentation import documentation, publish_document, register_page
from api.forums import forums
from api.improvements import improvements
from api.json_body import LARGEST_BODY
from api.keys import keys
from api.maintenance import maintenance
from api.measurements import measurements
from api.operations import operations
from api.other_systems import other_systems
from api.packages import packages
from api.policies import policies
from api.portfolios import portfolios
from api.reviews import reviews
from api.roster import roster
from api.satisfaction import satisfaction
from api.service import Service
from api.services import services
from api.subscriptions import subscriptions
from api.timelines import timelines
from api.timers import timers
from api.tollgates import tollgates
from api.vendor_products import vendor_products
from api.vocabulary import vocabulary

NOUNS = (
    decisions,
    batches,
    cases,
    case_life,
    case_history,
    timers,
    calendars,
    services,
    artifacts,
    tollgates,
    forums,
    timelines,
    customers,
    maintenance,
    continuity,
    vendor_products,
    other_systems,
    satisfaction,
    policies,
    vocabulary,
    catalogue,
    catalogue_gaps,
    packages,
    portfolios,
    costs,
    roster,
    agreements,
    measurements,
    reviews,
    improvements,
    keys,
    audit,
    subscriptions,
    deliveries,
    operations,
    documentation,
)
VERSION = "1"
_DESCRIPTION = """\
Who does what next with a case, and why? Send what is known of a case; the answer says who is to
do what next, cites the clause that each step rests on, and asks only for what can still change it.

Every error is a problem document (RFC 9457); its `type` is stable and explained at that address.
Bodies are read strictly: a member that is unknown, of another type or given twice is refused.
"""


class _Document(Api):  # type: ignore[misc]  # the library has no types
    """The library's part that writes the document; errors are answered by `api/problems.py`."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        pass

    def _register_responses(self) -> None:
        pass


def register(app: Flask, parts: Service) -> None:
    """Let `app` serve the API with these parts."""
    service.install(app, parts)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    url_parts.register(app)
    problems.register(app)
    around_requests.register(app, parts.settings.rate_limit)
    api = _document(app)
    for noun in NOUNS:
        noun.register(api)
    publish_document(app, api)
    register_page(app)
    if missing := undeclared(app):
        raise RuntimeError(f"nothing says who may use {', '.join(missing)}")


def _document(app: Flask) -> Api:
    ways: dict[str, Any] = {
        "key": {"type": "http", "scheme": "bearer", "description": "an API key"},
        "browser": {"type": "http", "scheme": "basic", "description": "the key as the password"},
        "address": {
            "type": "apiKey",
            "in": "query",
            "name": TOKEN,
            "description": "a token that stands for the key, in the address itself",
        },
    }
    app.config.update(API_TITLE="Tollgate", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    api = _Document(app, spec_kwargs={"info": {"description": _DESCRIPTION}})
    for name, way in ways.items():
        api.spec.components.security_scheme(name, way)
    url_parts.describe(api)
    return api

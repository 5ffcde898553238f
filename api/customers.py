"""Customers over HTTP: who uses a service, and who was transitioned out of it."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_notices as examples
from api.asking import current_caller
from api.customer_schemas import CustomerPageSchema, CustomerSchema, NewCustomerSchema
from api.decisions import READERS
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.services import WRITERS
from api.strict_schema import load
from model import json_text
from model.customers import (
    Contact,
    CustomerView,
    customers_after,
    end_customer,
    put_customer,
    view_of,
)
from model.database import Session
from model.moment import rfc3339
from model.sight import find_seen, sees_costs
from rules.errors import Refused, UnknownRecord

customers = Noun("customers", "Who uses a service, and is told what becomes of it")


@customers.route(
    "GET",
    "/api/v1/services/<key:key>/customers",
    access=READERS,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, CustomerPageSchema, examples.CUSTOMER_PAGE),
    fails=(UnknownRecord,),
)
def list_customers(key: str) -> Response:
    """List who uses a service, those who were transitioned out too, and how many are there.

    Their addresses are shown to service managers and auditors alone.
    """
    service, query = current_service(), read_query(request, PageQuerySchema)
    today = service.moment().today
    with service.database.reading() as session:
        find_seen(session, key, current_caller())
        page = customers_after(session, key, query.get("after"), query["limit"], today)
    body = {
        "there": page.there,
        "customers": [_shown(each) for each in page.customers],
        "next": page.next,
    }
    return ok(json_text.dumps(body))


@customers.route(
    "PUT",
    "/api/v1/services/<key:key>/customers/<ref:customer>",
    access=WRITERS,
    takes=Takes(NewCustomerSchema, examples.NEW_CUSTOMERS),
    answers=Answers(200, CustomerSchema, examples.CUSTOMER),
    fails=(UnknownRecord, Refused),
)
def write_customer(key: str, customer: str) -> Response:
    """Say that somebody uses a service, and how they are reached.

    They are told by letter when it goes into operation, when it is to end and when it has ended,
    and of its maintenance.
    """
    service, new = current_service(), load(NewCustomerSchema, read_json(request))
    contact = Contact(new["role"], new["email"], new["agency"])
    by, moment = new.get("by") or current_caller().name, service.moment()

    def work(session: Session) -> CustomerView:
        written = put_customer(session, key, customer, contact, by, moment.now)
        return view_of(session, written, moment.today)

    return ok(json_text.dumps(_shown(service.database.write(work))))


@customers.route(
    "DELETE",
    "/api/v1/services/<key:key>/customers/<ref:customer>",
    access=WRITERS,
    answers=Answers(200, CustomerSchema, examples.CUSTOMER),
    fails=(UnknownRecord,),
)
def delete_customer(key: str, customer: str) -> Response:
    """Say that a customer was transitioned out; that they used the service stays to be read."""
    service, by = current_service(), current_caller().name
    moment = service.moment()

    def work(session: Session) -> CustomerView:
        ended = end_customer(session, key, customer, by, moment.now)
        return view_of(session, ended, moment.today)

    return ok(json_text.dumps(_shown(service.database.write(work))))


def _shown(view: CustomerView) -> dict[str, object]:
    customer = view.customer
    shown: dict[str, object] = {
        "name": customer.name,
        "role": customer.role,
        "has_email": customer.email is not None,
        "agency": customer.agency,
        "since": rfc3339(customer.since),
        "changed_by": customer.changed_by,
        "until": rfc3339(customer.until) if customer.until else None,
        "ended_by": customer.ended_by,
        "reached": view.reached,
    }
    if sees_costs(current_caller()):
        shown["email"] = customer.email
    return shown

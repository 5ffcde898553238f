"""Customers over HTTP: who uses a service, and who was transitioned out of it."""

from __future__ import annotations

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import Owner, owner


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager with a service in the catalogue."""
    made = owner(calls)
    made.bring_to(4)
    return made


def test_a_customer_is_written_read_and_transitioned_out(of: Owner) -> None:
    """Who uses a service, and who did, is there to be read."""
    at = f"{of.path}/customers"
    body = {"email": "a@tax.example", "by": "Kim"}
    made = body_of(of.calls.ask("PUT", f"{at}/Tax%2FDuties", body=body))
    assert (made["name"], made["changed_by"], made["reached"]) == ("Tax/Duties", "Kim", 1)
    assert body_of(of.calls.get(at)) == {"there": 1, "customers": [made], "next": None}
    gone = body_of(of.calls.ask("DELETE", f"{at}/Tax%2FDuties"))
    assert gone == {**made, "until": "2026-11-22T12:00:00.000Z", "ended_by": "service-manager"}
    assert body_of(of.calls.get(at)) == {"there": 0, "customers": [gone], "next": None}
    problem_of(of.calls.ask("DELETE", f"{at}/Tax%2FDuties"), 404, "not-found")


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.SERVICE_MANAGER, True),
        (Role.AUDITOR, True),
        (Role.ADMIN, True),
        (Role.TICKETING, False),
        (Role.POLICY_OWNER, False),
    ],
)
def test_few_see_the_addresses_of_customers(
    of: Owner, calls: Calls, role: Role, sees: bool
) -> None:
    """The others see that there is one, be it of somebody who has left."""
    for name, body in (("Tax", {"email": "a@tax.example"}), ("Duties", {"role": "Customer"})):
        assert of.calls.ask("PUT", f"{of.path}/customers/{name}", body=body).status_code == 200
    of.calls.ask("DELETE", f"{of.path}/customers/Tax")
    answer = calls.as_(role).get(f"{of.path}/customers")
    tax, duties = body_of(answer)["customers"]
    assert (tax["has_email"], duties["has_email"]) == (True, False)
    assert ("email" in tax, "a@tax.example" in answer.text) == (sees, sees)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        *(
            ({"email": email}, "/email")
            for email in (
                "nobody",
                "a@b",
                "a@x..example",
                "a@.example",
                "a@x.example.",
                "a@x.example,b",
                "Ann<a@x.example>",
            )
        ),
        ({"role": ""}, "/role"),
        ({"agency": 1}, "/agency"),
        ({"mail": "a@b"}, "/mail"),
    ],
)
def test_what_is_no_contact_is_refused(of: Owner, body: object, pointer: str) -> None:
    """The problem names the member."""
    refused(of.calls.ask("PUT", f"{of.path}/customers/Tax", body=body), pointer)


def test_a_limit_below_nothing_is_told_what_one_has_to_be(of: Owner) -> None:
    """It is a number, and out of its bounds as 0 is."""
    for limit in ("-1", "0", "201"):
        said = refused(of.calls.get(f"{of.path}/customers?limit={limit}"), "/limit")
        assert said["detail"] == "must be between 1 and 200"

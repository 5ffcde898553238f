"""The catalogue over HTTP: a service is in it once its gates say so, and found by its words."""

from __future__ import annotations

from typing import Any

import pytest

from api.catalogue_examples import NEW_PARTS
from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import Owner, owner

AT = "/api/v1/catalogue"


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager whose service is about to be ready for operation."""
    made = owner(calls)
    made.bring_to(4)
    return made


def keys(calls: Calls, query: str = "") -> list[str]:
    """Return the keys of the entries that a ticketing system sees."""
    return [entry["key"] for entry in body_of(calls.get(f"{AT}{query}"))["entries"]]


def search(calls: Calls, words: str) -> list[dict[str, Any]]:
    """Return what is found."""
    found: list[dict[str, Any]] = body_of(calls.get(f"{AT}/search?q={words}"))["found"]
    return found


def part(of: Owner, key: str, body: object) -> Any:
    """Write a part."""
    return of.calls.ask("PUT", f"{of.path}/parts/{key}", body=body)


def test_a_service_enters_the_catalogue_with_its_gates(calls: Calls) -> None:
    """As an idea it is not there; once it is being built it is, as being prepared."""
    made = owner(calls)
    made.make()
    assert keys(calls) == []
    assert search(calls, "signature") == []
    assert body_of(made.calls.get(f"{made.path}/entry"))["standing"] is None
    other = owner(calls, "e-archive")
    other.bring_to(4)
    assert keys(calls) == ["e-archive"]
    assert [each["service"] for each in search(calls, "signatur")] == ["e-archive"]


def test_a_part_is_written_and_found(of: Owner, calls: Calls) -> None:
    """As the documented example; with slips of the pen."""
    answer = part(of, "qualified", NEW_PARTS["a part that is live"])
    assert answer.status_code == 200
    assert body_of(answer)["changed_by"] == "service-manager"
    first = search(calls, "qualifed+signatur")[0]
    assert (first["service"], first["part"]) == ("e-signature", "qualified")
    assert first["because"] == ["qualified", "signature"]
    (entry,) = body_of(calls.get(AT))["entries"]
    assert [each["key"] for each in entry["parts"]] == ["qualified"]


def test_what_a_case_is_called_can_be_searched_for(of: Owner, calls: Calls) -> None:
    """Who is asked whether an existing service fits is shown the likeliest."""
    calls.decided("CRM-1", {"in_catalog": False}, case={"title": "E-signature, please"})
    found = body_of(calls.get(f"{AT}/search?case=CRM-1"))
    assert found["asked"] == "E-signature, please"
    assert found["found"][0]["service"] == "e-signature"
    calls.decided("CRM-2", {"in_catalog": False})
    problem_of(calls.get(f"{AT}/search?case=CRM-2"), 422, "invalid-fields")
    problem_of(calls.get(f"{AT}/search?case=CRM-3"), 404, "not-found")
    problem_of(calls.get(f"{AT}/search"), 422, "invalid-fields")
    refused(calls.get(f"{AT}/search?q=signature&case=CRM-1"), "/case")


def test_a_decision_that_asks_what_fits_names_the_way_to_the_likeliest(
    of: Owner, calls: Calls
) -> None:
    """In a header, beside those that it names itself. One that does not ask names none."""
    need = {"in_catalog": False, "need_or_want": "need"}
    asks = calls.decide("CRM/ö?&1", need, case={"title": "E-signature, please"})
    way = asks.headers["Link"]
    assert way == '</api/v1/catalogue/search?case=CRM%2F%C3%B6%3F%261>; rel="related"'
    found = body_of(calls.get(way[1 : way.index(">")]))["found"]
    assert (found[0]["service"], found[0]["because"]) == ("e-signature", ["e", "signature"])
    again = calls.get(asks.headers["Location"])
    assert again.headers["Link"] == way
    assert [each for need in body_of(again)["needs"] for each in need.get("likely", [])] == []
    words = {**need, "fitting_service": '"fact": "existing_service_fits"'}
    fits = calls.decide("CRM-2", {**words, "existing_service_fits": True})
    assert "Link" not in fits.headers
    assert "Link" not in of.hold(4).headers


def test_a_decision_that_asks_what_fits_names_the_likeliest(calls_on_each: Calls) -> None:
    """Alike under the same key, in a preview and in a batch; its record and replay know nothing."""
    made = owner(calls_on_each, "e-seal")
    made.bring_to(4)
    need = {"in_catalog": False, "need_or_want": "need"}
    case, headers = {"ref": "CRM-1", "title": "Electronic signatur"}, {"Idempotency-Key": "1"}
    first = calls_on_each.decide(facts=need, case=case, headers=headers)
    for asked in body_of(first)["needs"]:
        (likely,) = asked["likely"]
        assert likely.pop("score") > 0
        assert likely == {
            "service": "e-seal", "part": None, "package": None, "name": "E-signature",
            "because": ["signature"],
        }  # fmt: skip
    again = calls_on_each.decide(facts=need, case=case, headers=headers)
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    request = {"case": case, "facts": need}
    preview = calls_on_each.ask("POST", "/api/v1/decisions/preview", body=request)
    batch = calls_on_each.ask("POST", "/api/v1/decisions/batch", body={"decisions": [request]})
    for needs in (body_of(preview)["needs"], body_of(batch)["decision"]["needs"]):
        assert needs == body_of(first)["needs"]
    where = first.headers["Location"]
    assert body_of(calls_on_each.ask("POST", f"{where}/replay"))["same"] is True


def test_a_package_is_found(of: Owner, calls: Calls) -> None:
    """Once all its services are in the catalogue; and no more when it is taken out."""
    body = {"name": "Office bundle", "services": ["e-signature"]}
    of.calls.ask("PUT", "/api/v1/packages/office", body=body)
    (first,) = search(calls, "bundel")
    assert (first["service"], first["part"], first["package"]) == (None, None, "office")
    idea = owner(calls, "idea")
    idea.make()
    body["services"].append("idea")  # type: ignore[attr-defined]
    of.calls.ask("PUT", "/api/v1/packages/office", body=body)
    assert search(calls, "bundle") == []
    of.calls.ask("PUT", "/api/v1/packages/office", body={**body, "services": ["e-signature"]})
    assert [each["package"] for each in search(calls, "office+bundle")] == ["office"]
    assert of.calls.ask("DELETE", "/api/v1/packages/office").status_code < 300
    assert search(calls, "bundle") == []


def test_dependencies_are_written_and_a_circle_is_refused(of: Owner, calls: Calls) -> None:
    """With the way round in the answer."""
    other = owner(calls, "identity")
    other.make()
    path = f"{of.path}/dependencies"
    answer = of.calls.ask("PUT", path, body={"rests_on": ["identity"]})
    assert body_of(answer)["rests_on"] == ["identity"]
    back = {"rests_on": ["e-signature"]}
    problem = problem_of(
        other.calls.ask("PUT", f"{other.path}/dependencies", body=back), 409, "dependency-cycle"
    )
    assert "identity → e-signature → identity" in problem["detail"]
    problem = problem_of(of.calls.ask("PUT", path, body={"rests_on": ["x"]}), 422, "invalid-fields")
    assert problem["errors"][0]["pointer"] == "/rests_on/0"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/name"), ({"name": "A", "standing": "gone"}, "/standing"), ({"nam": "A"}, "/nam")],
)
def test_a_part_that_says_something_else_is_refused(
    of: Owner, body: dict[str, object], pointer: str
) -> None:
    """At its place."""
    problem = problem_of(part(of, "p", body), 422, "invalid-fields")
    assert pointer in [each["pointer"] for each in problem["errors"]]


def test_who_may_only_read_writes_nothing(of: Owner, calls: Calls) -> None:
    """The catalogue is read by many and written by few."""
    for role in (Role.TICKETING, Role.AUDITOR, Role.POLICY_OWNER):
        answer = calls.as_(role).ask("PUT", f"{of.path}/parts/p", body={"name": "P"})
        problem_of(answer, 403, "not-allowed")
        assert calls.as_(role).get(AT).status_code == 200


def test_a_target_group_sees_what_is_for_it(calls: Calls) -> None:
    """In the catalogue, in its search and among packages; what names nobody is for everybody."""
    of = owner(calls)
    of.bring_to(4)
    assert body_of(of.patch({"audiences": ["agencies"]}))["audiences"] == ["agencies"]
    package = {"name": "Signing", "services": [of.key], "audiences": ["schools", "schools"]}
    made = body_of(of.calls.ask("PUT", "/api/v1/packages/signing", body=package))
    assert made["audiences"] == ["schools"]
    for group, services, packages in (("agencies", [of.key], []), ("schools", [], ["signing"])):
        entries = body_of(calls.get(f"/api/v1/catalogue?audience={group}"))["entries"]
        assert [each["key"] for each in entries] == services
        listed = body_of(calls.get(f"/api/v1/packages?audience={group}"))["packages"]
        assert [each["key"] for each in listed] == packages
        found = body_of(calls.get(f"/api/v1/catalogue/search?q=sign&audience={group}"))["found"]
        assert [each["service"] or each["package"] for each in found] == [*services, *packages]
    of.patch({"audiences": None})
    (entry,) = body_of(calls.get("/api/v1/catalogue?audience=anybody"))["entries"]
    assert entry["audiences"] == []

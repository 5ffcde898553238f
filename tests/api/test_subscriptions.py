"""Subscriptions over HTTP: what an administrator does, and what nobody else may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused

NOBODY = "00000000-0000-0000-0000-000000000000"
PATH = "/api/v1/subscriptions"
NEW: dict[str, Any] = {
    "name": "desk",
    "url": "https://desk.example.org/hooks",
    "types": ["decision.made", "case.rerouted"],
}


@pytest.fixture
def admin(calls_on_each: Calls) -> Calls:
    """An administrator, once on each kind of database."""
    return calls_on_each.as_(Role.ADMIN)


def make(admin: Calls, **more: object) -> dict[str, Any]:
    """Make a subscription and return what is answered."""
    answer = admin.ask("POST", PATH, body={**NEW, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = body_of(answer)
    return made


def shown(admin: Calls, id: str) -> dict[str, Any]:
    """Return what is shown of one."""
    found: dict[str, Any] = body_of(admin.get(f"{PATH}/{id}"))
    return found


def test_a_secret_is_shown_once(admin: Calls) -> None:
    """In the answer that makes it, which may not be cached; then nowhere any more."""
    made = make(admin)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert shown(admin, made["id"]) == made
    for path in (PATH, f"{PATH}/{made['id']}", "/api/v1/audit"):
        assert secret not in admin.get(path).text
    assert secret not in admin.log.getvalue()


def test_a_subscription_is_made_changed_and_removed(admin: Calls) -> None:
    """What is left out stays as it is; what was removed is not there any more."""
    id = make(admin)["id"]
    changed = admin.ask("PATCH", f"{PATH}/{id}", body={"enabled": False, "name": "old desk"})
    assert changed.status_code == 200
    now = body_of(changed)
    assert (now["enabled"], now["name"], now["url"]) == (False, "old desk", NEW["url"])
    assert now["disabled_at"] == "2026-11-22T12:00:00.000Z"
    assert body_of(admin.ask("PATCH", f"{PATH}/{id}", body={"enabled": True}))["enabled"]
    assert admin.ask("DELETE", f"{PATH}/{id}").status_code == 200
    problem_of(admin.get(f"{PATH}/{id}"), 404, "not-found")
    assert body_of(admin.get(PATH)) == {"subscriptions": [], "next": None}
    acts = [act["act"] for act in body_of(admin.get("/api/v1/audit"))["acts"]]
    assert acts[::-1] == [
        "subscription-created",
        "subscription-changed",
        "subscription-changed",
        "subscription-removed",
    ]


def test_a_rotated_secret_is_shown_once_too(admin: Calls) -> None:
    """By default the old one signs for a day."""
    made = make(admin)
    answer = admin.ask("POST", f"{PATH}/{made['id']}/rotate", body={})
    assert answer.status_code == 201
    rotated = body_of(answer)
    assert rotated["secret"] != made["secret"]
    assert rotated["rotated_until"] == "2026-11-23T12:00:00.000Z"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", ""),
        ("name", None),
        ("url", "ftp://example.org"),
        ("url", "http://10.0.0.1/hooks"),
        ("url", "http://localhost:8000"),
        ("url", 7),
        ("types", []),
        ("types", ["decision.mad"]),
        ("types", ["decision.made", "decision.made"]),
        ("types", "decision.made"),
        ("types", [["decision.made"]]),
        ("secret", "whsec_mine"),
    ],
)
def test_what_cannot_be_subscribed_is_refused_by_its_member(
    calls: Calls, member: str, value: object
) -> None:
    """Made or changed; nothing is stored."""
    admin = calls.as_(Role.ADMIN)
    refused(admin.ask("POST", PATH, body={**NEW, member: value}), f"/{member}")
    assert body_of(admin.get(PATH))["subscriptions"] == []
    id = make(admin)["id"]
    refused(admin.ask("PATCH", f"{PATH}/{id}", body={member: value}), f"/{member}")


def test_a_host_that_the_operator_named_is_taken(serve: Callable[..., Calls], url: str) -> None:
    """The one in the private network that may be told."""
    admin = serve(url, private_hosts=frozenset({"10.0.0.1"})).as_(Role.ADMIN)
    make(admin, url="http://10.0.0.1/hooks")
    refused(admin.ask("POST", PATH, body={**NEW, "url": "http://10.0.0.2/"}), "/url")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_have_others_told(calls: Calls, role: Role) -> None:
    """Whoever could subscribe could read what happens to every case."""
    other = calls.as_(role)
    problem_of(other.get(PATH), 403, "not-allowed")
    problem_of(other.ask("POST", PATH, body=NEW), 403, "not-allowed")
    problem_of(other.get("/api/v1/deliveries"), 403, "not-allowed")


@pytest.mark.parametrize(
    ("method", "end", "body"),
    [("GET", "", None), ("PATCH", "", {}), ("DELETE", "", None), ("POST", "/rotate", {})],
)
def test_an_unknown_subscription_is_404(calls: Calls, method: str, end: str, body: object) -> None:
    """Whatever is to be done to it."""
    answer = calls.as_(Role.ADMIN).ask(method, f"{PATH}/{NOBODY}{end}", body=body)
    problem_of(answer, 404, "not-found")


def test_subscriptions_come_in_pages(admin: Calls) -> None:
    """However many there are, an answer has at most as many as were asked for."""
    for number in range(3):
        make(admin, name=f"desk {number}")
        admin.clock.advance(seconds=1)
    first = body_of(admin.get(f"{PATH}?limit=2"))
    second = body_of(admin.get(f"{PATH}?limit=2&after={first['next']}"))
    names = [each["name"] for page in (first, second) for each in page["subscriptions"]]
    assert names == ["desk 0", "desk 1", "desk 2"]
    refused(admin.get(f"{PATH}?after=x"), "/after")

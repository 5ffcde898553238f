"""Every route that is read, in every role, of a service in the catalogue and of one that is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of
from tests.api.sight_world import ADDRESS, AMOUNT, Told
from tests.api.test_authentication import WHO_MAY

DAYS = "from=2026-01-01&to=2026-12-31"
QUERIES: dict[str, Sequence[str]] = {
    "/api/v1/agreements/<id:agreement_id>/performance": (DAYS,),
    "/api/v1/agreements/performance": (DAYS,),
    "/api/v1/services/<key:key>/satisfaction": (DAYS,),
    "/api/v1/services": ("", "case={case}"),
    "/api/v1/catalogue/search": ("q={word}", "case={case}"),
    "/api/v1/catalogue/gaps": (DAYS,),
    "/api/v1/decisions": ("case={case}",),
    "/api/v1/timers": ("case={case}",),
    "/api/v1/forums": ("", "gate=1"),
    "/api/v1/roster/holders": ("role=Owner",),
}
NAMED_BY_QUERY = {
    "/api/v1/agreements": ("service={key}",),
    "/api/v1/agreements/performance": (DAYS + "&service={key}",),
    "/api/v1/improvements": ("service={key}", "agreement={agreement}"),
    "/api/v1/decisions": ("case=service%1F{key}",),
    "/api/v1/timers": ("case=service%1F{key}",),
    "/api/v1/catalogue/search": ("case=service%1F{key}",),
}
"""Beneath these, too, a thing is not there for whoever does not see its service."""
NAMED_BY_PATH = ("<key:key>", "<key:package>", "agreement_id", "improvement_id", "timer_id",
                 "decision_id")  # fmt: skip
NOTHING_OF_SERVICES = re.compile("/docs|/api/v1/(keys|subscriptions|deliveries|calendars|audit)")
RULES = sorted(
    rule for method, rule in WHO_MAY if method == "GET" and not NOTHING_OF_SERVICES.match(rule)
)
PLACES = {
    "<key:key>": "{key}",
    "<key:package>": "{package}",
    "<key:portfolio>": "{portfolio}",
    "<key:forum>": "board",
    "<id:agreement_id>": "{agreement}",
    "<id:improvement_id>": "{improvement}",
    "<id:timer_id>": "{timer}",
    "<id:decision_id>": "{decision}",
    "<id:review_id>": "{improvement}",
    "<ref:ref>": "{case}",
    "<name:artifact>": "service_strategy",
    "<name:name>": "intake",
    "<name:code>": "not-found",
}
BOARD = {"name": "The board", "purpose": "Justifies services", "gates": [1]}


@pytest.fixture
def world(calls_on_each: Calls) -> tuple[Calls, Told, Told]:
    """A service that the catalogue shows, one that it does not, and who made them."""
    admin = calls_on_each.as_(Role.ADMIN)
    assert admin.ask("PUT", "/api/v1/forums/board", body=BOARD).status_code == 200
    shown, hidden = Told("turquoise", "birds", 4), Told("zebrafish", "insects", 3)
    for each in (shown, hidden):
        each.make(admin)
    for path, body in (
        (f"/api/v1/services/{shown.key}/dependencies", {"rests_on": [hidden.key]}),
        (
            "/api/v1/packages/mixed",
            {"name": f"Mixed for {shown.word}", "services": [shown.key, hidden.key]},
        ),
    ):
        assert admin.ask("PUT", path, body=body).status_code == 200
    hidden.names["a package that holds it"] = "mixed"
    return admin, shown, hidden


def asked(rule: str, told: Told) -> Iterator[tuple[str, bool]]:
    """Yield the addresses of a route for a service, and whether each names what is its alone."""
    path = rule
    for place, name in PLACES.items():
        path = path.replace(place, name)
    names = {"key": told.key, "case": told.case, "word": told.word, **told.names}
    its_own = any(place in rule for place in NAMED_BY_PATH)
    for query in QUERIES.get(rule, ("",)):
        yield f"{path}?{query}".rstrip("?").format(**names), its_own
    for query in NAMED_BY_QUERY.get(rule, ()):
        yield f"{path}?{query}".format(**names), True


def status(role: Role, told: Told, path: str, its_own: bool) -> int:
    """Return what an address answers: a service is no case, and its decisions are for few."""
    if "service%1F" in path:
        return 422
    if role is not Role.TICKETING or not its_own:
        return 200
    return 404 if told.gate < 4 or "/decisions/" in path else 200


@pytest.mark.parametrize("role", Role, ids=str)
def test_no_route_shows_anybody_what_is_not_theirs_to_see(
    world: tuple[Calls, Told, Told], role: Role
) -> None:
    """What is hidden is in no answer, and its own addresses are 404; costs are told to few."""
    admin, shown, hidden = world
    calls, secrets = admin.as_(role), set[str]()
    if role in (Role.TICKETING, Role.POLICY_OWNER):
        secrets |= {str(AMOUNT), ADDRESS}
    if role is Role.TICKETING:
        secrets |= hidden.secrets
    wrong: list[tuple[object, ...]] = []
    for rule in (rule for rule in RULES if role in WHO_MAY["GET", rule]):
        for told, (path, its_own) in (
            (t, each) for t in (shown, hidden) for each in asked(rule, t)
        ):
            answer, wanted = calls.get(path), status(role, told, path, its_own)
            if answer.status_code != wanted:
                wrong.append((path, answer.status_code, wanted))
            elif wanted == 200:
                wrong += [(path, each) for each in secrets if each in answer.text.lower()]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("beneath", ["", "/history", "/satisfaction"])
def test_a_service_is_not_read_as_a_case(world: tuple[Calls, Told, Told], beneath: str) -> None:
    """Whatever the record calls it within: no ref of a case leads there."""
    admin, shown, hidden = world
    for told in (shown, hidden):
        for role in (Role.TICKETING, Role.AUDITOR):
            answer = admin.as_(role).get(f"/api/v1/cases/service%1F{told.key}{beneath}")
            assert answer.status_code in (404, 422)


def test_the_walk_would_find_what_is_shown(world: tuple[Calls, Told, Told]) -> None:
    """Whoever sees everything does read each secret somewhere, the costs and addresses too."""
    admin, shown, hidden = world
    texts = [
        admin.get(path).text.lower()
        for rule in RULES
        for told in (shown, hidden)
        for path, _ in asked(rule, told)
    ]
    for secret in {*hidden.secrets, *shown.secrets, str(AMOUNT), ADDRESS}:
        assert any(secret in text for text in texts), secret


def test_a_decision_names_what_is_likeliest_of_what_is_seen(
    world: tuple[Calls, Told, Told],
) -> None:
    """By the case's title both would fit; also in a batch, and where nothing is stored."""
    admin, shown, hidden = world
    facts = {"in_catalog": False, "need_or_want": "need"}
    for role in (Role.TICKETING, Role.ADMIN):
        for told, named in ((shown, True), (hidden, False)):
            case = {"ref": f"{told.case}-2", "title": f"Something for {told.word}"}
            body = {"case": case, "facts": facts}
            for way, sent in (("/preview", body), ("", body), ("/batch", {"decisions": [body]})):
                answer = admin.as_(role).ask("POST", f"/api/v1/decisions{way}", body=sent)
                assert answer.status_code < 300, answer.text
                assert (told.key in answer.text) is named
                assert not any(each in answer.text for each in hidden.secrets)
    assert body_of(admin.get(f"/api/v1/cases/{hidden.case}-2"))["title"]

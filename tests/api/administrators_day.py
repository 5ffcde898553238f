"""A day of an administrator who does everything there is to do over HTTP, each thing once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api import (
    agreement_examples,
    calendar_examples,
    examples_of_continuity,
    examples_of_forums,
    examples_of_notices,
    examples_of_other_systems,
    examples_of_portfolios,
    examples_of_vendor_products,
    improvement_examples,
    review_examples,
    roster_examples,
    satisfaction_examples,
    subscription_examples,
    timer_examples,
)
from tests.api.calling import Calls, body_of

SERVICE = "/api/v1/services/e-signature"
WHERE = "https://documents.example/one.pdf"
WORD = "Nothing-that-an-act-may-say"
"""What stands in bodies of these requests: facts, words and names."""

Done = tuple[str, str, dict[str, Any]]
"""The method, the path and the answer of something that was done."""


class Day:
    """Does one thing after the other, and refuses to go on when one does not go well."""

    def __init__(self, admin: Calls) -> None:
        self._admin = admin

    def does(self, method: str, path: str, body: object = None) -> Done:
        """Send a request that must succeed."""
        headers = {"If-Match": "*"} if method in ("PATCH", "PUT") or "/cases/" in path else {}
        headers |= {"If-Match": "*"} if path.endswith("/holidays") or "/reviews/" in path else {}
        answer = self._admin.ask(method, path, body=body, headers=headers)
        assert answer.status_code < 300, (method, path, answer.text)
        return method, path, body_of(answer)

    def whole(self) -> Iterator[Done]:
        """Do everything."""
        yield from self._cases()
        yield from self._services()
        yield from self._offers()
        yield from self._time()
        yield from self._agreements()
        yield from self._reviews()
        yield from self._access()

    def _cases(self) -> Iterator[Done]:
        for ref in ("CRM-1", "CRM-2"):
            self._admin.decided(ref, {"in_catalog": True})
        facts = {"facts": {"need_or_want": "want"}, "by": WORD}
        yield self.does("PATCH", "/api/v1/cases/CRM-1/facts", facts)
        reopened = {"reason": WORD, "facts": {"in_catalog": None}}
        yield self.does("POST", "/api/v1/cases/CRM-1/reopen", reopened)
        yield self.does("POST", "/api/v1/cases/CRM-1/merge", {"double": {"ref": "CRM-2"}})
        yield self.does("POST", "/api/v1/cases/CRM-1/rename", {"ref": "CRM-3"})
        said = first(satisfaction_examples.NEW_ANSWERS)
        yield self.does("POST", "/api/v1/cases/CRM-3/satisfaction", said)

    def _services(self) -> Iterator[Done]:
        made = {"key": "e-signature", "name": WORD}
        yield self.does("POST", "/api/v1/services", made)
        self.does("POST", "/api/v1/services", {"key": "identity", "name": "Identity"})
        yield self.does("PATCH", SERVICE, {"product_manager": WORD, "review_every": "P10Y"})
        yield self.does("PUT", f"{SERVICE}/artifacts/service_strategy", {"location": WHERE})
        yield self.does("POST", f"{SERVICE}/tollgates/1", {"facts": {"verdict": "approve"}})
        yield self.does("PUT", f"{SERVICE}/dependencies", {"rests_on": ["identity"]})
        yield self.does("PUT", f"{SERVICE}/parts/qualified", {"name": WORD})

    def _offers(self) -> Iterator[Done]:
        yield self.does("PUT", f"{SERVICE}/customers/Finance", {"role": WORD})
        yield self.does("DELETE", f"{SERVICE}/customers/Finance")
        planned = self.does(
            "POST", f"{SERVICE}/maintenance", first(examples_of_notices.NEW_MAINTENANCE)
        )
        yield planned
        yield self.does("DELETE", f"{SERVICE}/maintenance/{planned[2]['number']}")
        tested = first(examples_of_continuity.NEW_TESTS)
        yield self.does("POST", f"{SERVICE}/continuity", tested)
        asked = first(examples_of_other_systems.NEW_REQUESTS)
        yield self.does("POST", f"{SERVICE}/other-systems", asked)
        product = first(examples_of_vendor_products.NEW_PRODUCTS)
        yield self.does("PUT", f"{SERVICE}/products/signbox", product)
        yield self.does("DELETE", f"{SERVICE}/products/signbox")
        offered = {"name": WORD, "services": ["e-signature"]}
        yield self.does("PUT", "/api/v1/packages/office", offered)
        yield self.does("DELETE", "/api/v1/packages/office")
        kept = first(examples_of_portfolios.NEW_PORTFOLIOS)
        yield self.does("PUT", "/api/v1/portfolios/together", kept)
        board = first(examples_of_forums.NEW_FORUMS)
        yield self.does("PUT", "/api/v1/forums/board", board)
        yield self.does("DELETE", "/api/v1/forums/board")
        yield self.does("PUT", f"{SERVICE}/portfolios", {"portfolios": ["together"]})

    def _time(self) -> Iterator[Done]:
        yield self.does("PUT", "/api/v1/roster", first(roster_examples.ROSTERS))
        hours = first(calendar_examples.NEW_CALENDARS)
        yield self.does("POST", "/api/v1/calendars", hours)
        at = f"/api/v1/calendars/{hours['name']}"
        changed = {**hours, "timezone": "Europe/Berlin"}
        yield self.does("PUT", at, {n: v for n, v in changed.items() if n != "name"})
        years = {"country": "AT", "first_year": 2026, "last_year": 2026}
        yield self.does("POST", f"{at}/holidays", years)
        timer = {**first(timer_examples.NEW_TIMERS), "case": "CRM-3"}
        opened = self.does("POST", "/api/v1/timers", timer)
        yield opened
        events = first(timer_examples.EVENTS)
        yield self.does("POST", f"/api/v1/timers/{opened[2]['id']}/events", events)

    def _agreements(self) -> Iterator[Done]:
        made = self.does("POST", "/api/v1/agreements", first(agreement_examples.NEW_AGREEMENTS))
        yield made
        at = f"/api/v1/agreements/{made[2]['id']}"
        yield self.does("PATCH", at, {"name": WORD})
        yield self.does("POST", f"{at}/measurements", first(agreement_examples.NEW_MEASUREMENTS))

    def _reviews(self) -> Iterator[Done]:
        new = {**first(review_examples.NEW_REVIEWS), "kind": "other"}
        made = self.does("POST", "/api/v1/reviews", new)
        yield made
        at, due = f"/api/v1/reviews/{made[2]['id']}", made[2]["due_on"]
        yield self.does("POST", f"{at}/prepare", {"due_on": due, "location": WHERE})
        yield self.does("POST", f"{at}/complete", {"due_on": due, "outcome": WORD})
        yield self.does("PATCH", at, {"title": WORD})
        yield self.does("DELETE", at)
        plan = first(improvement_examples.NEW_IMPROVEMENTS)
        improvement = self.does("POST", "/api/v1/improvements", plan)
        yield improvement
        path = f"/api/v1/improvements/{improvement[2]['id']}"
        yield self.does("PATCH", path, {"state": "done", "outcome": WORD})

    def _access(self) -> Iterator[Done]:
        made = self.does("POST", "/api/v1/keys", {"name": "x", "roles": ["admin"]})
        yield made
        yield self.does("POST", f"/api/v1/keys/{made[2]['id']}/rotate", {})
        yield self.does("DELETE", f"/api/v1/keys/{made[2]['id']}")
        new = {**first(subscription_examples.NEW_SUBSCRIPTIONS), "types": ["decision.made"]}
        told = self.does("POST", "/api/v1/subscriptions", new)
        yield told
        at = f"/api/v1/subscriptions/{told[2]['id']}"
        yield self.does("POST", f"{at}/rotate", {})
        self._admin.decided("CRM-4", {"in_catalog": True})
        (message,) = body_of(self._admin.get("/api/v1/deliveries"))["deliveries"]
        yield self.does("POST", f"/api/v1/deliveries/{message['id']}/replay")
        yield self.does("PATCH", at, {"enabled": False})
        yield self.does("DELETE", at)


def first(examples: dict[str, Any]) -> dict[str, Any]:
    """Return the first example that the document shows of a body."""
    example: dict[str, Any] = next(iter(examples.values()))
    return example

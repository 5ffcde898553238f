"""A service with all that may hang on one, and every name by which that goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from api import examples_of_continuity, examples_of_other_systems, examples_of_vendor_products
from tests.api.administrators_day import first
from tests.api.agreement_calls import SLA
from tests.api.calling import Calls, body_of
from tests.api.service_calls import Owner

AMOUNT = Decimal("987654.25")
COST = {"amount": AMOUNT, "currency": "EUR", "per": "user"}
ADDRESS = "@addresses.example"
_LIVE = {
    "begins_at": "2026-12-01T10:00:00Z",
    "ends_at": "2026-12-01T11:00:00Z",
    "what": "Moved to another room",
}
_PLAN = {"objective": "Sooner", "role": "Owner", "due_on": "2027-01-31"}
Step = tuple[str | None, str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """A service. `word`: what it is about, which is no secret, and is what its case is about."""

    key: str
    word: str
    gate: int
    names: dict[str, str] = field(default_factory=dict)

    @property
    def case(self) -> str:
        """The case that it was born of."""
        return f"CRM-{self.word}"

    @property
    def secrets(self) -> set[str]:
        """What nobody reads who does not see the service."""
        return {self.key, *self.names.values()}

    def make(self, admin: Calls) -> None:
        """Make it, up to its next gate, with everything."""
        title = {"title": f"Something for {self.word}"}
        admin.decided(self.case, {"viable": True, "in_catalog": False}, case=title)
        made = {"key": self.key, "name": self.key.title(), "case": self.case, "cost": COST}
        about = {"description": f"What {self.word} need", "product_manager": "Pat"}
        answer = admin.ask("POST", "/api/v1/services", body={**made, **about})
        assert answer.status_code == 201, answer.text
        of = Owner(admin, self.key)
        of.pass_before(self.gate)
        for what, method, path, body in self._steps(of.path):
            answer = admin.ask(method, path, body=body, headers={"If-Match": "*"})
            assert answer.status_code < 300, (path, answer.text)
            if what is not None:
                self.names[what] = body_of(answer).get("id") or path.rpartition("/")[2]
        held = body_of(admin.get(f"{of.path}/tollgates"))["sessions"]
        self.names["decision"] = held[0]["decision"]

    def _steps(self, at: str) -> Iterator[Step]:
        """Yield by which name each thing goes, and how it is written."""
        key = self.key
        part = {"name": f"Part for {self.word}", "cost": COST}
        yield "part", "PUT", f"{at}/parts/{key}-part", part
        customer = {"role": "Head", "email": f"{self.word}{ADDRESS}"}
        yield "customer", "PUT", f"{at}/customers/{key}-users", customer
        yield None, "POST", f"{at}/maintenance", _LIVE
        yield None, "POST", f"{at}/continuity", first(examples_of_continuity.NEW_TESTS)
        yield None, "POST", f"{at}/other-systems", first(examples_of_other_systems.NEW_REQUESTS)
        product = first(examples_of_vendor_products.NEW_PRODUCTS)
        yield "product", "PUT", f"{at}/products/{key}-product", product
        package = {"name": f"Package for {self.word}", "services": [key]}
        yield "package", "PUT", f"/api/v1/packages/{key}-package", package
        portfolio = {"name": f"{key} portfolio", "owner": "Pat"}
        yield "portfolio", "PUT", f"/api/v1/portfolios/{key}-portfolio", portfolio
        yield None, "PUT", f"{at}/portfolios", {"portfolios": [f"{key}-portfolio"]}
        agreed = {**SLA, "name": f"{key} agreement", "service": key}
        yield "agreement", "POST", "/api/v1/agreements", agreed
        by = {"agreement": self.names["agreement"]}
        yield "improvement", "POST", "/api/v1/improvements", {**_PLAN, **by}
        timer = {"case": self.case, "kind": "fulfilment", "metric": "fulfilment", **by}
        yield "timer", "POST", "/api/v1/timers", timer

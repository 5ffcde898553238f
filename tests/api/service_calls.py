"""Calling the API about services, as a service manager does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from model.access import Role
from tests.api.calling import Calls, body_of

KEY = "e-signature"
WHERE = "https://documents.example"


@dataclass(frozen=True, slots=True)
class Owner:
    """A service manager with one service."""

    calls: Calls
    key: str = KEY

    @property
    def path(self) -> str:
        """Where the service is."""
        return f"/api/v1/services/{self.key}"

    def make(self, **facts: object) -> dict[str, Any]:
        """Make the service."""
        body = {"key": self.key, "name": "E-signature", "facts": facts}
        answer = self.calls.ask("POST", "/api/v1/services", body=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = body_of(answer)
        return made

    def supply(self, *artifacts: str) -> None:
        """Supply a new version of some artifacts."""
        for artifact in artifacts:
            body = {"location": f"{WHERE}/{artifact}.pdf"}
            answer = self.calls.ask("PUT", f"{self.path}/artifacts/{artifact}", body=body)
            assert answer.status_code == 201, answer.text

    def hold(self, gate: int, **facts: object) -> TestResponse:
        """Hold a toll-gate, and return the answer."""
        return self.post(gate, {"facts": facts})

    def post(self, gate: int, body: object, **more: Any) -> TestResponse:
        """Hold a toll-gate with a whole body."""
        return self.calls.ask("POST", f"{self.path}/tollgates/{gate}", body=body, **more)

    def held(self, gate: int, **facts: object) -> dict[str, Any]:
        """Hold a toll-gate, and return what was decided."""
        answer = self.hold(gate, **facts)
        assert answer.status_code == 201, answer.text
        decided: dict[str, Any] = body_of(answer)
        return decided

    def outcome(self, gate: int, **facts: object) -> dict[str, Any]:
        """Hold a toll-gate, and return its outcome."""
        outcome: dict[str, Any] = self.held(gate, **facts)["outcome"]
        return outcome

    def patch(self, body: object, match: str | None = "*") -> TestResponse:
        """Change the service."""
        headers = {} if match is None else {"If-Match": match}
        return self.calls.ask("PATCH", self.path, body=body, headers=headers)

    def shown(self) -> dict[str, Any]:
        """Read the service."""
        body: dict[str, Any] = body_of(self.calls.get(self.path))
        return body

    def bring_to(self, gate: int) -> None:
        """Make a service that is not complex, and have it pass the gates before this one."""
        self.make()
        self.pass_before(gate)

    def pass_before(self, gate: int) -> None:
        """Have the service, which is not complex, pass the gates before this one."""
        for each in range(1, gate):
            if each in NEEDS:
                self.supply(*NEEDS[each])
                facts = {**SAID.get(each, {}), "verdict": "approve"}
                assert self.outcome(each, **facts)["result"] == "pass"


NEEDS: dict[int, Iterable[str]] = {
    1: ("service_strategy",),
    3: (
        "service_roadmap", "service_release_plan", "high_level_business_case", "service_design",
        "preliminary_acceptance_criteria", "proof_of_concept_report", "indicative_unit_price",
        "detailed_business_case",
    ),
    4: ("service_acceptance_criteria", "service_contract"),
    5: ("business_case_verification_report", "improvement_plans"),
    6: ("retirement_proposal",),
    7: ("phase_out_proposal",),
}  # fmt: skip
"""The artifacts that each gate asks for first, of a service that is not complex."""

SAID: dict[int, dict[str, object]] = {
    4: {"customer_experience_tested": True, "contract_signed": True, "customer_approved": True},
    5: {"being_consumed": True},
    7: {"removed_from_operation": True},
}
"""What has to be so at each gate, beside the artifacts."""


def owner(calls: Calls, key: str = KEY) -> Owner:
    """Return a service manager."""
    return Owner(calls.as_(Role.SERVICE_MANAGER), key)

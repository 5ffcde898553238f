"""Customers hear of what toll-gates decide: that their service is live, is to end, has ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

from model.events import EventType, OutboxEvent
from model.holding_gates import GateRequest, hold_gate
from tests.api.service_calls import NEEDS, SAID
from tests.model.portfolio import Portfolio
from tests.model.telling import subscribed
from tests.model.used import DEPUTY, FINANCE, TAX, staff, told, use

ANNOUNCED = EventType.SERVICE_ANNOUNCED


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """A portfolio with a service that is about to be ready for operation, and two customers."""
    staff(portfolio.database)
    portfolio.make("chat", line_manager="Lee")
    for gate in (1, 3):
        hold(portfolio, gate)
    use(portfolio, "chat", "Finance", role="Customer", agency="Finance")
    use(portfolio, "chat", "Tax", email=TAX)
    return portfolio


def hold(of: Portfolio, gate: int, verdict: str = "approve") -> Any:
    """Hold a toll-gate of Chat with all that it asks for."""
    of.supply("chat", *NEEDS[gate])
    return of.hold("chat", gate, facts=SAID.get(gate, {}), verdict=verdict)["outcome"]


def test_customers_are_told_that_it_is_live_is_to_end_and_has_ended(of: Portfolio) -> None:
    """Each once for its decision; what gates 1 and 3 decide is nothing to them."""
    assert told(of.database, ANNOUNCED) == []
    assert hold(of, 4)["result"] == "pass"
    assert hold(of, 6, "communicate")["action"] == "communicate-transition"
    assert hold(of, 6)["result"] == "pass"
    assert told(of.database, ANNOUNCED) == [
        (f"Service Chat {what}", person)
        for what in ("is in operation", "is to end", "has ended")
        for person in (FINANCE, TAX)
    ]
    with of.database.reading() as session:
        of_gate = select(OutboxEvent).where(OutboxEvent.type == ANNOUNCED)
        first = session.scalars(of_gate).first()
    assert first is not None
    assert first.key.startswith("service.announced/gate decision ")
    assert "Ask Lee about it." in str(first.text)
    assert "/api/v1" not in str(first.text)


def test_a_gate_that_fails_tells_customers_nothing(of: Portfolio) -> None:
    """Nor does one that waits for artifacts or for a verdict."""
    of.hold("chat", 4)
    assert hold(of, 4, "reject")["result"] == "fail"
    assert told(of.database, ANNOUNCED) == []


def test_nobody_is_told_twice_what_is_so_already(of: Portfolio) -> None:
    """A gate that is held once more, of a service in operation or one that ended, is no news."""
    begun, ended = (
        [(f"Service Chat {what}", person) for person in (FINANCE, TAX)]
        for what in ("is in operation", "has ended")
    )
    for _ in range(2):
        assert hold(of, 4)["result"] == "pass"
        assert told(of.database, ANNOUNCED) == begun
    for _ in range(2):
        assert hold(of, 6)["result"] == "pass"
        assert hold(of, 6, "communicate")["result"] == "fail"
        assert [hold(of, gate)["result"] for gate in (1, 3, 4, 7, 7)] == ["pass"] * 5
        assert of.shown("chat").service.phase == "retire"
    assert hold(of, 3, "reject")["action"] == "close-service"
    assert told(of.database, ANNOUNCED) == begun + ended


@pytest.mark.parametrize("gate", [1, 3, 4])
def test_customers_are_told_that_a_service_in_operation_is_rejected(
    of: Portfolio, gate: int
) -> None:
    """It has ended, for them, and left the catalogue: business relationship management hears it."""
    subscribed(of.database, EventType.CATALOGUE_CHANGED)
    hold(of, 4)
    outcome = hold(of, gate, "reject")
    assert (outcome["result"], outcome["action"]) == ("fail", "close-service")
    assert of.shown("chat").service.rejected
    assert told(of.database, ANNOUNCED)[2:] == [
        ("Service Chat has ended", person) for person in (FINANCE, TAX)
    ]
    with of.database.reading() as session:
        changes = select(OutboxEvent.data).where(OutboxEvent.type == EventType.CATALOGUE_CHANGED)
        heard = [cast("dict[str, Any]", data) for data in session.scalars(changes)]
    assert [each["service"]["key"] for each in heard if each["what"] == "left"] == ["chat"]


def test_subscribers_hear_of_it_and_whom_it_did_not_reach(of: Portfolio) -> None:
    """Of a customer without anybody to write to, the event says so by name."""
    subscribed(of.database, ANNOUNCED)
    use(of, "chat", "Nobody", role="Head of Nothing")
    hold(of, 4)
    assert [person for _, person in told(of.database, ANNOUNCED)] == ["None", FINANCE, TAX]
    with of.database.reading() as session:
        data = session.scalar(select(OutboxEvent.data).where(OutboxEvent.type == ANNOUNCED))
    said = cast("dict[str, Any]", data)
    assert (said["what"], said["customers"], said["unheard"]) == ("live", 3, ["Nobody"])
    assert said["service"] == {"key": "chat", "name": "Chat"}


def test_whoever_stands_in_on_the_day_of_the_gate_is_told(of: Portfolio) -> None:
    """The letter goes to who holds the role then, not to who held it before."""
    day = timedelta(days=1)
    moment = replace(of.moment, now=of.moment.now + day, today=of.moment.today + day)
    hold(replace(of, moment=moment), 4)
    assert [person for _, person in told(of.database, ANNOUNCED)] == [DEPUTY, TAX]


def test_what_is_rolled_back_is_not_told(of: Portfolio) -> None:
    """The event is written in the transaction of the gate, or not at all."""
    of.supply("chat", *NEEDS[4])
    request = GateRequest("chat", 4, {**SAID[4], "verdict": "approve"})
    with pytest.raises(RuntimeError), of.database.transaction() as session:
        hold_gate(session, request, of.caller, of.moment, "lost")
        raise RuntimeError("the process ends here")
    assert told(of.database, ANNOUNCED) == []

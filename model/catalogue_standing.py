"""Where services stand in the catalogue: what their phase says, the gates have said."""

from __future__ import annotations

from enum import StrEnum

from model.service_in_hand import AnyService
from rules.errors import Refused


class Standing(StrEnum):
    """Where a service, a part of one, or a package stands in the catalogue."""

    PREPARED = "prepared"
    LIVE = "live"
    RETIRED = "retired"


_OF_PHASES = {
    "transition": Standing.PREPARED,
    "operate": Standing.LIVE,
    "improve": Standing.LIVE,
    "retire": Standing.RETIRED,
}
SHOWN = tuple(phase for phase, standing in _OF_PHASES.items() if standing != Standing.RETIRED)
"""The phases in which a service is in the catalogue."""
PREPARED = tuple(phase for phase, standing in _OF_PHASES.items() if standing == Standing.PREPARED)
"""The phases in which it is being prepared for release."""
LIVE = tuple(phase for phase, standing in _OF_PHASES.items() if standing == Standing.LIVE)
"""The phases in which it is in operation."""


def require_not_ended(service: AnyService, what: str) -> None:
    """Refuse what would be new of a service that is no more, saying in words `what`.

    Raises:
        Refused: it has ended, or was rejected.
    """
    if (why := why_ended(service)) is not None:
        raise Refused(f"the service `{service.key}` {why}: {what}")


def why_ended(service: AnyService) -> str | None:
    """Return in words why there is nothing new to a service; `None`: it has not ended."""
    if service.rejected:
        return "was rejected"
    return "has ended" if standing_of(service) is Standing.RETIRED else None


def standing_of(service: AnyService) -> Standing | None:
    """Return where a service stands in the catalogue; `None`: not in it, and not yet."""
    return None if service.rejected else _OF_PHASES.get(service.phase or "")


def is_shown(service: AnyService) -> bool:
    """Whether the catalogue has a service: live, or being prepared for release."""
    return standing_of(service) not in (None, Standing.RETIRED)

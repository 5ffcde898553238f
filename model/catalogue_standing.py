"""Where services stand in the catalogue: what their phase says, the gates have said."""

from __future__ import annotations

from enum import StrEnum

from model.service_in_hand import AnyService


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


def standing_of(service: AnyService) -> Standing | None:
    """Return where a service stands in the catalogue; `None`: not in it, and not yet."""
    return None if service.rejected else _OF_PHASES.get(service.phase or "")


def is_shown(service: AnyService) -> bool:
    """Whether the catalogue has a service: live, or being prepared for release."""
    return standing_of(service) not in (None, Standing.RETIRED)

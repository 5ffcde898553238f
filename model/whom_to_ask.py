"""Whom the customers of a service ask about it: they have no key to read its address with."""

from __future__ import annotations

from model.service_in_hand import AnyService

LINE_MANAGER = "Service Line Manager"


def whom_to_ask(service: AnyService) -> str:
    """Return the sentence that ends a letter to the customers of a service."""
    return f"Ask {service.line_manager or f'its {LINE_MANAGER}'} about it."

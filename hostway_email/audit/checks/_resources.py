"""Recognition of Exchange resource mailboxes: rooms, equipment and shared mailboxes."""

from __future__ import annotations

from hostway_email.audit.collect.facts import ExchangeFacts

__all__ = ["resource_kind"]


def resource_kind(exchange: ExchangeFacts) -> str | None:
    """Return `room`, `equipment` or `shared`; None for the mailbox of a person."""
    # One field has `room` where the other has `RoomMailbox`.
    types = f"{exchange.resource_type or ''} {exchange.recipient_type or ''}".casefold()
    return next((kind for kind in ("room", "equipment", "shared") if kind in types), None)

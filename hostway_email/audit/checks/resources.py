"""Which Exchange mailboxes belong to no person: rooms, equipment, and what is shared."""

from __future__ import annotations

from hostway_email.audit.facts import ExchangeFacts

__all__ = ["resource_kind"]


def resource_kind(exchange: ExchangeFacts) -> str | None:
    """Return `room`, `equipment` or `shared`; None for the mailbox of a person."""
    # The same is written `room` in one field and `RoomMailbox` in the other.
    types = f"{exchange.resource_type or ''} {exchange.recipient_type or ''}".casefold()
    return next((kind for kind in ("room", "equipment", "shared") if kind in types), None)

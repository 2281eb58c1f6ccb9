"""The catalogue of checks of the package, one module for each group.

A check of settings that both mailboxes and domains have exists twice under one id: as a
`MailboxCheck` and as a `DomainCheck`.
"""

from __future__ import annotations

from typing import Final

from hostway_email.audit.checks import (
    activity,
    autoresponder,
    exchange,
    forwards,
    hygiene,
    licences,
    lists,
    privileges,
    protocols,
    quota,
    secrets,
    spam,
    trial,
)
from hostway_email.audit.checks.base import Check

__all__ = ["CATALOGUE"]

_GROUPS: Final = (
    activity,
    autoresponder,
    exchange,
    forwards,
    hygiene,
    licences,
    lists,
    privileges,
    protocols,
    quota,
    secrets,
    spam,
    trial,
)

CATALOGUE: Final[tuple[Check, ...]] = tuple(
    sorted((check for group in _GROUPS for check in group.CHECKS), key=lambda check: check.id)
)
"""All checks, sorted by id."""

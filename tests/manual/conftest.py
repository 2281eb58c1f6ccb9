"""Fixtures: both event loops, a sandbox, and a client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hostway_email import HostwayEmail
from hostway_email.sandbox import Sandbox

from .operations import documented_sandbox
from .wire import Wire


@pytest.fixture
def sandbox() -> Sandbox:
    """A domain with the mailboxes ana, ben (without webmail) and eva (Exchange)."""
    return documented_sandbox()


@pytest.fixture
def wire(sandbox: Sandbox) -> Wire:
    """A transport to the sandbox that records requests."""
    return Wire(sandbox)


@pytest.fixture
async def hostway(wire: Wire) -> AsyncIterator[HostwayEmail]:
    """A client of the sandbox, with the credentials of the account."""
    async with HostwayEmail("admin", "sandbox", transport=wire) as hostway:
        yield hostway

"""Both event loops, a sandbox with a client of it, and how much of the manual is covered."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hostway_email import HostwayEmail
from hostway_email.sandbox import Sandbox

from .examples import EXAMPLES, EXCUSED
from .operations import world
from .wire import Wire


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run every test on both event loops."""
    return str(request.param)


@pytest.fixture
def sandbox() -> Sandbox:
    """A domain with Ana, with Ben who has no webmail, and with Eva on Exchange."""
    return world()


@pytest.fixture
def wire(sandbox: Sandbox) -> Wire:
    """What goes to the sandbox."""
    return Wire(sandbox)


@pytest.fixture
async def hostway(wire: Wire) -> AsyncIterator[HostwayEmail]:
    """A client of the sandbox, with the credentials of the account."""
    async with HostwayEmail("admin", "sandbox", transport=wire) as hostway:
        yield hostway


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many of the manual's examples are cases here."""
    documented = len(EXAMPLES) + len(EXCUSED)
    terminalreporter.write_line(f"{len(EXAMPLES)} of {documented} documented examples covered")

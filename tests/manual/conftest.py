"""Both event loops, and how much of the manual is covered."""

from __future__ import annotations

import pytest

from .examples import EXAMPLES, EXCUSED


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run every test on both event loops."""
    return str(request.param)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many of the manual's examples are cases here."""
    documented = len(EXAMPLES) + len(EXCUSED)
    terminalreporter.write_line(f"{len(EXAMPLES)} of {documented} documented examples covered")

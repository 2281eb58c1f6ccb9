"""Waiting for other tasks, threads or processes, however long they take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import anyio

__all__ = ["HANGS", "until", "until_in_thread"]

HANGS: Final = 300
"""Seconds after which a test fails: a passing one needs a tenth of them on a busy machine."""


async def until(holds: Callable[[], object]) -> None:
    """Wait until a condition without an event holds."""
    with anyio.fail_after(HANGS):
        while not holds():  # noqa: ASYNC110 # there is no event for it
            await anyio.sleep(0.002)


def until_in_thread(holds: Callable[[], object]) -> None:
    """Wait, without an event loop, until a condition without an event holds."""
    give_up = time.monotonic() + HANGS
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.002)

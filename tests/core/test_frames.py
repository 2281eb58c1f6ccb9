"""The depth of the stack at `Transport.send`, as the benchmark prints it."""

from __future__ import annotations

import pytest

from ..benchmarks.frames import CALLS, frames_of

pytestmark = pytest.mark.anyio

MAX_FRAMES = {"GET": 4, "request()": 4}
MAX_FRAMES_OF_A_PAGE = 5


@pytest.mark.parametrize("name", CALLS)
async def test_frames_at_the_transport(name: str) -> None:
    """A call is few steps away from its transport, and so is a page of a list."""
    frames = await frames_of(CALLS[name])

    assert frames[0].startswith("_core/session.py")
    assert len(frames) <= MAX_FRAMES.get(name, MAX_FRAMES_OF_A_PAGE), frames

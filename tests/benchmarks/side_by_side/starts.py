"""Programs for measuring the start of a fresh process."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

from .server import STATS

DEPENDENCIES = "import httpx, pydantic, anyio, tenacity; pydantic.BaseModel"

COLD_RAW = f"""
import asyncio, sys
import httpx, pydantic
class Box(pydantic.BaseModel):
    allMessages: int
    unreadMessages: int
class Count(pydantic.BaseModel):
    inbox: Box
class Stats(pydantic.BaseModel):
    messageCount: Count
async def main():
    async with httpx.AsyncClient() as client:
        response = await client.get(sys.argv[1] + "{STATS}")
        Stats.model_validate_json(response.content).messageCount.inbox.allMessages
asyncio.run(main())
"""
COLD_OURS = """
import asyncio, sys
from hostway_email import HostwayEmail
async def main():
    async with HostwayEmail("a", "b", base_url=sys.argv[1], transport="{package}") as hostway:
        ana = hostway.account("a1").domain("example.com").username("ana")
        (await ana.mailbox.message_stats()).message_count.inbox.all_messages
asyncio.run(main())
"""
COLD_PEER = """
import asyncio, sys
sys.path.insert(0, {here!r})
from side_by_side.contest import PEERS
async def main():
    await PEERS[{name!r}].open(sys.argv[1], 10)
    await PEERS[{name!r}].one()
asyncio.run(main())
"""


def fresh(program: str, argument: str, environment: dict[str, str]) -> dict[str, float]:
    """Run a program in a fresh process; return its duration and processor time."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", program, argument]
    subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu}

"""A client in a process of its own, which runs commands from stdin, one line of JSON each."""

from __future__ import annotations

import asyncio
import cProfile
import gc
import json
import os
import pstats
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any

from memory import peak_kib

from .clients import Client
from .contest import CLIENTS, OURS
from .server import PAGE

Found = dict[str, float]


async def obey(name: str, base: str, connections: int) -> None:
    """Open a client and run each command; print its result."""
    client = CLIENTS[name]
    await client.open(base, connections)
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        print(json.dumps(await _COMMANDS[command](client, *arguments)), flush=True)
    # Nothing is closed: all measurements are done.
    os._exit(0)


async def _get(client: Client, count: int) -> Found:
    for _ in range(20):
        await client.one()
    gc.collect()
    started = time.process_time()
    found = [await client.one() for _ in range(count)]
    return {"cpu": (time.process_time() - started) / count, "sum": sum(found) / count}


async def _calls(client: Client, count: int) -> Found:
    for _ in range(20):
        await client.one()
    profile = cProfile.Profile()
    with profile:
        found = [await client.one() for _ in range(count)]
    stats = pstats.Stats(profile)
    calls: int = stats.total_calls
    own_package = "hostway_email" if client in OURS.values() else client.package
    # The key of each function starts with its file, the value with its number of calls.
    functions = stats.stats.items()
    own = sum(times[1] for place, times in functions if f"/{own_package}/" in place[0])
    return {"calls": calls / count, "own": own / count, "sum": sum(found) / count}


async def _burst(client: Client, count: int, at_once: int) -> Found:
    turns = iter(range(count))

    async def line() -> int:
        return sum([await client.one() for _ in turns])

    # Once before, to open all connections.
    await asyncio.gather(*(client.one() for _ in range(at_once)))
    started = time.perf_counter()
    found = await asyncio.gather(*(line() for _ in range(at_once)))
    return {"wall": time.perf_counter() - started, "sum": sum(found) / count}


async def _walk(client: Client) -> Found:
    await client.one()
    gc.collect()
    checksum = number = 0
    first, started, cpu = 0.0, time.perf_counter(), time.process_time()
    async for item in client.items():
        first = first or time.perf_counter() - started
        name, value = client.values(item)
        checksum = zlib.crc32(b"%s %d" % (name.encode(), value), checksum)
        number += 1
    return {
        "wall": time.perf_counter() - started,
        "cpu": (time.process_time() - cpu) / (number / PAGE),
        "first": first,
        "sum": checksum,
        "peak": peak_kib(),
    }


_COMMANDS: dict[str, Callable[..., Any]] = {
    "get": _get,
    "calls": _calls,
    "burst": _burst,
    "walk": _walk,
}

if __name__ == "__main__":
    asyncio.run(obey(sys.argv[1], sys.argv[2], int(sys.argv[3])))

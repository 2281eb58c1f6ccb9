"""Our client on each transport against raw HTTP clients, on loopback, all in one run.

    python tests/benchmarks/transports.py
    python tests/benchmarks/transports.py --quick --parts get,burst

The server is a process of its own and answers from memory; each contender is a process of its own
too, and only one works at a time. Figures are medians of interleaved rounds, ratios are over `raw
httpx` in the same round. Each contender proves by a checksum that it read the same fields.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import importlib.util
import json
import os
import pstats
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qsl

LIST = "/accounts/a1/email/example.com/usernames"
STATS = f"{LIST}/ana/mailbox/messagestats"
PAGE = 100
AUTHORIZATION = "Basic YmVuY2g6YmVuY2g="
PARTS = ["get", "burst", "list", "parse", "memory", "start"]


# The server: `/{milliseconds}/{items}/...` tells how long it waits and how long its list is.


@cache
def answer(target: str) -> tuple[float, bytes]:
    path, _, query = target.partition("?")
    _, milliseconds, items, rest = path.split("/", 3)
    if rest.endswith("messagestats"):
        box = {"allMessages": 7, "unreadMessages": 3}
        body: object = {
            "messageCount": {"inbox": box, "sent": box, "spam": box},
            "links": [{"href": f"https://api.example/{rest}", "rel": "self"}],
        }
    else:
        body = page(dict(parse_qsl(query)), int(items), f"https://api.example/{rest}")
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return int(milliseconds) / 1000, f"{head}\r\n\r\n".encode() + content


def page(query: dict[str, str], items: int, url: str) -> dict[str, object]:
    number, size = int(query["page"]), int(query["pageSize"])
    last = -(-items // size)
    numbers = {"first": 1, "self": number, "last": last}
    if number < last:
        numbers["next"] = number + 1
    names = [f"user{index:06d}" for index in range(items)[(number - 1) * size : number * size]]
    return {
        "totalCount": items,
        "list": [
            {
                "username": name,
                "type": "imap",
                "quota": 10 + len(name) + int(name[-2:]),
                "master": False,
                "trialType": "premium",
                "trialExpiration": "2030-10-28",
                "allowUpgrade": True,
                "links": [{"href": f"{url}/{name}/mailbox", "rel": "mailbox"}],
            }
            for name in names
        ],
        "links": [
            {"href": f"{url}?page={at}&pageSize={size}", "rel": rel} for rel, at in numbers.items()
        ],
    }


class Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        *requests, self.received = (self.received + data).split(b"\r\n\r\n")
        for request in requests:
            seconds, content = answer(request.split(b" ", 2)[1].decode())
            asyncio.get_running_loop().call_later(seconds, self.transport.write, content)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# The contenders


class Raw:
    """A client that gets bytes; what is read of them is the same for all."""

    library = ""

    async def open(self, base: str, connections: int) -> None:
        self.base = base

    async def get(self, url: str) -> bytes:
        raise NotImplementedError

    async def one(self) -> int:
        inbox = json.loads(await self.get(self.base + STATS))["messageCount"]["inbox"]
        return inbox["allMessages"] * 10 + inbox["unreadMessages"]

    async def items(self) -> AsyncIterator[tuple[str, int]]:
        number, last = 1, 1
        while number <= last:
            url = f"{self.base}{LIST}?page={number}&pageSize={PAGE}"
            body = json.loads(await self.get(url))
            number, last = number + 1, -(-body["totalCount"] // PAGE)
            for row in body["list"]:
                yield row["username"], row["quota"]


class RawHttpx(Raw):
    library = "httpx"

    async def open(self, base: str, connections: int) -> None:
        import httpx

        self.base = base
        self.client = httpx.AsyncClient(
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers={"Authorization": AUTHORIZATION},
            timeout=300,
        )

    async def get(self, url: str) -> bytes:
        return (await self.client.get(url)).content


class RawAiohttp(Raw):
    library = "aiohttp"

    async def open(self, base: str, connections: int) -> None:
        import aiohttp

        self.base = base
        self.client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections),
            headers={"Authorization": AUTHORIZATION},
        )

    async def get(self, url: str) -> bytes:
        async with self.client.get(url) as response:
            return await response.read()


class HandWritten(Raw):
    """asyncio streams and nothing else: the least that a client can do."""

    async def open(self, base: str, connections: int) -> None:
        self.base = base
        self.host = base.split("/")[2]
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def get(self, url: str) -> bytes:
        if self.idle:
            reader, writer = self.idle.pop()
        else:
            reader, writer = await asyncio.open_connection(*self.host.split(":"))
        path = url.removeprefix(f"http://{self.host}")
        head = f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: {AUTHORIZATION}\r\n\r\n"
        writer.write(head.encode())
        found = await reader.readuntil(b"\r\n\r\n")
        length = int(found.lower().partition(b"content-length:")[2].partition(b"\r")[0])
        content = await reader.readexactly(length)
        self.idle.append((reader, writer))
        return content


class Ours:
    def __init__(self, library: str) -> None:
        self.library = library

    async def open(self, base: str, connections: int) -> None:
        from hostway_email import HostwayEmail

        hostway = HostwayEmail(
            "bench",
            "bench",
            base_url=base,
            max_concurrency=connections,
            transport=self.library,
            timeout=300,
        )
        self.domain = hostway.account("a1").domain("example.com")

    async def one(self) -> int:
        stats = await self.domain.username("ana").mailbox.message_stats()
        inbox = stats.message_count.inbox
        return inbox.all_messages * 10 + inbox.unread_messages

    async def items(self) -> AsyncIterator[tuple[str, int]]:
        async for entry in self.domain.usernames.list(page_size=PAGE):
            yield entry.username, entry.quota_mb or 0


CONTENDERS: dict[str, Any] = {
    "raw httpx": RawHttpx(),
    "hand-written": HandWritten(),
    "raw aiohttp": RawAiohttp(),
    "ours, httpx": Ours("httpx"),
    "ours, httpx2": Ours("httpx2"),
    "ours, aiohttp": Ours("aiohttp"),
}
BASE = "raw httpx"
TIMES = ("wall", "cpu")


# What a contender's process does when it is told to


async def get(contender: Any, count: int) -> dict[str, float]:
    for _ in range(20):
        await contender.one()
    started = time.process_time()
    found = [await contender.one() for _ in range(count)]
    return {"cpu": (time.process_time() - started) / count, "sum": sum(found) / count}


async def calls(contender: Any, count: int) -> dict[str, float]:
    for _ in range(20):
        await contender.one()
    profile = cProfile.Profile()
    with profile:
        found = [await contender.one() for _ in range(count)]
    return {"calls": pstats.Stats(profile).total_calls / count, "sum": sum(found) / count}


async def burst(contender: Any, count: int, at_once: int) -> dict[str, float]:
    turns = iter(range(count))

    async def line() -> int:
        return sum([await contender.one() for _ in turns])

    # Once before, so that all connections are there.
    await asyncio.gather(*(contender.one() for _ in range(at_once)))
    started = time.perf_counter()
    found = await asyncio.gather(*(line() for _ in range(at_once)))
    return {"wall": time.perf_counter() - started, "sum": sum(found) / count}


async def walk(contender: Any) -> dict[str, float]:
    await contender.one()
    checksum = number = 0
    first, started, cpu = 0.0, time.perf_counter(), time.process_time()
    async for username, quota in contender.items():
        first = first or time.perf_counter() - started
        checksum = zlib.crc32(b"%s %d" % (username.encode(), quota), checksum)
        number += 1
    return {
        "wall": time.perf_counter() - started,
        "cpu": (time.process_time() - cpu) / (number / PAGE),
        "first": first,
        "sum": checksum,
        "peak": peak_kib(),
    }


def peak_kib() -> int:
    """Return the highest resident memory of this process, not of the one it was forked from."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


COMMANDS: dict[str, Callable[..., Any]] = {"get": get, "calls": calls, "burst": burst, "walk": walk}


async def obey(name: str, base: str, connections: int) -> None:
    contender = CONTENDERS[name]
    await contender.open(base, connections)
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        print(json.dumps(await COMMANDS[command](contender, *arguments)), flush=True)
    # Nothing is closed in good order: what is measured has been measured.
    os._exit(0)


# The run


class Worker:
    """A contender in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, *command: object) -> dict[str, float]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(command), file=self.process.stdin, flush=True)
        found: dict[str, float] = json.loads(self.process.stdout.readline())
        return found


class Run:
    def __init__(self, port: int, names: list[str], quick: bool) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.names = names
        self.quick = quick
        self.rounds = 3 if quick else 9
        self.sums: dict[str, set[float]] = {}

    @contextmanager
    def worker(self, name: str, where: str, connections: int = 32) -> Iterator[Worker]:
        arguments = ["--contender", name, "--base", self.url + where]
        arguments += ["--connections", str(connections)]
        with subprocess.Popen(
            [sys.executable, __file__, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # A proxy of the environment must not come between.
            env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"},
        ) as process:
            yield Worker(process)

    def interleaved(
        self, where: str, *command: object, rounds: int = 0
    ) -> dict[str, list[dict[str, float]]]:
        """Ask all contenders in turn, and that several times."""
        found: dict[str, list[dict[str, float]]] = {name: [] for name in self.names}
        with ExitStack() as stack:
            workers = {name: stack.enter_context(self.worker(name, where)) for name in self.names}
            for _ in range(rounds or self.rounds):
                for name, worker in workers.items():
                    found[name].append(worker.ask(*command))
            for worker in workers.values():
                assert worker.process.stdin is not None
                worker.process.stdin.close()
        for each in found.values():
            self.check(f"{command[0]} {where}", *each)
        return found

    def alone(
        self, name: str, where: str, *command: object, connections: int = 32
    ) -> dict[str, float]:
        """Ask one contender once, in a fresh process."""
        with self.worker(name, where, connections) as worker:
            found = worker.ask(*command)
            assert worker.process.stdin is not None
            worker.process.stdin.close()
        self.check(f"{command[0]} {where}", found)
        return found

    def check(self, what: str, *found: dict[str, float]) -> None:
        self.sums.setdefault(what, set()).update(one["sum"] for one in found)

    def get(self) -> None:
        found = self.interleaved("/0/0", "get", 100 if self.quick else 300)
        counted = {name: self.alone(name, "/0/0", "calls", 100) for name in self.names}
        table(
            "One GET with its model",
            ["client", "CPU us", f"CPU / {BASE}", "function calls"],
            [
                [
                    name,
                    f"{median(one['cpu'] for one in found[name]) * 1e6:.0f}",
                    f"{over(found, name, 'cpu'):.2f}",
                    f"{counted[name]['calls']:,.0f}",
                ]
                for name in self.names
            ],
        )

    def burst(self) -> None:
        count = 1000 if self.quick else 2000
        rows = []
        for name in self.names:
            row = [name]
            for at_once in (50, 100, 300):
                # httpx's own pool takes minutes for more.
                number = max(count // 8, 2 * at_once) if name == BASE else count
                found = [
                    self.alone(name, "/20/0", "burst", number, at_once, connections=at_once)["wall"]
                    for _ in range(1 if name == BASE else 3)
                ]
                ideal = number / at_once * 0.02
                rate = number / median(found)
                row.append(f"{rate:,.0f}/s ({ideal / median(found):.2f})")
            rows.append(row)
        table(
            f"{count:,} GETs at 20 ms: requests a second (of the ideal)",
            ["client", "50 at once", "100 at once", "300 at once"],
            rows,
        )

    def list(self) -> None:
        found = self.interleaved("/50/10000", "walk", rounds=1 if self.quick else 3)
        table(
            "10,000 items in 100 pages of 50 ms, on the default settings",
            ["client", "seconds", f"seconds / {BASE}", "first item after, s"],
            [
                [
                    name,
                    f"{median(one['wall'] for one in found[name]):.2f}",
                    f"{over(found, name, 'wall'):.2f}",
                    f"{median(one['first'] for one in found[name]):.3f}",
                ]
                for name in self.names
            ],
        )

    def parse(self) -> None:
        found = self.interleaved("/0/5000", "walk")
        table(
            "CPU of a page of 100 items, asked, parsed and handed out",
            ["client", "CPU ms", f"CPU / {BASE}"],
            [
                [
                    name,
                    f"{median(one['cpu'] for one in found[name]) * 1e3:.2f}",
                    f"{over(found, name, 'cpu'):.2f}",
                ]
                for name in self.names
            ],
        )

    def memory(self) -> None:
        items = 20_000 if self.quick else 100_000
        found = {name: [self.alone(name, f"/0/{items}", "walk")] for name in self.names}
        table(
            f"Peak memory of a process that streams {items:,} items",
            ["client", "peak MiB", f"peak / {BASE}"],
            [
                [name, f"{found[name][0]['peak'] / 1024:.1f}", f"{over(found, name, 'peak'):.2f}"]
                for name in self.names
            ],
        )

    def start(self) -> None:
        programs = {
            "import the dependencies": "import httpx, pydantic, anyio, tenacity;pydantic.BaseModel",
            "import hostway_email": "import hostway_email",
            "first answer, raw httpx and pydantic": COLD_RAW,
            **{
                f"first answer, {name}": COLD_OURS.format(library=CONTENDERS[name].library)
                for name in self.names
                if name.startswith("ours")
            },
        }
        found: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
        for _ in range(4 if self.quick else 15):
            for name, program in programs.items():
                found[name].append(self.fresh(program))
        names = list(programs)
        table(
            "A fresh process, from its start to its end",
            ["what it does", "ms", "CPU ms", "ratio", "CPU ratio"],
            [
                [
                    name,
                    *(f"{median(one[what] for one in found[name]) * 1e3:.0f}" for what in TIMES),
                    *(
                        f"{over(found, name, what, names[0 if at < 2 else 2]):.2f}"
                        for what in TIMES
                    ),
                ]
                for at, name in enumerate(names)
            ],
        )

    def fresh(self, program: str) -> dict[str, float]:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", program, f"{self.url}/0/0"],
            check=True,
            env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"},
        )
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"wall": wall, "cpu": cpu}


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
        answer = await client.get(sys.argv[1] + "{STATS}")
        Stats.model_validate_json(answer.content).messageCount.inbox.allMessages
asyncio.run(main())
"""
COLD_OURS = """
import asyncio, sys
from hostway_email import HostwayEmail
async def main():
    async with HostwayEmail("a", "b", base_url=sys.argv[1], transport="{library}") as hostway:
        ana = hostway.account("a1").domain("example.com").username("ana")
        (await ana.mailbox.message_stats()).message_count.inbox.all_messages
asyncio.run(main())
"""


def over(found: dict[str, list[dict[str, float]]], name: str, what: str, base: str = BASE) -> float:
    """Return the median ratio to the base, each round against the same round of the base."""
    return median(
        one[what] / other[what] for one, other in zip(found[name], found[base], strict=True)
    )


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    print(f"\n{title}\n")
    for row in [head, ["---"] * len(head), *rows]:
        print(f"| {' | '.join(row)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and requests")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--base", help=argparse.SUPPRESS)
    parser.add_argument("--connections", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    if options.contender:
        asyncio.run(obey(options.contender, options.base, options.connections))
    names = [
        name
        for name, one in CONTENDERS.items()
        if not one.library or importlib.util.find_spec(one.library)
    ]
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            run = Run(int(server.stdout.readline()), names, options.quick)
            for part in options.parts.split(","):
                getattr(run, part)()
        finally:
            server.terminate()
    different = [what for what, sums in run.sums.items() if len(sums) != 1]
    print("\nAll read the same fields." if not different else f"\nDIFFERENT FIELDS: {different}")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()

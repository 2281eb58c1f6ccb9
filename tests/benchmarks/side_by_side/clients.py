"""The clients of the same API: raw HTTP libraries, a hand-written one, and this package.

Each imports its library when it is opened, so that a process loads only what it measures.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Any, Protocol

from .server import LIST, PAGE, STATS

AUTHORIZATION = "Basic YmVuY2g6YmVuY2g="


class Client(Protocol):
    """The interface of all clients.

    Attributes:
        package: the package that must be installed.
    """

    package: str

    async def open(self, base: str, connections: int) -> None:
        """Make ready to ask the server at `base` over that many connections, all kept alive."""

    async def one(self) -> int:
        """Return the number in a single response."""
        ...

    def items(self) -> Any:
        """Return an async iterable of the items of a list, as users of the client would get it."""

    def values(self, item: Any) -> tuple[str, int]:
        """Return the name and the number of an item."""
        ...


class _Raw(ABC):
    """A client that gets bytes, which are parsed in the same way for all."""

    package = ""

    async def open(self, base: str, connections: int) -> None:
        self.base = base

    @abstractmethod
    async def get(self, url: str) -> bytes:
        """Return the body of a response."""

    async def one(self) -> int:
        inbox = json.loads(await self.get(self.base + STATS))["messageCount"]["inbox"]
        number: int = inbox["allMessages"] * 10 + inbox["unreadMessages"]
        return number

    async def items(self) -> AsyncIterator[dict[str, Any]]:
        number, last = 1, 1
        while number <= last:
            url = f"{self.base}{LIST}?page={number}&pageSize={PAGE}"
            body = json.loads(await self.get(url))
            number, last = number + 1, -(-body["totalCount"] // PAGE)
            for row in body["list"]:
                yield row

    def values(self, item: dict[str, Any]) -> tuple[str, int]:
        return item["username"], item["quota"]


class RawHttpx(_Raw):
    """`httpx.AsyncClient.get` and `json.loads`: the base of every ratio."""

    package = "httpx"

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


class RawAiohttp(_Raw):
    """`aiohttp.ClientSession.get` and `json.loads`."""

    package = "aiohttp"

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


class HandWritten(_Raw):
    """asyncio streams only: the least that a client can do."""

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
    """This package on one of its transports, with its defaults."""

    def __init__(self, package: str) -> None:
        self.package = package

    async def open(self, base: str, connections: int) -> None:
        from hostway_email import HostwayEmail

        hostway = HostwayEmail(
            "bench",
            "bench",
            base_url=base,
            max_concurrency=connections,
            transport=self.package,
            timeout=300,
        )
        self.domain = hostway.account("a1").domain("example.com")

    async def one(self) -> int:
        stats = await self.domain.username("ana").mailbox.message_stats()
        inbox = stats.message_count.inbox
        return inbox.all_messages * 10 + inbox.unread_messages

    def items(self) -> Any:
        return self.domain.usernames.list(page_size=PAGE)

    def values(self, item: Any) -> tuple[str, int]:
        return item.username, item.quota_mb

"""The server: it responds from memory, in a process of its own.

`/{milliseconds}/{items}/...` sets its delay and the length of its list. Each client
finds its own API behind that, in which an item has as many bytes as in the others, and the same two
values.
"""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

LIST = "/accounts/a1/email/example.com/usernames"
STATS = f"{LIST}/ana/mailbox/messagestats"
PAGE = 100
ONE = 73
"""The number in a single response."""

Query = dict[str, str]
RawReply = tuple[object, str]
"""The body of a response, and its headers."""


def main() -> None:
    """Serve until the process is ended, and print the port."""
    asyncio.run(_serve())


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.port: int = transport.get_extra_info("sockname")[1]
        self.received = b""

    def data_received(self, data: bytes) -> None:
        *requests, self.received = (self.received + data).split(b"\r\n\r\n")
        for request in requests:
            seconds, content = _answer(request.split(b" ", 2)[1].decode(), self.port)
            asyncio.get_running_loop().call_later(seconds, self.transport.write, content)


@lru_cache(maxsize=4096)
def _answer(target: str, port: int) -> tuple[float, bytes]:
    path, _, query = target.partition("?")
    _, milliseconds, items, rest = path.split("/", 3)
    api = {"accounts": _hostway, "zones": _cloudflare, "repos": _github, "files": _openai}
    respond = api[rest.split("/")[0]]
    body, headers = respond(
        f"/{rest}", dict(parse_qsl(query)), int(items), f"http://127.0.0.1:{port}{path}"
    )
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}"
    length = f"Content-Length: {len(content)}\r\n\r\n"
    return int(milliseconds) / 1000, f"{head}{length}".encode() + content


def _values(items: int, start: int, size: int) -> list[tuple[str, int]]:
    """Return the name and the number of each item of a page."""
    names = [f"user{index:06d}" for index in range(items)[start : start + size]]
    return [(name, 10 + len(name) + int(name[-2:])) for name in names]


def _hostway(path: str, query: Query, items: int, _: str) -> RawReply:
    url = f"https://api.example{path}"
    if path.endswith("messagestats"):
        box = {"allMessages": ONE // 10, "unreadMessages": ONE % 10}
        links = [{"href": url, "rel": "self"}]
        return {"messageCount": {"inbox": box, "sent": box, "spam": box}, "links": links}, ""
    number, size = int(query["page"]), int(query["pageSize"])
    last = -(-items // size)
    numbers = {"first": 1, "self": number, "last": last}
    if number < last:
        numbers["next"] = number + 1
    entries = [
        {
            "username": name,
            "type": "imap",
            "quota": quota,
            "master": False,
            "trialType": "premium",
            "trialExpiration": "2030-10-28",
            "allowUpgrade": True,
            "links": [{"href": f"{url}/{name}/mailbox", "rel": "mailbox"}],
        }
        for name, quota in _values(items, (number - 1) * size, size)
    ]
    links = [
        {"href": f"{url}?page={at}&pageSize={size}", "rel": rel} for rel, at in numbers.items()
    ]
    return {"totalCount": items, "list": entries, "links": links}, ""


def _cloudflare(path: str, query: Query, items: int, _: str) -> RawReply:
    size = int(query.get("per_page", 1))
    start = (int(query.get("page", 1)) - 1) * size
    single = not path.endswith("/rules")
    rules = [
        {
            "id": f"{number:032x}",
            "name": name,
            "priority": number,
            "enabled": True,
            "matchers": [{"type": "literal", "field": "to", "value": f"{name}@example.com"}],
            "actions": [{"type": "forward", "value": [f"{name}@example.net"]}],
        }
        for name, number in ([("one", ONE)] if single else _values(items, start, size))
    ]
    body = {"success": True, "errors": [], "messages": [], "result": rules[0] if single else rules}
    return body, ""


def _github(path: str, query: Query, items: int, whole: str) -> RawReply:
    number, size = int(query.get("page", 1)), int(query.get("per_page", 1))
    single = not path.endswith("/labels")
    labels = [
        {
            "id": value,
            "node_id": f"MDU6TGFiZWwyMDgwNDU5N{value:06d}=",
            "url": f"https://api.example{path}/{name}",
            "name": name,
            "description": "What this label is for, in a few words",
            "color": "f29513",
            "default": False,
            "archived_at": None,
            "archived_by": None,
        }
        for name, value in ([("one", ONE)] if single else _values(items, (number - 1) * size, size))
    ]
    last = -(-items // size)
    header = ""
    if not single and number < last:
        url = f"{whole}?per_page={size}"
        header = f'Link: <{url}&page={number + 1}>; rel="next", <{url}&page={last}>; rel="last"\r\n'
    return labels[0] if single else labels, header


def _openai(path: str, query: Query, items: int, _: str) -> RawReply:
    size = int(query.get("limit", 1))
    start = int(query.get("after", "user-1").removeprefix("user")) + 1
    single = path != "/files"
    files = [
        {
            "id": name,
            "object": "file",
            "bytes": number,
            "created_at": 1_700_000_000,
            "expires_at": None,
            "filename": name,
            "purpose": "fine-tune",
            "status": "processed",
            "status_details": "what became of it, in as many words as the items of others have",
        }
        for name, number in ([("one", ONE)] if single else _values(items, start, size))
    ]
    if single:
        return files[0], ""
    return {"object": "list", "data": files, "has_more": start + size < items}, ""


if __name__ == "__main__":
    main()

"""Send damaged responses to a client for a while: only documented errors may be raised.

    python tests/fuzz/fuzz_responses.py [--seconds 60] [--seed 1] [--transport httpx]

Responses start as those of the sandbox, and are then damaged: bytes, headers, lengths, encodings,
the JSON itself. Each is sent to a read operation over a real connection. The same seed tries the
same responses in the same order.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import sys
import time
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import anyio
import httpx

sys.path.insert(0, str(Path(__file__).parents[2]))

from hostway_email import (
    HostwayEmail,
    HostwayEmailError,
    InvalidRequestError,
    RequestTimeoutError,
    RetryPolicy,
)
from hostway_email.sandbox import Sandbox
from tests.support.servers import RawServer, Then, reply, serving

MAX_BYTES: Final = 1_000_000
SECONDS_FOR_ONE: Final = 10

Read = Callable[[HostwayEmail], Awaitable[object]]


def _user(hostway: HostwayEmail) -> Any:
    return hostway.account("account007").domain("example.com").username("ana")


def _domain(hostway: HostwayEmail) -> Any:
    return hostway.account("account007").domain("example.com")


READS: Final[dict[str, Read]] = {
    "domain": lambda h: _domain(h).get(),
    "aliases": lambda h: _domain(h).aliases.list(),
    "usernames": lambda h: _domain(h).usernames.list(details=True).collect(limit=500),
    "blackwhitelist": lambda h: _domain(h).blackwhitelist.list().collect(limit=500),
    "listed address": lambda h: _domain(h).blackwhitelist.get("a@example.net"),
    "cleanmailplus": lambda h: _domain(h).cleanmailplus.get(),
    "contacts": lambda h: _domain(h).contacts.list().collect(limit=500),
    "contact": lambda h: _domain(h).contacts.get("joe"),
    "infostore": lambda h: _domain(h).infostore.get(),
    "statistics": lambda h: _domain(h).statistics.mailbox_type_count(),
    "webmail of a domain": lambda h: _domain(h).webmail.get(),
    "webmail limits": lambda h: _domain(h).webmail_limits.get(),
    "webmail names": lambda h: _domain(h).webmail_names.get(),
    "webmail upgrade": lambda h: _domain(h).webmail_upgrade.get(),
    "sign-on link": lambda h: _domain(h).antispam.sso_link(),
    "username": lambda h: _user(h).get(),
    "mailbox": lambda h: _user(h).mailbox.get(),
    "message stats": lambda h: _user(h).mailbox.message_stats(),
    "exchange": lambda h: _user(h).exchange.get(),
    "exchange message stats": lambda h: _user(h).exchange.message_stats(),
    "forwards": lambda h: _user(h).forwards.list(),
    "autoresponder": lambda h: _user(h).autoresponder.get(),
    "secrets": lambda h: _user(h).secrets.list(),
    "webmail": lambda h: _user(h).webmail.get(),
    "secret questions": lambda h: h.secret_questions.get(),
    "secret question settings": lambda h: h.secret_question_settings.get(),
    "anything": lambda h: h.request("GET", "/accounts/account007/anything"),
}
ODD_VALUES: Final = [
    *(None, True, False, 0, -1, 2**70, 1e300, float("nan"), float("inf"), "", " ", "0", "\x00"),
    *("\ud800", "é" * 300, "10/11/2013 9:43:48 AM", "1000 MB (1,048,576,000 bytes)", "unlimited"),
    *([], {}, [[]], [None], {"": None}, [1, "a", {}], {"list": []}, {"href": 5, "rel": "next"}),
]
HEADERS: Final = [
    *("Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999"),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Connection: close", "A b: c"),
    *("Content-Encoding: gzip", "Content-Encoding: deflate", "Content-Encoding: br", ": x"),
    *("Content-Type: text/html; charset=utf-16", "Content-Type: x; charset=utf-7", "X:\x00"),
    *("Content-Type: application/json; charset=punycode", "Content-Type: ;;;=", "Retry-After: -5"),
    *("Retry-After: Wed, 99 Foo 2026", "Location: http://[", "Location: //evil.test", "Location: "),
    *("Location: ?page=2", "Set-Cookie: a=b", "X: " + "y" * 70_000, "Upgrade: websocket"),
    *("Content-Type: application/json; charset=idna", "Retry-After: 9" + "9" * 400),
    *("Location: http://h:99999/", "Location: http://h:x/", "Location: //[::1", "Location: /\xe9"),
    *("Location: /" + "../" * 9_000, "Location: ?" + "a&" * 9_000, "Location: javascript:1"),
    *("Retry-After: (((((", "Retry-After: " + "Mon, " * 9_000, "Content-Encoding: gzip, gzip"),
    *("Content-Encoding: identity", "Content-Length: 0", "Content-Length: +5"),
    *("Content-Length: 5, 5", "Content-Type: " + "a/" * 9_000),
]
LINKS: Final = [
    *("http://[", "http://h:99999/", "//[::1", "{APIBaseURL}", "{{APIBaseURL}}?page=2", "?page=2"),
    *("?", "?page=-1", "?page=0", f"?page={'9' * 400}", "?page=%ff", "?page=\x00", "#", " ", ""),
    *("?page=2&page=3", "?" + "a&" * 9_000, "/" * 9_000, "?q=" + "a" * 20_000, "?page=2&x=%zz"),
]
"""Links that no server should send."""
STATUSES: Final = [
    *(100, 101, 199, 200, 201, 202, 204, 206, 299, 300, 301, 302, 303, 304, 307, 308, 400, 401),
    *(403, 404, 405, 409, 410, 418, 429, 500, 501, 502, 503, 504, 599, 600, 999, 0),
]


def documented() -> dict[str, bytes]:
    """Return the sandbox's response body for each of the operations."""
    bodies: dict[str, bytes] = {}
    sandbox = Sandbox(mailboxes=20, seed=1)
    sandbox.add_mailbox("ana", password="Ana-secret-1", quota=100, usage=40)

    latest = b""

    async def note(response: httpx.Response) -> None:
        nonlocal latest
        latest = await response.aread()

    async def ask() -> None:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(sandbox.app), event_hooks={"response": [note]}
        ) as http:
            hostway = HostwayEmail("admin", "sandbox", http_client=http, retry=RetryPolicy.none())
            for name, read in READS.items():
                with contextlib.suppress(HostwayEmailError):
                    await read(hostway)
                bodies[name] = latest

    anyio.run(ask)
    return bodies


def damaged_value(value: Any, random: Random) -> Any:
    """Return JSON with one part of it replaced, duplicated, renamed or removed."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        changed, key = dict(value), random.choice(list(value))
        match random.randrange(5):
            case 0:
                del changed[key]
            case 1:
                changed[key.swapcase()] = changed.pop(key)
            case _:
                changed[key] = damaged_value(value[key], random)
        return changed
    if isinstance(value, list) and value and random.random() < 0.85:
        items, place = list(value), random.randrange(len(value))
        if random.random() < 0.2:
            return items * random.randint(0, 3)
        items[place] = damaged_value(items[place], random)
        return items
    return random.choice(ODD_VALUES)


def with_links(value: Any, random: Random) -> Any:
    """Return a document with links, some of them invalid."""
    if not isinstance(value, dict):
        return value
    rels = random.choices(["next", "last", "self", "first"], k=random.randint(1, 3))
    return value | {"links": [{"rel": rel, "href": random.choice(LINKS)} for rel in rels]}


def damaged_bytes(data: bytes, random: Random) -> bytes:
    """Return bytes, some of them changed, removed, duplicated or inserted."""
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(data) + 1)
        length = random.choice([1, 1, 2, 8, 60])
        match random.randrange(4):
            case 0:
                data = data[:place] + random.randbytes(length) + data[place + length :]
            case 1:
                data = data[:place] + data[place + length :]
            case 2:
                data = data[:place] + data[place : place + length] * 3 + data[place:]
            case _:
                odd = random.choice([b"\r\n", b"\x00", b"{", b'"', b",", b"\xff"])
                data = data[:place] + odd + data[place:]
    return data


def response_from(body: bytes, random: Random) -> bytes:
    """Return the bytes of a documented response after some damage."""
    for _ in range(random.choice([0, 1, 1, 2, 5])):
        try:
            body = json.dumps(damaged_value(json.loads(body), random)).encode()
        except ValueError:
            break
    if random.random() < 0.2:
        with contextlib.suppress(ValueError):
            body = json.dumps(with_links(json.loads(body), random)).encode()
    if random.random() < 0.03:
        deep = random.choice([b"[", b'{"a":', b'{"links":['])
        body = deep * random.choice([100, 250, 5_000])
    if random.random() < 0.25:
        body = damaged_bytes(body, random)
    headers: dict[str, str] = {}
    match random.randrange(8):
        case 0:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        case 1:
            body, headers["Content-Encoding"] = zlib.compress(body), "deflate"
        case 2:
            body = body.decode("latin-1").encode("utf-16")
        case _:
            headers["Content-Type"] = "application/json"
    status = random.choice(STATUSES) if random.random() < 0.4 else 200
    data = reply(status, body, headers)
    if random.random() < 0.3:
        head, _, rest = data.partition(b"\r\n")
        more = "\r\n".join(random.choices(HEADERS, k=random.randint(1, 3)))
        data = head + b"\r\n" + more.encode("latin-1") + b"\r\n" + rest
    if random.random() < 0.25:
        data = damaged_bytes(data, random)
    return data


async def try_one(server: RawServer, hostway: HostwayEmail, read: Read, data: bytes) -> str:
    """Send one response to one operation, and return the result."""
    server.replies = [Then(data)]
    server.default = Then(reply(404, {"message": "there is no more"}))
    try:
        with anyio.fail_after(SECONDS_FOR_ONE):
            await read(hostway)
    except HostwayEmailError as error:
        if isinstance(error, (InvalidRequestError, RequestTimeoutError)):
            raise AssertionError(f"{type(error).__name__} must not be raised") from error
        str(error), repr(error)
        ended = type(error).__name__
    else:
        ended = "success"
    server.replies = []
    server.default = reply(200, {"alive": True})
    with anyio.fail_after(SECONDS_FOR_ONE):
        alive = await hostway.request("GET", "/alive")
    assert alive == {"alive": True}, f"the next call was given {alive!r}"
    return ended


async def fuzz(
    seconds: float,
    seed: int,
    bodies: dict[str, bytes],
    transport: Literal["httpx", "httpx2", "aiohttp"] = "httpx",
) -> Counter[str]:
    """Try responses for that many seconds; stop at the first undocumented result."""
    random = Random(seed)
    ends: Counter[str] = Counter()
    until = time.monotonic() + seconds
    async with (
        serving() as server,
        HostwayEmail(
            base_url=server.url,
            transport=transport,
            max_concurrency=2,
            timeout=SECONDS_FOR_ONE,
            max_response_bytes=MAX_BYTES,
            retry=RetryPolicy.none(),
        ) as hostway,
    ):
        while time.monotonic() < until:
            name = random.choice(list(READS))
            data = response_from(bodies.get(name, b"{}"), random)
            try:
                ends[await try_one(server, hostway, READS[name], data)] += 1
            except Exception:
                print(f"seed {seed}, response {ends.total() + 1}, to {name}:\n{data!r}")
                traceback.print_exc()
                sys.exit(1)
            server.requests.clear()
        assert server.most_open <= 4, f"{server.most_open} connections were open at once"
    return ends


def main() -> None:
    """Fuzz on asyncio and on trio, half of the time each."""
    parser = argparse.ArgumentParser(description="Send damaged responses to a client.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--transport", default="httpx", choices=["httpx", "httpx2", "aiohttp"])
    options = parser.parse_args()
    # A codec named by the response may warn about what it decodes.
    warnings.filterwarnings("ignore", "invalid escape sequence", DeprecationWarning)
    bodies = documented()
    for backend in ["asyncio"] if options.transport == "aiohttp" else ["asyncio", "trio"]:
        seconds, seed, transport = options.seconds / 2, options.seed, options.transport
        ends = anyio.run(fuzz, seconds, seed, bodies, transport, backend=backend)
        summary = ", ".join(f"{end} {times}" for end, times in ends.most_common())
        print(f"{backend}: {ends.total()} responses tried: {summary}")


if __name__ == "__main__":
    main()

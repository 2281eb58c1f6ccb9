"""Bad responses of a server, and the expected result of a call for each."""

from __future__ import annotations

import gzip
import itertools
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

import anyio
from anyio.abc import SocketAttribute, SocketStream

from hostway_email import (
    BadRequestError,
    HostwayEmailError,
    InvalidResponseError,
    NotFoundError,
    RequestTimeoutError,
    ServerError,
    StatusError,
    TransportError,
    UnexpectedRedirectError,
)

from .loops import settle
from .servers import RawRequest, Reply, Then, reply

__all__ = ["BAD", "MAX_BYTES", "Bad", "huge", "reset"]

MAX_BYTES: Final = 1_000_000
"""`max_response_bytes` of these tests."""

OK: Final = b"HTTP/1.1 200 OK\r\n"
GZIP: Final = {"Content-Encoding": "gzip"}
PACKED: Final = gzip.compress(b'{"quota": 1}')
BOMB: Final = gzip.compress(b" " * 30_000_000)
SECOND: Final = reply(200, {"quota": 666})
"""A complete response without a request."""

Script = Callable[[RawRequest, SocketStream], Awaitable[None]]


@dataclass(frozen=True)
class Bad:
    """A bad response.

    Attributes:
        reply: what the server does.
        result: the error of a call, or the quota that it returns.
        text: a pattern for the text of the error.
        reused: whether the connection may be reused.
    """

    reply: Reply
    result: type[HostwayEmailError] | int
    text: str = ""
    reused: bool = False


def trickle(head: bytes, *parts: bytes) -> Script:
    """Send the head, then the parts again and again, one at a time."""

    async def write(request: RawRequest, stream: SocketStream) -> None:
        await stream.send(head)
        for times in itertools.count():
            for part in parts:
                await stream.send(part)
                await anyio.sleep(0.01)
            if times == 2:
                await request.stuck()

    return write


def flood(head: bytes, part: bytes) -> Script:
    """Send the head, then the part without end, as fast as it is read."""

    async def write(request: RawRequest, stream: SocketStream) -> None:
        await stream.send(head)
        for times in itertools.count():
            await stream.send(part)
            if times == 20:
                await request.stuck()

    return write


def reset(data: bytes) -> Script:
    """Send the data and reset the connection, instead of closing it."""

    async def write(request: RawRequest, stream: SocketStream) -> None:
        if data:
            await stream.send(data)
            # A reset discards unread data, and the client must have read this.
            await settle()
        raw = stream.extra(SocketAttribute.raw_socket)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await stream.aclose()

    return write


def huge(status: int, megabytes: int = 50) -> Script:
    """Send a response with a body of that many megabytes."""

    async def write(request: RawRequest, stream: SocketStream) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {megabytes * 1_000_000}\r\n\r\n"
        await stream.send(head.encode())
        for _ in range(megabytes):
            await stream.send(b" " * 1_000_000)

    return write


def chunked(*chunks: bytes) -> bytes:
    """Return the bytes of a chunked response."""
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def deflated(raw: bytes) -> bytes:
    """Compress without a zlib header, as some servers do."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush()


def redirect(status: int, location: str) -> bytes:
    """Return the bytes of a redirect."""
    return reply(status, b"", {"Location": location})


def head_with(*lines: bytes) -> bytes:
    """Return a valid response with these headers."""
    body = b'{"quota": 1}'
    return b"%sContent-Length: %d\r\n%s\r\n%s" % (
        OK,
        len(body),
        b"".join(line + b"\r\n" for line in lines),
        body,
    )


def _silent() -> Iterator[tuple[str, Bad]]:
    """Yield responses that never end: the client's timeout ends the call."""
    late = RequestTimeoutError
    for name, sent in {
        "never responds": Then(b"", "hold"),
        "stops in the status line": Then(b"HTTP/1.1 20", "hold"),
        "stops in the headers": Then(OK + b"Content-Type: app", "hold"),
        "stops before the body": Then(OK + b"Content-Length: 9\r\n\r\n", "hold"),
        "stops in the body": Then(OK + b"Content-Length: 9\r\n\r\n{", "hold"),
        "length too long, and waits": Then(reply(200, b'{"quota": 1}', length=99), "hold"),
        "no length, and waits": Then(OK + b'\r\n{"quota": 1}', "hold"),
        "stops in a chunk": Then(chunked(b'{"quota": 1}')[:-9], "hold"),
        "trickles the status line": trickle(b"H", b""),
        "trickles headers": trickle(OK, b"A: 1\r\n"),
        "trickles the body": trickle(OK + b"Content-Length: 99999\r\n\r\n", b" "),
        "trickles chunks": trickle(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        "trickles 100 Continue": trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "floods with 103 Early Hints": flood(b"", b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" * 50),
        "gzip that never says anything": flood(
            OK + b"Content-Encoding: gzip\r\n\r\n" + PACKED[:10], b"\x00\x00\x00\xff\xff" * 200
        ),
    }.items():
        yield name, Bad(sent, late, "timed out after")


def _truncated() -> Iterator[tuple[str, Bad]]:
    """Yield responses that the server ends too early."""
    whole = reply(200, b'{"quota": 1}')
    for name, sent in {
        "closes at once": Then(b""),
        "closes in the status line": Then(b"HTTP/1.1 2"),
        "closes in the headers": Then(OK + b"Content-Type: app"),
        "closes before the body": Then(OK + b"Content-Length: 9\r\n\r\n"),
        "closes in the body": Then(whole[:-3]),
        "length too long": Then(reply(200, b'{"quota": 1}', length=99)),
        "closes in a chunk": Then(chunked(b'{"quota": 1}')[:-9]),
        "closes before the last chunk": Then(chunked(b'{"quota": 1}')[:-5]),
        "reset at once": reset(b""),
        "reset in the headers": reset(OK + b"Content-Type: app"),
        "reset in the body": reset(whole[:-3]),
        "reset in the body without a length": reset(OK + b'\r\n{"quota": 1'),
    }.items():
        yield name, Bad(sent, TransportError, "the connection failed")
    for status, error in {404: NotFoundError, 500: ServerError, 400: BadRequestError}.items():
        # The status was received and decides; the rest is only details.
        yield f"reset in the body of a {status}", Bad(reset(reply(status, b"{", length=9)), error)
        yield f"closes in the body of a {status}", Bad(Then(reply(status, b"{", length=9)), error)


def _invalid_http() -> Iterator[tuple[str, Bad]]:
    """Yield responses that violate HTTP, or are none."""
    for name, data in {
        "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "an alert of TLS": b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n",
        "a frame of HTTP/2": b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\r\n\r\n",
        "HTML without a head": b"<html>canary</html>\r\n\r\n",
        "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
        "a status of 99": b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
        "a status of letters": b"HTTP/1.1 OK OK\r\n\r\n",
        "two lengths": head_with(b"Content-Length: 3"),
        "a length of letters": OK + b"Content-Length: canary\r\n\r\n{}",
        "a negative length": OK + b"Content-Length: -2\r\n\r\n{}",
        "a length of 30 digits and more": OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}",
        "a header without a colon": head_with(b"canary"),
        "a header with a control character": head_with(b"A: b\x00c"),
        "a name with a blank": head_with(b"A b: c"),
        "chunks of letters": OK + b"Transfer-Encoding: chunked\r\n\r\ncanary\r\n{}\r\n",
        "a chunk that is longer": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n",
        "an unknown transfer encoding": OK + b"Transfer-Encoding: gzip\r\n\r\n{}",
        "20,000 long headers": head_with(*(b"X-%d: %s" % (n, b"1" * 90) for n in range(20_000))),
        "a header of a megabyte": head_with(b"A: " + b"1" * 1_000_000),
        "101 Switching Protocols": b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    }.items():
        yield name, Bad(Then(data), TransportError, "the connection failed")


def _unreadable() -> Iterator[tuple[str, Bad]]:
    """Yield successes that cannot be parsed."""
    no_json = "the response body is not JSON"
    for name, body in {
        "JSON cut short": b'{"quota": 1',
        "HTML": b"<!doctype html><p>We are down for maintenance. canary",
        "a deep nesting": b"[" * 100_000,
        "an integer of 100,000 digits": b'{"quota": %s}' % (b"9" * 100_000),
        "two documents": b'{"quota": 1}{"quota": 2}',
        "binary": bytes(range(256)),
    }.items():
        yield name, Bad(reply(200, body), InvalidResponseError, no_json, reused=True)
    for name, body in {
        "a list": b"[]",
        "null": b"null",
        "a quota of NaN": b'{"quota": NaN}',
        "a quota of Infinity": b'{"quota": Infinity}',
        "a quota of 1e999": b'{"quota": 1e999}',
    }.items():
        text = "the response body is not as documented"
        yield name, Bad(reply(200, body), InvalidResponseError, text, reused=True)
    for status in (200, 202, 204):
        no_body = "the response body is empty"
        sent = b"HTTP/1.1 %d X\r\n%s\r\n" % (
            status,
            b"" if status == 204 else b"Content-Length: 0\r\n",
        )
        yield f"{status} without a body", Bad(sent, InvalidResponseError, no_body, reused=True)
    for name, (packed, text) in {
        "broken gzip": (b"\x1f\x8b\x08\x00" + b"\xee" * 50, "data is invalid"),
        "no gzip at all": (b'{"quota": 1}', "is truncated"),
        "gzip with a wrong checksum": (PACKED[:-8] + b"\x00" * 8, "data is invalid"),
        "gzip cut short": (PACKED[:-9], "is truncated"),
        "gzip of nothing but its head": (PACKED[:10], "is truncated"),
    }.items():
        sent = Then(reply(200, packed, GZIP))
        yield name, Bad(sent, InvalidResponseError, text)
    twice = reply(200, gzip.compress(PACKED), GZIP)
    yield "gzip twice", Bad(twice, InvalidResponseError, no_json, reused=True)
    for coding in ("br", "zstd", "gzip, gzip", "compress", "canary"):
        sent = Then(reply(200, PACKED, {"Content-Encoding": coding}))
        yield f"encoded as {coding}", Bad(sent, InvalidResponseError, "was not requested")
    too_long = f"longer than {MAX_BYTES} bytes"
    yield "gzip bomb", Bad(reply(200, BOMB, GZIP), InvalidResponseError, too_long)
    yield "body of 50 MB", Bad(huge(200), InvalidResponseError, too_long)
    yield (
        "body without an end",
        Bad(flood(OK + b"\r\n", b" " * 65_536), InvalidResponseError, too_long),
    )


def _surplus() -> Iterator[tuple[str, Bad]]:
    """Yield responses followed by bytes that belong to no request."""
    short = reply(200, b'{"quota": 1}' + SECOND, length=12)
    yield "length too short", Bad(reply(200, b'{"quota": 123}', length=13), InvalidResponseError)
    yield "a response after the response", Bad(short, 1)
    yield "a response after the last chunk", Bad(chunked(b'{"quota": 1}') + SECOND, 1)
    empty = b"HTTP/1.1 204 X\r\nContent-Length: %d\r\n\r\n%s" % (len(SECOND), SECOND)
    yield "204 with a body", Bad(empty, InvalidResponseError, "the response body is empty")
    yield "304 with a body", Bad(empty.replace(b"204", b"304"), UnexpectedRedirectError)


def _redirects() -> Iterator[tuple[str, Bad]]:
    """Yield redirects, none of which is followed."""
    for name, location in {
        "to another host": "https://evil.test/",
        "to another port": "http://127.0.0.1:9/",
        "to another scheme": "https://127.0.0.1/",
        "to a file": "file:///etc/passwd",
        "to nowhere": "",
        "to no address": "http://[",
    }.items():
        for status in (301, 302, 307, 308):
            sent = redirect(status, location)
            text = "is not followed"
            yield f"{status} {name}", Bad(sent, UnexpectedRedirectError, text, reused=True)
    for status in (300, 304, 305, 399):
        yield f"a bare {status}", Bad(reply(status), UnexpectedRedirectError, reused=True)


def _errors() -> Iterator[tuple[str, Bad]]:
    """Yield error statuses with useless bodies."""
    for name, body in {
        "HTML": b"<html><script>" * 2000,
        "deep JSON": b"[" * 60_000,
        "an integer of 60,000 digits": b'{"message": %s}' % (b"9" * 60_000),
        "binary": bytes(range(256)) * 100,
        "nothing": b"",
    }.items():
        yield f"500 with {name}", Bad(reply(500, body), ServerError, reused=True)
    yield "500 of 50 MB", Bad(huge(500), ServerError)
    yield "404 without an end", Bad(flood(b"HTTP/1.1 404 X\r\n\r\n", b" " * 65_536), NotFoundError)
    yield "502 as a gzip bomb", Bad(reply(502, BOMB, GZIP), ServerError)
    yield "503 in broken gzip", Bad(reply(503, b"no gzip", GZIP), ServerError)
    for status in (418, 451, 499):
        yield f"a status of {status}", Bad(reply(status, b"{}"), StatusError, reused=True)
    for status in (599, 600, 999):
        yield f"a status of {status}", Bad(reply(status, b"{}"), ServerError, reused=True)


def _unusual_but_valid() -> Iterator[tuple[str, Bad]]:
    """Yield unusual responses that are valid."""
    text = '{"quota": 1, "name": "Jörg"}'
    for name, sent in {
        "100 Continue first": b"HTTP/1.1 100 Continue\r\n\r\n" + reply(200, b'{"quota": 1}'),
        "103 Early Hints first": b"HTTP/1.1 103 H\r\nLink: </x>\r\n\r\n" * 3
        + reply(200, b'{"quota": 1}'),
        "bare line feeds": OK.replace(b"\r", b"") + b'Content-Length: 12\n\n{"quota": 1}',
        "a reason that is no ASCII": head_with().replace(b"OK", "Schön".encode("latin-1")),
        "no reason": head_with().replace(b" OK", b" "),
        "10,000 headers": head_with(*(b"x%d:1" % n for n in range(10_000))),
        "a header in bytes": head_with(b"X-Name: \xff\xfe"),
        "chunks of one byte": chunked(*(bytes([one]) for one in text.encode())),
        "a byte order mark": reply(200, b"\xef\xbb\xbf" + text.encode()),
        "UTF-16": reply(200, text.encode("utf-16")),
        "Latin-1": reply(
            200, text.encode("latin-1"), {"Content-Type": "text/plain; charset=iso-8859-1"}
        ),
        "an unknown charset": reply(
            200, text.encode(), {"Content-Type": "application/json; charset=klingon"}
        ),
        "a charset that is no text": reply(
            200, text.encode(), {"Content-Type": "application/json; charset=zlib_codec"}
        ),
        "said to be HTML": reply(200, text.encode(), {"Content-Type": "text/html"}),
        "gzip": reply(200, PACKED, GZIP),
        "GZIP in capitals": reply(200, PACKED, {"Content-Encoding": " GZIP "}),
        "deflate": reply(200, zlib.compress(b'{"quota": 1}'), {"Content-Encoding": "deflate"}),
        "raw deflate": reply(200, deflated(b'{"quota": 1}'), {"Content-Encoding": "deflate"}),
        "gzip with a tail": reply(200, PACKED + b"\x00" * 100, GZIP),
        "NaN in an ignored field": reply(200, b'{"quota": 1, "other": NaN}'),
        "an unknown field, deep": reply(200, b'{"quota": 1, "x": %s1%s}' % (b"[" * 90, b"]" * 90)),
        "a huge number in an ignored field": reply(200, b'{"quota": 1, "x": %s}' % (b"9" * 4000)),
        "the same field twice": reply(200, b'{"quota": 2, "quota": 1}'),
        "an unknown 2xx": reply(299, b'{"quota": 1}'),
        "white space around": reply(200, b"\r\n\t " * 1000 + b'{"quota": 1}' + b" " * 1000),
    }.items():
        yield name, Bad(sent, 1, reused=True)
    for name, data in {
        "no length, then closes": OK + b'\r\n{"quota": 1}',
        "HTTP/1.0": OK.replace(b"1.1", b"1.0") + b'Content-Length: 12\r\n\r\n{"quota": 1}',
        "Connection: close": head_with(b"Connection: close"),
    }.items():
        yield name, Bad(Then(data), 1)


BAD: Final[dict[str, Bad]] = dict(
    case
    for family in (
        _silent,
        _truncated,
        _invalid_http,
        _unreadable,
        _surplus,
        _redirects,
        _errors,
        _unusual_but_valid,
    )
    for case in family()
)

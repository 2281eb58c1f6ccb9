"""How responses are read: completely, decoded, limited; and which faults are reported."""

from __future__ import annotations

import gzip
import zlib

import pytest

from hostway_email import Transport, TransportError

from ..support.servers import RawServer, Then, reply
from .conftest import Adapter, ask

pytestmark = pytest.mark.anyio

TEXT = b'{"list": ["' + b"ab" * 5_000 + b'"]}'
GZIPPED = gzip.compress(TEXT)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def chunked(*parts: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


ENCODED = {
    "plain": ("", TEXT),
    "identity": ("identity", TEXT),
    "gzip": ("gzip", GZIPPED),
    "x-gzip": ("X-GZip", GZIPPED),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "deflate without a header": ("deflate", raw_deflate(TEXT)),
}


@pytest.mark.parametrize("case", ENCODED)
async def test_body_is_decoded(transport: Transport, server: RawServer, case: str) -> None:
    """A body is decompressed, and its connection is kept."""
    encoding, content = ENCODED[case]
    server.default = reply(200, content, {"Content-Encoding": encoding} if encoding else {})

    for _ in range(2):
        response = await transport.send(ask(server))

        assert (response.content, response.fault) == (TEXT, "")
    assert server.connections == 1


async def test_body_without_a_length(transport: Transport, server: RawServer) -> None:
    """A body without a length ends with its last chunk, or with the connection."""
    server.replies = [
        chunked(b"a" * 70_000, b"b", b"c" * 200_000),
        Then(b"HTTP/1.1 200 OK\r\n\r\n" + TEXT),
    ]

    in_chunks = await transport.send(ask(server))
    until_the_end = await transport.send(ask(server))

    assert in_chunks.content == b"a" * 70_000 + b"b" + b"c" * 200_000
    assert until_the_end.content == TEXT


BAD = {
    "too long": (reply(200, TEXT), "longer than 5000 bytes"),
    "too long, in chunks": (chunked(*[b"x" * 900] * 20), "longer than 5000 bytes"),
    "bomb": (
        reply(200, gzip.compress(b"\0" * 50_000_000), {"Content-Encoding": "gzip"}),
        "longer than 5000 bytes",
    ),
    "broken": (reply(200, b"\x1f\x8bnothing", {"Content-Encoding": "gzip"}), "is invalid"),
    "broken later": (
        reply(200, gzip.compress(b"x")[:-8] + b"12345678", {"Content-Encoding": "gzip"}),
        "is invalid",
    ),
    "cut short": (reply(200, GZIPPED[:-20], {"Content-Encoding": "gzip"}), "is truncated"),
    "not asked for": (reply(200, b"x", {"Content-Encoding": "br"}), "was not requested"),
}


@pytest.mark.parametrize("case", BAD)
async def test_invalid_body(transport: Transport, server: RawServer, case: str) -> None:
    """The fault of a body is reported, and at most the limit is kept of it."""
    data, fault = BAD[case]
    server.replies = [data]

    response = await transport.send(ask(server, max_bytes=5000))
    after = await transport.send(ask(server))

    assert response.status == 200
    assert fault in response.fault
    assert len(response.content) <= 5000
    assert after.content == b'{"list": []}'


async def test_body_of_an_error_is_bounded(transport: Transport, server: RawServer) -> None:
    """The body of an error has its own limit; the status is returned in any case."""
    server.replies = [reply(502, b"x" * 1_000_000)]

    response = await transport.send(ask(server, max_bytes=10_000_000))

    assert response.status == 502
    assert len(response.content) <= 65_536


ENDED = {
    "short": Then(reply(500, b"abc", length=10)),
    "in a chunk": Then(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"),
}


@pytest.mark.parametrize("case", ENDED)
async def test_error_with_a_truncated_body(
    transport: Transport, server: RawServer, case: str
) -> None:
    """The status of an error is returned even if its body is truncated."""
    server.replies = [ENDED[case]]

    response = await transport.send(ask(server, "POST"))
    after = await transport.send(ask(server))

    assert (response.status, response.content, response.fault) == (500, b"", "it ended early")
    assert (after.status, server.connections) == (200, 2)


@pytest.mark.parametrize("case", ENDED)
async def test_success_with_a_truncated_body(
    transport: Transport, server: RawServer, case: str
) -> None:
    """A truncated success is an error, as the rest is unknown."""
    server.replies = [Then(ENDED[case].data.replace(b"500", b"200", 1))]
    request = ask(server, "POST")

    with pytest.raises(TransportError):
        await transport.send(request)
    after = await transport.send(ask(server))

    assert request.sent
    assert (after.status, server.connections) == (200, 2)


async def test_bytes_beyond_the_length(ours: Adapter, server: RawServer) -> None:
    """Bytes after a response are never read as the response to the next request."""
    server.replies = [reply(200, b"first") + reply(200, b"of no request")]

    async with ours.open(server.url) as transport:
        first = await transport.send(ask(server))
        second = await transport.send(ask(server))

    assert (first.content, second.content) == (b"first", b'{"list": []}')
    assert server.connections == 2


async def test_empty_responses(transport: Transport, server: RawServer) -> None:
    """A response without a body is complete, even if it is declared as compressed."""
    server.replies = [reply(200, headers={"Content-Encoding": "gzip"}), reply(204), reply(304)]

    responses = [await transport.send(ask(server)) for _ in range(3)]

    assert [(one.content, one.fault) for one in responses] == [(b"", "")] * 3

"""Proxies: from an argument and from the environment, for plain HTTP and as a tunnel for TLS."""

from __future__ import annotations

import base64

import anyio
import pytest
from anyio.abc import SocketStream

from hostway_email import ConnectError, InvalidRequestError, Request

from ..support.servers import RawRequest, RawServer, reply
from .conftest import HEADERS, Adapter, Certificate, ask

pytestmark = pytest.mark.anyio

BASE = "http://api.test"


def to(url: str) -> Request:
    return Request("GET", f"{url}/a%2Fb?c=%40", HEADERS, b"", 1_000_000)


async def pump(source: SocketStream, sink: SocketStream) -> None:
    try:
        while True:
            await sink.send(await source.receive())
    except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
        await sink.aclose()


async def tunnel(request: RawRequest, stream: SocketStream) -> None:
    """Handle CONNECT."""
    host, _, port = request.line.split(" ")[1].rpartition(":")
    assert host == "localhost"
    async with await anyio.connect_tcp("127.0.0.1", int(port)) as target:
        await stream.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pump, stream, target)
            await pump(target, stream)
            tasks.cancel_scope.cancel()


async def test_proxy_as_an_argument(adapter: Adapter, server: RawServer) -> None:
    """A plain request is sent to the proxy with its whole URL, encoded as before."""
    async with adapter.open(BASE, proxy=server.url) as transport:
        for _ in range(2):
            request = to(BASE)
            assert (await transport.send(request)).status == 200
            assert request.sent

    assert server.lines == [f"GET {BASE}/a%2Fb?c=%40"] * 2
    assert server.connections == 1
    assert server.requests[0].headers["host"] == "api.test"
    assert "proxy-authorization" not in server.requests[0].headers


async def test_credentials_of_a_proxy(adapter: Adapter, server: RawServer) -> None:
    """They are sent to the proxy in their own header, with each request."""
    url = server.url.replace("http://", "http://us%40er:p%3Aw@")

    async with adapter.open(BASE, proxy=url) as transport:
        await transport.send(to(BASE))
        await transport.send(to(BASE))

    for seen in server.requests:
        token = seen.headers["proxy-authorization"].removeprefix("Basic ")
        assert base64.b64decode(token) == b"us@er:p:w"
        assert seen.headers["authorization"] == HEADERS["Authorization"]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_proxy_of_the_environment(
    ours: Adapter, server: RawServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The environment sets the proxy, with or without a scheme."""
    monkeypatch.delenv("REQUEST_METHOD", raising=False)
    for value in (server.url, server.url.removeprefix("http://")):
        monkeypatch.setenv(name, value)
        async with ours.open(BASE) as transport:
            await transport.send(to(BASE))

    assert server.lines == [f"GET {BASE}/a%2Fb?c=%40"] * 2


@pytest.mark.parametrize("exception", ["127.0.0.1", "*", "example.com, 127.0.0.1"])
async def test_no_proxy(
    ours: Adapter, server: RawServer, monkeypatch: pytest.MonkeyPatch, exception: str
) -> None:
    """`NO_PROXY` exempts a host; an argument overrides both."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", exception)
    async with ours.open(server.url) as transport:
        await transport.send(ask(server))
    async with ours.open(server.url, proxy=server.url) as transport:
        await transport.send(ask(server))

    assert server.lines == ["GET /x", f"GET {server.url}/x"]


async def test_tunnel(
    adapter: Adapter, server: RawServer, tls_server: RawServer, certificate: Certificate
) -> None:
    """TLS is end to end: the proxy sees the host, and no header of the request."""
    server.default = tunnel
    url = server.url.replace("http://", "http://user:pw@")

    async with adapter.open(
        tls_server.url, proxy=url, ssl_context=certificate.trusted()
    ) as transport:
        for _ in range(2):
            request = ask(tls_server, "POST", content=b"{}")
            assert (await transport.send(request)).status == 200
            assert request.sent

    (connect,) = server.requests
    assert connect.line == f"CONNECT {tls_server.url.removeprefix('https://')}"
    assert "authorization" not in connect.headers
    assert connect.headers["proxy-authorization"].startswith("Basic ")
    assert tls_server.lines == ["POST /x"] * 2
    assert "proxy-authorization" not in tls_server.requests[0].headers
    assert tls_server.connections == 1


@pytest.mark.parametrize("status", [407, 403, 502])
async def test_refused_tunnel(adapter: Adapter, server: RawServer, status: int) -> None:
    """A proxy that refuses the tunnel has forwarded nothing."""
    server.default = reply(status, b"no")
    async with adapter.open("https://api.test", proxy=server.url) as transport:
        request = to("https://api.test")
        with pytest.raises(ConnectError, match=str(status)):
            await transport.send(request)

    assert not request.sent


async def test_unreachable_proxy(adapter: Adapter) -> None:
    """Without the proxy there is no connection; its password is not shown."""
    async with adapter.open(BASE, proxy="http://user:proxy-pw@127.0.0.1:1") as transport:
        request = to(BASE)
        with pytest.raises(ConnectError) as caught:
            await transport.send(request)

    assert not request.sent
    assert "proxy-pw" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    "proxy", ["nonsense", "ftp://x.test:1", "http://pw-secret@[x", "http://x:pw-secret@h:port"]
)
def test_invalid_proxy(ours: Adapter, proxy: str) -> None:
    """An invalid proxy is refused when the client is created, and not quoted."""
    with pytest.raises(InvalidRequestError, match="proxy") as caught:
        ours.make(BASE, proxy=proxy)

    assert "pw-secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_socks_without_its_package(ours: Adapter) -> None:
    """The missing package for a SOCKS proxy is named at once."""
    with pytest.raises(InvalidRequestError, match=r"SOCKS|http or https"):
        ours.make(BASE, proxy="socks5://127.0.0.1:1080")

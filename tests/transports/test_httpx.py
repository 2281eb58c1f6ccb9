"""The default transport on real sockets: connections, proxies, certificates, the user's client."""

from __future__ import annotations

import contextlib
import logging
import ssl
import time
from functools import partial

import anyio
import httpx
import pytest
import respx
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.tls import TLSStream

from hostway_email import (
    ConnectError,
    HostwayEmail,
    InvalidRequestError,
    NotFoundError,
    Request,
    RequestTimeoutError,
    RetryPolicy,
    Transport,
    TransportError,
)
from hostway_email.transports.httpx import HttpxClientTransport, HttpxTransport

from ..support.loops import Clock, settle
from ..support.servers import RawRequest, RawServer, Then, reply, serving
from ..support.waiting import HANGS, until
from .conftest import Certificate

pytestmark = pytest.mark.anyio

WHERE = "/accounts/account007/email/example.com"
ONCE = RetryPolicy.none()


def request_to(server: RawServer, method: str = "GET", content: bytes = b"") -> Request:
    return Request(method, server.url + WHERE, {"Accept": "application/json"}, content, 1000)


# Connections


async def test_protocol() -> None:
    """Both classes implement `Transport`."""
    async with httpx.AsyncClient() as client:
        assert isinstance(HttpxTransport("http://localhost"), Transport)
        assert isinstance(HttpxClientTransport(client), Transport)


async def test_a_connection_is_kept(server: RawServer) -> None:
    """Consecutive calls share a connection; closing the transport is optional."""
    transport = HttpxTransport(server.url)
    for _ in range(5):
        response = await transport.send(request_to(server))
        assert (response.status, response.content, response.fault) == (200, b'{"list": []}', "")

    assert server.connections == 1
    await transport.aclose()
    await transport.aclose()
    await until(lambda: server.open == 0)

    assert (await transport.send(request_to(server))).status == 200
    assert server.connections == 2
    await transport.aclose()


async def test_one_connection_for_each_concurrent_call(server: RawServer) -> None:
    """Concurrent calls have a connection each, all of which are kept for the next calls."""
    transport = HttpxTransport(server.url)
    for _ in range(3):
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(transport.send, request_to(server))

    assert server.connections == server.most_open == 4
    await transport.aclose()


async def test_a_connection_that_was_idle_too_long(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection idle for some seconds is closed, not used: servers close it about then."""
    transport = HttpxTransport(server.url)
    await transport.send(request_to(server))
    real = time.monotonic
    with monkeypatch.context() as patch:
        patch.setattr("time.monotonic", lambda: real() + 60)
        await transport.send(request_to(server))

    assert server.connections == 2
    await transport.aclose()


@pytest.mark.parametrize(
    "broken",
    [
        Then(b""),
        Then(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
        reply(200, b"x" * 2000),
        reply(500, b"{", {"Content-Encoding": "gzip"}),
        reply(200, b"{}" + reply(200, b"[]"), length=2),
    ],
    ids=["no response", "half a response", "too long", "undecodable", "surplus"],
)
async def test_a_broken_connection_is_never_reused(server: RawServer, broken: Then | bytes) -> None:
    """A connection whose request did not end normally is closed."""
    transport = HttpxTransport(server.url)
    await transport.send(request_to(server))
    server.replies = [broken]

    with contextlib.suppress(TransportError):
        await transport.send(request_to(server))
    response = await transport.send(request_to(server))

    assert response.content == b'{"list": []}'
    assert [request.connection for request in server.requests] == [1, 1, 2]
    await transport.aclose()


async def test_a_cancelled_request_closes_its_connection(server: RawServer) -> None:
    """Its response may still arrive: no other request may read it."""
    transport = HttpxTransport(server.url)
    await transport.send(request_to(server))

    async def late(request: RawRequest, stream: SocketStream) -> None:
        scope.cancel()
        await settle()
        try:
            await stream.send(reply(200, {"late": 1}))
        finally:
            sent.set()

    scope, sent = anyio.CancelScope(), anyio.Event()
    server.replies = [late]
    with scope:
        await transport.send(request_to(server))
    await sent.wait()

    assert (await transport.send(request_to(server))).content == b'{"list": []}'
    assert server.connections == 2
    await transport.aclose()


async def test_refused_connection() -> None:
    """Nothing was sent, and `request.sent` says so."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    await listener.aclose()
    request = Request("POST", f"http://127.0.0.1:{port}/", {}, b"{}", 1000)

    with pytest.raises(ConnectError, match="could not connect"):
        await HttpxTransport(request.url).send(request)

    assert request.sent is False


async def test_sent_is_set(server: RawServer) -> None:
    """Once bytes may have been sent, `request.sent` is set, on new and kept connections."""
    transport = HttpxTransport(server.url)
    server.replies = [Then(b"")]
    for number in range(3):
        request = request_to(server, "POST", b'{"a": 1}')
        with pytest.raises(TransportError) if number == 0 else contextlib.nullcontext():
            await transport.send(request)
        assert request.sent is True
    assert server.requests[-1].body == b'{"a": 1}'
    await transport.aclose()


async def test_a_large_body(server: RawServer) -> None:
    """A body is sent completely, with its length."""
    content = b"x" * 3_000_000
    transport = HttpxTransport(server.url)

    await transport.send(request_to(server, "PUT", content))

    assert server.requests[0].body == content
    assert server.requests[0].headers["content-length"] == "3000000"
    assert "transfer-encoding" not in server.requests[0].headers
    await transport.aclose()


async def test_respx_mocks_the_default_transport(respx_mock: respx.MockRouter) -> None:
    """respx mocks the default transport without any option."""
    url = f"https://api.hostway.com{WHERE}"
    route = respx_mock.get(url).mock(return_value=httpx.Response(200, json={"quota": 7}))
    respx_mock.put(f"{url}/infostore").mock(side_effect=httpx.ConnectError)

    async with HostwayEmail("admin", "s3cret-Pass", retry=ONCE) as hostway:
        domain = hostway.account("account007").domain("example.com")
        assert (await domain.get()).quota_mb == 7
        with pytest.raises(ConnectError):
            await domain.infostore.update(quota_mb=1)

    assert route.called
    assert route.calls[0].request.headers["accept"] == "application/json, text/plain;q=0.5"


# The user's client


async def test_your_client_is_not_closed(server: RawServer) -> None:
    """It is used and not closed, when a client over it is closed."""
    async with httpx.AsyncClient(trust_env=False) as http:
        async with HostwayEmail(base_url=server.url, http_client=http) as hostway:
            await hostway.request("GET", WHERE)
        assert not http.is_closed
        assert (await http.get(server.url)).status_code == 200


async def test_hooks_that_read_the_body(server: RawServer) -> None:
    """A hook may read the response first; it is decoded once, for successes and errors."""
    seen: list[str] = []

    async def note(response: httpx.Response) -> None:
        await response.aread()
        seen.append(response.text)

    server.replies = [reply(200, {"quota": 3}), reply(404, {"message": "no such thing"})]
    async with httpx.AsyncClient(event_hooks={"response": [note]}, trust_env=False) as http:
        hostway = HostwayEmail(base_url=server.url, http_client=http)
        domain = hostway.account("account007").domain("example.com")
        assert (await domain.get()).quota_mb == 3
        with pytest.raises(NotFoundError, match="no such thing"):
            await domain.get()

    assert seen == ['{"quota": 3}', '{"message": "no such thing"}']


async def test_a_mock_transport() -> None:
    """httpx's own mock works, and gets the request as it would be sent."""
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"quota": 4})

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as http:
        hostway = HostwayEmail("admin", "s3cret-Pass", http_client=http)
        assert (await hostway.account("a").domain("b.example").get()).quota_mb == 4

    assert str(asked[0].url) == "https://api.hostway.com/accounts/a/email/b.example"
    assert asked[0].headers["authorization"].startswith("Basic ")


async def test_its_cookies_and_auth_and_redirects_are_not_used(server: RawServer) -> None:
    """Its options for other requests do not apply to those of this package."""
    server.replies = [
        reply(200, {}, {"Set-Cookie": "session=canary; Path=/"}),
        reply(302, b"", {"Location": "http://127.0.0.1:9/away"}),
    ]
    async with httpx.AsyncClient(
        cookies={"mine": "canary"},
        auth=("intruder", "canary"),
        follow_redirects=True,
        trust_env=False,
    ) as http:
        hostway = HostwayEmail(base_url=server.url, http_client=http, retry=ONCE)
        await hostway.request("GET", WHERE)
        with pytest.raises(Exception, match="a redirect to 127"):
            await hostway.request("GET", WHERE)

    for request in server.requests:
        assert not {"cookie", "authorization"} & request.headers.keys()
    assert len(server.requests) == 2


async def test_its_timeout_is_a_request_timeout_error(server: RawServer, clock: Clock) -> None:
    """A timeout of httpx is a timeout like any other."""
    server.replies = [Then(b"", "hold")]
    server.when_stuck = partial(clock.jump, 20)
    timeout = httpx.Timeout(HANGS, read=20)
    async with httpx.AsyncClient(timeout=timeout, trust_env=False) as http:
        hostway = HostwayEmail(base_url=server.url, timeout=HANGS, http_client=http, retry=ONCE)
        with pytest.raises(RequestTimeoutError, match="timed out in the HTTP library"):
            await hostway.request("GET", WHERE)


async def test_the_line_that_httpx_logs(
    server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    """httpx logs each URL, which names people: only its lines about this package are dropped."""
    caplog.set_level(logging.INFO)
    async with httpx.AsyncClient(trust_env=False) as http:
        hostway = HostwayEmail(base_url=server.url, http_client=http)
        await hostway.request("GET", f"{WHERE}/usernames/ana")
        await http.get(f"{server.url}/of-the-users-own")

    assert "ana" not in caplog.text
    assert "of-the-users-own" in caplog.text


# Proxies


async def test_a_proxy_of_the_environment(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets the whole URL of requests to hosts that are not exempt."""
    monkeypatch.setenv("HTTP_PROXY", server.url.replace("http://", "http://joe:canary@"))
    monkeypatch.setenv("NO_PROXY", "elsewhere.test")
    async with HostwayEmail(base_url="http://api.test", allow_insecure=True, retry=ONCE) as hostway:
        await hostway.request("GET", WHERE)
        await hostway.request("GET", WHERE)

    assert server.lines == [f"GET http://api.test{WHERE}"] * 2
    assert server.requests[0].headers["host"] == "api.test"
    assert server.requests[0].headers["proxy-authorization"].startswith("Basic ")
    assert server.connections == 1


@pytest.mark.parametrize("exception", ["127.0.0.1", "*"])
async def test_no_proxy(server: RawServer, monkeypatch: pytest.MonkeyPatch, exception: str) -> None:
    """A request to an exempt host does not use the proxy."""
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", exception)
    async with HostwayEmail(base_url=server.url, retry=ONCE) as hostway:
        await hostway.request("GET", WHERE)

    assert server.lines == [f"GET {WHERE}"]


async def test_a_surplus_of_a_proxy(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy too, surplus bytes are not the next response."""
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.replies = [reply(200, b'{"a": 1}' + reply(200, {"of": "no request"}), length=8)]
    async with HostwayEmail(base_url="http://api.test", allow_insecure=True, retry=ONCE) as hostway:
        assert await hostway.request("GET", WHERE) == {"a": 1}
        assert await hostway.request("GET", WHERE) == {"list": []}

    assert server.connections == 2


@pytest.mark.parametrize("refusal", [reply(407), reply(502), Then(b"")])
async def test_a_refused_tunnel(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, refusal: bytes | Then
) -> None:
    """Without a tunnel nothing was sent, and the proxy's password is in no error."""
    monkeypatch.setenv("HTTPS_PROXY", server.url.replace("http://", "http://joe:canary@"))
    server.default = refusal
    async with HostwayEmail(
        "admin", "s3cret-Pass", base_url="https://api.test", retry=ONCE
    ) as hostway:
        with pytest.raises(TransportError) as caught:
            await hostway.request("POST", WHERE, body={})

    assert isinstance(caught.value, ConnectError)
    assert server.lines == ["CONNECT api.test:443"]
    assert "authorization" not in server.requests[0].headers
    assert "canary" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


# TLS


async def tls_get(certificate: Certificate, **options: object) -> object:
    """Send one request to a TLS server with that certificate, and return the response."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    async with serving(ssl_context=context) as server:
        server.default = reply(200, {"safe": True})
        async with HostwayEmail(base_url=server.url, retry=ONCE, **options) as hostway:  # type: ignore[arg-type] # options of any type
            await hostway.request("GET", WHERE)
            response = await hostway.request("GET", WHERE)
            assert server.connections == 1
            return response


async def test_an_untrusted_certificate(certificate: Certificate) -> None:
    """A server with an untrusted certificate gets nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    received: list[bytes] = []

    async def shake_hands(stream: SocketStream) -> None:
        async with stream:
            with contextlib.suppress(ssl.SSLError, anyio.BrokenResourceError, anyio.EndOfStream):
                secure = await TLSStream.wrap(stream, ssl_context=context)
                received.append(await secure.receive())

    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, shake_hands)
        async with HostwayEmail(
            "admin", "s3cret-Pass", base_url=f"https://localhost:{port}", retry=ONCE
        ) as hostway:
            with anyio.fail_after(HANGS), pytest.raises(ConnectError, match="CERTIFICATE_VERIFY"):
                await hostway.request("POST", WHERE, body={})
        tasks.cancel_scope.cancel()
    assert received == []


async def test_a_context_of_your_own(certificate: Certificate) -> None:
    """A private authority is trusted by passing a context."""
    context = ssl.create_default_context(cafile=certificate.chain)

    assert await tls_get(certificate, ssl_context=context) == {"safe": True}


async def test_ssl_cert_file(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or by `SSL_CERT_FILE`."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate.chain)

    assert await tls_get(certificate) == {"safe": True}


async def test_plain_http_instead_of_tls() -> None:
    """A port that does not speak TLS is an error at once, and gets no request."""
    received: list[bytes] = []

    async def speak_plainly(stream: SocketStream) -> None:
        async with stream:
            await stream.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            received.append(await stream.receive())

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, speak_plainly)
        async with HostwayEmail(
            "admin", "s3cret-Pass", base_url=f"https://localhost:{port}", retry=ONCE
        ) as hostway:
            with (
                anyio.fail_after(HANGS),
                pytest.raises(ConnectError, match=r"could not connect: .*SSL"),
            ):
                await hostway.request("GET", WHERE)
        tasks.cancel_scope.cancel()
    assert b"accounts" not in b"".join(received)


# Arguments


@pytest.mark.parametrize(
    "options",
    [{"proxy": "nonsense"}, {"proxy": "gopher://joe:canary@x"}, {"transport": "carrier pigeon"}],
)
def test_invalid_arguments(options: dict[str, str]) -> None:
    """They are refused when the client is created, without quoting a password."""
    with pytest.raises(InvalidRequestError) as caught:
        HostwayEmail(**options)  # type: ignore[arg-type] # options of any type
    assert "canary" not in str(caught.value)

"""Requests byte by byte, and their connections."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from hostway_email import Transport

from ..support.loops import settle
from ..support.servers import RawServer, Then, reply
from .conftest import HEADERS, Adapter, ask, until

pytestmark = pytest.mark.anyio

ADDED = {"host", "content-length"}
PATHS = [
    "/accounts/a/email/b.example/usernames/a%2Fb",
    "/a%40b%25c%2e%2E/%3F%23/%C3%BC%20",
    "/a+b/~x/:@!$&'()*,;=/",
    "/list?filter=%2F%40%25&x=a+b&y=a%20b&empty=&z",
    "/list?next=%7B%7D%22&q=a%26b%3Dc",
    "/%2e%2e/%2F/%2E/x",
]


def raw_headers(raw: bytes) -> list[tuple[str, str]]:
    lines = raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return [(name.lower(), value.strip()) for name, _, value in (x.partition(":") for x in lines)]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("GET", b""),
        ("HEAD", b""),
        ("DELETE", b""),
        ("POST", b""),
        ("POST", b'{"tk1": "\xc3\xbc"}'),
        ("PUT", b"\x00" * 100_000),
        ("PUT", b"x" * 1_500_000),
    ],
)
async def test_request_as_sent(
    adapter: Adapter, transport: Transport, server: RawServer, method: str, body: bytes
) -> None:
    """Only the given headers are sent, and those that HTTP requires."""
    server.default = reply(200, headers={"X-Response": "1"})

    request = ask(server, method, "/here?a=b", content=body)
    response = await transport.send(request)

    assert (response.status, response.content, response.fault) == (200, b"", "")
    assert response.headers.get("x-response") == "1"
    assert request.sent
    (seen,) = server.requests
    assert seen.line == f"{method} /here?a=b"
    assert seen.body == body
    found = raw_headers(seen.raw)
    given = [(name.lower(), value) for name, value in HEADERS.items()]
    added = [pair for pair in found if pair not in given]
    assert sorted(set(found) - set(added)) == sorted(given)
    assert len(found) == len(set(found))
    of_the_client = set() if adapter.is_ours else {"connection"}
    assert {name for name, _ in added} <= ADDED | of_the_client
    assert ("host", server.url.removeprefix("http://")) in added
    if body or method == "POST":
        assert ("content-length", str(len(body))) in added


@pytest.mark.parametrize("path", PATHS)
async def test_path_and_query_are_unchanged(
    transport: Transport, server: RawServer, path: str
) -> None:
    """An encoded URL is sent unchanged: another spelling may be another resource."""
    await transport.send(ask(server, path=path))

    assert server.lines == [f"GET {path}"]


async def test_connection_is_kept(transport: Transport, server: RawServer) -> None:
    """Consecutive requests use one connection, whatever the response."""
    server.replies = [
        reply(200, {"a": 1}),
        reply(204),
        reply(404, {"message": "none"}),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        reply(302, headers={"Location": "/elsewhere"}),
    ]
    methods = ["GET", "PUT", "GET", "POST", "DELETE", "GET"]

    responses = [await transport.send(ask(server, method)) for method in methods]

    assert [one.status for one in responses] == [200, 204, 404, 200, 302, 200]
    assert responses[3].content == b"abc"
    assert server.connections == 1


async def test_response_to_head_has_no_body(transport: Transport, server: RawServer) -> None:
    """The length in a response to HEAD is that of a GET; no body follows."""
    server.replies = [reply(200, headers={"Content-Length": "9"})]

    response = await transport.send(ask(server, "HEAD"))
    await transport.send(ask(server))

    assert (response.content, response.fault) == (b"", "")
    assert server.connections == 1


@pytest.mark.parametrize("interim", [100, 102, 103])
async def test_interim_responses_are_skipped(
    transport: Transport, server: RawServer, interim: int
) -> None:
    """The response is the first final one."""
    early = f"HTTP/1.1 {interim} Wait\r\nLink: </x>\r\n\r\n".encode()
    server.replies = [early + early + reply(201, b"done")]

    response = await transport.send(ask(server, "POST", content=b"{}"))

    assert (response.status, response.content) == (201, b"done")


async def test_redirects_are_not_followed(transport: Transport, server: RawServer) -> None:
    """A transport returns a redirect: the session decides on it."""
    for status in (301, 302, 303, 307, 308):
        server.default = reply(status, headers={"Location": f"{server.url}/elsewhere"})

        response = await transport.send(ask(server))

        assert (response.status, response.headers.get("location")) == (
            status,
            f"{server.url}/elsewhere",
        )
    assert set(server.lines) == {"GET /x"}


async def test_cookies_and_netrc_are_never_sent(
    transport: Transport, server: RawServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No response and no file of the user adds anything to a request."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1\nlogin root\npassword netrc-secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    server.default = reply(200, headers={"Set-Cookie": "session=1; Path=/"})

    without = {name: value for name, value in HEADERS.items() if name != "Authorization"}
    for _ in range(2):
        request = ask(server)
        request.headers = without
        await transport.send(request)

    for seen in server.requests:
        assert not {"cookie", "authorization"} & set(seen.headers)


async def test_connections_are_limited(adapter: Adapter, server: RawServer) -> None:
    """The number of concurrent requests and connections is limited, for any number of calls."""

    async def respond_when_all_are_connected(
        request: object, stream: anyio.abc.SocketStream
    ) -> None:
        await until(lambda: server.open == 3)
        await stream.send(reply(200, {"quota": 1}))

    server.default = respond_when_all_are_connected
    async with adapter.client(server.url, max_concurrency=3) as hostway:
        domain = hostway.account("a").domain("example.com")
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(domain.get)

    assert len(server.requests) == 20
    assert server.most_open == server.connections == 3


async def test_idle_connection_that_was_closed(transport: Transport, server: RawServer) -> None:
    """A connection that the server closed while idle is not reused."""
    server.replies = [Then(reply(200))]

    await transport.send(ask(server, "POST"))
    await until(lambda: server.open == 0)
    await settle()
    response = await transport.send(ask(server, "POST"))

    assert response.status == 200
    assert [one.connection for one in server.requests] == [1, 2]


async def test_base_url_that_is_not_ascii(ours: Adapter, server: RawServer) -> None:
    """A base URL may have non-ASCII characters; they are encoded."""
    server.url += "/prüfung"
    async with ours.open(server.url) as transport:
        await transport.send(ask(server, path="/a%2Fb?c=%40"))

    assert server.lines == ["GET /pr%C3%BCfung/a%2Fb?c=%40"]

"""The session: headers, credentials, redirects, parsing, limits, secrets."""

from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from pydantic import BaseModel, SecretStr

import hostway_email
from hostway_email import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DomainHandle,
    HostwayEmail,
    HostwayEmailError,
    InvalidRequestError,
    InvalidResponseError,
    MailboxUpdate,
    Outcome,
    Request,
    RequestTimeoutError,
    Response,
    RetryPolicy,
    StatusError,
    TransportError,
    UnexpectedRedirectError,
    WebmailCreate,
)
from hostway_email.sandbox import Sandbox

from ..support.loops import Clock, settle
from ..support.processes import run_process
from ..support.servers import RawRequest, RawServer, reply
from ..support.transports import FakeTransport, client_over, response
from ..support.waiting import HANGS, until_in_thread

pytestmark = pytest.mark.anyio

WHERE = "/accounts/account007/email/example.com"
USER = f"{WHERE}/usernames/ana"


class Anything(BaseModel):
    """A model of a user's own."""

    name: str


# Headers and credentials


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_headers_of_every_request(method: Any) -> None:
    """Each request has the headers that the manual requires, on GET too, and a User-Agent."""
    hostway, transport = client_over([response(200, {})])

    await hostway.request(method, WHERE)

    headers = transport.requests[0].headers
    assert headers["Content-Type"] == "application/json; charset=UTF-8"
    assert headers["Accept"] == "application/json, text/plain;q=0.5"
    assert headers["User-Agent"] == f"hostway-email/{hostway_email.__version__}"
    assert headers["Accept-Encoding"] == "gzip, deflate"
    login = base64.b64decode(headers["Authorization"].removeprefix("Basic "))
    assert login == b"admin:s3cret-Pass"


async def test_credentials_in_every_form() -> None:
    """Names and passwords are sent as UTF-8 Basic; another header value is sent unchanged."""

    async def sent(*args: Any, **options: Any) -> str | None:
        transport = FakeTransport(lambda request: response(200, {}))
        await HostwayEmail(*args, transport=transport, **options).request("GET", WHERE)
        return transport.requests[0].headers.get("Authorization")

    assert await sent() is None
    assert await sent("jörg", "pass:wörd") == "Basic " + _base64("jörg:pass:wörd")
    assert await sent("joe", SecretStr("hush")) == "Basic " + _base64("joe:hush")
    assert await sent(authorization="Bearer token") == "Bearer token"


async def test_authorization_function_is_called_before_each_attempt() -> None:
    """A function that returns credentials is called for each attempt."""
    values = iter(["Bearer 1", "Bearer 2", "Bearer 3"])

    async def authorization() -> str:
        await anyio.lowlevel.checkpoint()
        return next(values)

    transport = _scripted([response(502), response(200, {}), response(200, {})])
    hostway = HostwayEmail(
        authorization=authorization, transport=transport, retry=RetryPolicy(base_delay=0)
    )

    await hostway.request("GET", WHERE)
    await hostway.request("GET", WHERE)

    assert _authorizations(transport) == ["Bearer 1", "Bearer 2", "Bearer 3"]


async def test_unauthorized_is_retried_once_with_new_credentials() -> None:
    """After a 401 the function is called once more, for writes too; then it is an error."""
    tokens = iter("abcdef")

    async def authorization() -> str:
        return f"Bearer {next(tokens)}"

    transport = _scripted([response(401), response(201), response(401), response(401)])
    hostway = HostwayEmail(authorization=authorization, transport=transport)

    await hostway.request("POST", WHERE, body={"a": 1})
    with pytest.raises(AuthenticationError) as caught:
        await hostway.request("GET", WHERE)

    assert _authorizations(transport) == ["Bearer a", "Bearer b", "Bearer c", "Bearer d"]
    assert caught.value.attempts == 2


async def test_unauthorized_with_fixed_credentials_is_final() -> None:
    """Wrong credentials are never retried: that could lock the account."""
    hostway, transport = client_over([response(401)])

    with pytest.raises(AuthenticationError):
        await hostway.request("GET", WHERE)

    assert len(transport.requests) == 1


@pytest.mark.parametrize("value", ["", " ", "Bearer top\nsecret", "Bearer töp-secret", None, 5])
async def test_invalid_authorization_value(value: Any) -> None:
    """The function's result is validated before it is sent, and not quoted by the error."""

    async def authorization() -> Any:
        return value

    transport = _scripted([])
    hostway = HostwayEmail(authorization=authorization, transport=transport)

    with pytest.raises(InvalidRequestError) as caught:
        await hostway.request("GET", WHERE)

    assert list(caught.value.fields) == ["authorization"]
    assert "secret" not in _everything_in(caught.value)
    assert transport.requests == []


async def test_errors_of_the_authorization_pass_through() -> None:
    """An error of the user's function propagates unchanged."""

    async def authorization() -> str:
        raise LookupError("no token")

    hostway = HostwayEmail(authorization=authorization, transport=_scripted([]))

    with pytest.raises(LookupError, match="no token"):
        await hostway.request("GET", WHERE)


async def test_body_as_sent(sandbox: Sandbox, domain: DomainHandle) -> None:
    """Only the fields that were set are sent, under the manual's names, secrets in clear."""
    await domain.username("ana").mailbox.update(MailboxUpdate(quota_mb=85, password="New-pass-1"))

    assert sandbox.mailbox("ana").quota == 85
    assert sandbox.mailbox("ana").password == "New-pass-1"


# Redirects


@pytest.mark.parametrize(
    ("status", "location", "then"),
    [
        (301, "/moved", "https://api.hostway.com/moved"),
        (302, f"https://api.hostway.com{WHERE}/", f"https://api.hostway.com{WHERE}/"),
        (303, "other?a=%2F", "https://api.hostway.com/accounts/account007/email/other?a=%2F"),
        (307, "//api.hostway.com/x", "https://api.hostway.com/x"),
        (308, "?page=2", f"https://api.hostway.com{WHERE}?page=2"),
    ],
)
async def test_redirect_on_this_origin(status: int, location: str, then: str) -> None:
    """A read redirected on the same origin is followed, with the same headers."""
    hostway, transport = client_over(
        [response(status, headers={"location": location}), response(200, {"here": True})]
    )

    assert await hostway.request("GET", WHERE) == {"here": True}

    first, second = transport.requests
    assert second.url == then
    assert second.headers == first.headers


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/steal?token=abc",
        "http://api.hostway.com/plain",
        "https://api.hostway.com:444/",
        "https://user:pw@api.hostway.com/",
        "//evil.example/",
        "https://[broken",
        "/a\x01b",
        "/" + "a" * 20_000,
        "",
    ],
)
async def test_redirect_to_another_origin(location: str) -> None:
    """Credentials are sent to one origin: another one is an error that names only the host."""
    hostway, transport = client_over([response(302, headers={"location": location})])

    with pytest.raises(UnexpectedRedirectError) as caught:
        await hostway.request("GET", WHERE)

    assert len(transport.requests) == 1
    assert caught.value.status == 302
    for private in ("token", "steal", "user", "pw@", "aaa"):
        assert private not in caught.value.message
    if "evil" in location:
        assert "evil.example" in caught.value.message


@pytest.mark.parametrize(("method", "followed"), [("PUT", {307, 308}), ("DELETE", {307, 308})])
async def test_redirect_never_changes_the_method(method: Any, followed: set[int]) -> None:
    """A write is followed only if method and body stay the same."""
    for status in (301, 302, 303, 307, 308):
        hostway, transport = client_over(
            [response(status, headers={"location": "/moved"}), response(204)]
        )

        if status in followed:
            await hostway.request(method, WHERE, body={"a": 1})
            assert [request.content for request in transport.requests] == [b'{"a":1}'] * 2
        else:
            with pytest.raises(UnexpectedRedirectError):
                await hostway.request(method, WHERE, body={"a": 1})
        assert {request.method for request in transport.requests} == {method}


async def test_redirect_loop() -> None:
    """Redirects end after a few, and do not count as attempts."""
    hostway, transport = client_over(lambda request: response(302, headers={"location": WHERE}))

    with pytest.raises(UnexpectedRedirectError) as caught:
        await hostway.request("GET", WHERE)

    assert len(transport.requests) == 4
    assert caught.value.attempts == 1


# Parsing responses


BROKEN_ANSWERS = {
    "empty": (b"", r"the response body is empty \(HTTP 200\)"),
    "blank": (b" \r\n ", r"the response body is empty \(HTTP 200\)"),
    "HTML": (b"<html>maintenance canary</html>", r"not JSON \(declared as text/html\)"),
    "cut": (b'{"name": "canar', "not JSON"),
    "list": (b'["canary"]', "not as documented: the document"),
    "wrong type": (b'{"name": {"canary": 1}}', "not as documented: name: string_type"),
    "missing": (b'{"canary": 1}', "not as documented: name: missing"),
    "null": (b"null", "not as documented"),
    "too deep": (b"[" * 5000, "not JSON"),
    "binary": (b"\x00\xff\x80canary", "not JSON"),
}


@pytest.mark.parametrize("case", BROKEN_ANSWERS)
async def test_unreadable_success(case: str) -> None:
    """The error has location and type of the fault, and never quotes the body."""
    content, text = BROKEN_ANSWERS[case]
    headers = {"content-type": "text/html" if case == "HTML" else "application/json"}
    hostway, transport = client_over([response(200, content, headers)])

    with pytest.raises(InvalidResponseError, match=text) as caught:
        await hostway.request("GET", WHERE, into=Anything)

    assert "canary" not in _everything_in(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.outcome is None
    assert (caught.value.method, caught.value.path, caught.value.attempts) == ("GET", WHERE, 1)
    assert len(transport.requests) == 1


@pytest.mark.parametrize("into", [Anything, None])
@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b'\xef\xbb\xbf{"name": "J\xc3\xb6rg"}', "application/json"),
        ('{"name": "Jörg"}'.encode("utf-16"), "application/json"),
        ('{"name": "Jörg"}'.encode("latin-1"), "application/json; charset=iso-8859-1"),
        ('{"name": "Jörg"}'.encode("utf-16-be"), 'application/json; Charset="UTF-16BE"'),
        ('\r\n {"name": "Jörg"} '.encode(), ""),
    ],
)
async def test_other_charsets_are_read(
    content: bytes, content_type: str, into: type[Anything] | None
) -> None:
    """A byte order mark or a declared charset is decoded; with a model or without."""
    hostway, _ = client_over([response(200, content, {"content-type": content_type})])

    result: Any = await hostway.request("GET", WHERE, into=into)  # type: ignore[call-overload] # a model of a parameter

    assert (result.name if into else result["name"]) == "Jörg"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_unreadable_response_to_a_write(method: Any) -> None:
    """The write may have taken effect, and the error says so."""
    for into in (Anything, None):
        hostway, _ = client_over([response(200, b"<html>")])

        with pytest.raises(InvalidResponseError) as caught:
            await hostway.request(method, WHERE, into=into)

        assert caught.value.outcome is Outcome.UNKNOWN


async def test_truncated_responses() -> None:
    """A truncated response is never a success, with a model or not."""
    for into in (Anything, None):
        truncated = Response(200, {}, b"12", fault="it is longer than 2 bytes")
        hostway, _ = client_over([truncated])

        with pytest.raises(InvalidResponseError, match="longer than 2 bytes"):
            await hostway.request("GET", WHERE, into=into)  # type: ignore[call-overload] # a model of a parameter


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_success(status: int) -> None:
    """Any 2xx of a write is a success, whatever its body."""
    hostway, _ = client_over([response(status, "<html>surprise</html>")])

    await hostway.account("a").domain("example.com").username("ana").forwards.delete("b@c.de")


# Errors


async def test_error_of_the_api(sandbox: Sandbox, domain: DomainHandle) -> None:
    """An error has all details of the response, and its text says in one line what to do."""
    body = {
        "badRequest": {
            "message": "POST data error",
            "code": 400,
            "details": {"list.0.type": "Required"},
        }
    }
    sandbox.fail_next("PUT", "/mailbox", status=400, body=body)

    with pytest.raises(BadRequestError) as caught:
        await domain.username("ana").mailbox.update(MailboxUpdate(quota_mb=1))

    error = caught.value
    assert error.fields == {"list.0.type": "Required"}
    assert error.values == {"account": "account007", "domain": "example.com", "name": "ana"}
    assert error.path == "/accounts/{account}/email/{domain}/usernames/{name}/mailbox"
    assert str(error) == (
        "PUT /accounts/{account}/email/{domain}/usernames/{name}/mailbox "
        "(account='account007', domain='example.com', name='ana'): HTTP 400: POST data error: "
        "list.0.type: Required. Correct the request and send it again."
    )


async def test_query_that_is_no_text() -> None:
    """Half a surrogate pair in a query is refused like any other invalid argument."""
    hostway, transport = client_over([])

    with pytest.raises(InvalidRequestError) as caught:
        await hostway.request("GET", WHERE, query={"filter": "\ud800"})

    assert list(caught.value.fields) == ["query"]
    assert transport.requests == []


async def test_too_long_url() -> None:
    """A URL that no server would accept is refused before it is sent."""
    hostway, transport = client_over([])

    with pytest.raises(InvalidRequestError, match="longer than 16384"):
        await hostway.account("a" * 17_000).domain("b").get()

    assert transport.requests == []


async def test_query_is_encoded() -> None:
    """No value of a query can become another parameter, a fragment, or a path."""
    hostway, transport = client_over([response(200, {})])

    await hostway.request("GET", WHERE, query={"a b": "x&y=1#z /é+%"})

    assert transport.requests[0].url.endswith("?a%20b=x%26y%3D1%23z%20%2F%C3%A9%2B%25")


# Limits


async def test_concurrency_is_bounded() -> None:
    """At most `max_concurrency` requests are concurrent; derived clients share the limit."""

    async def handler(request: Request) -> Response:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        return response(200, {})

    hostway, transport = client_over(handler, max_concurrency=5)
    second = hostway.with_options(timeout=7, username="x", password="y")

    async with anyio.create_task_group() as tasks:
        for _ in range(60):
            tasks.start_soon(hostway.request, "GET", WHERE)
            tasks.start_soon(second.request, "GET", WHERE)

    assert len(transport.requests) == 120
    assert transport.most_under_way == 5


async def test_waiting_for_a_slot_is_no_timeout(clock: Clock) -> None:
    """The wait for a slot counts neither towards `timeout` nor towards `deadline`."""

    async def handler(request: Request) -> Response:
        clock.jump(200)
        await anyio.lowlevel.checkpoint()
        return response(200, {})

    hostway, _ = client_over(
        handler, max_concurrency=1, timeout=500, retry=RetryPolicy(deadline=500)
    )
    with anyio.fail_after(40 * 200 + HANGS):
        async with anyio.create_task_group() as tasks:
            for _ in range(40):
                tasks.start_soon(hostway.request, "GET", WHERE)


async def test_timeout_bounds_a_trickling_body(server: RawServer, clock: Clock) -> None:
    """A response that trickles in ends with `timeout`."""

    async def trickle(request: RawRequest, stream: Any) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            await stream.send(b" ")
            await settle()
            clock.jump(8)

    server.replies = [trickle]
    async with _client(server, timeout=20, retry=RetryPolicy.none()) as hostway:
        with (
            anyio.fail_after(HANGS),
            pytest.raises(RequestTimeoutError, match="timed out after 20 s"),
        ):
            await hostway.request("GET", WHERE)

        assert await hostway.request("GET", WHERE) == {"list": []}


async def test_too_long_response(server: RawServer) -> None:
    """At most `max_response_bytes` are read, and a truncated response is an error."""
    server.replies = [reply(200, b" " * 5000 + b"{}"), reply(200, b" " * 98 + b"{}")]
    async with _client(server, max_response_bytes=100) as hostway:
        with pytest.raises(InvalidResponseError, match="longer than 100 bytes"):
            await hostway.request("GET", WHERE)

        assert await hostway.request("GET", WHERE) == {}


async def test_decompression_bomb(server: RawServer) -> None:
    """A few kilobytes of gzip that would inflate to gigabytes are refused."""
    bomb = gzip.compress(b" " * 30_000_000)
    fine = gzip.compress(b'{"a": 1}')
    packed = {"Content-Encoding": "gzip"}
    server.replies = [
        reply(200, bomb, packed),
        reply(200, fine, packed),
        reply(200, fine[:-6], packed),
        reply(200, b"no gzip at all", packed),
        reply(200, b"{}", {"Content-Encoding": "br"}),
        reply(400, bomb, packed),
    ]
    async with _client(server, max_response_bytes=100_000) as hostway:
        with pytest.raises(InvalidResponseError, match="longer than 100000 bytes"):
            await hostway.request("GET", WHERE)
        assert await hostway.request("GET", WHERE) == {"a": 1}
        for text in ("is truncated", "data is invalid", "was not requested"):
            with pytest.raises(InvalidResponseError, match=text):
                await hostway.request("GET", WHERE)
        with pytest.raises(BadRequestError):
            await hostway.request("GET", WHERE)


async def test_closed_client() -> None:
    """A closed client sends nothing, says so, and may be closed again."""
    hostway, transport = client_over([])
    derived = hostway.with_options(timeout=5)

    await hostway.aclose()
    await hostway.aclose()

    for client in (hostway, derived):
        with pytest.raises(InvalidRequestError, match="closed"):
            await client.request("GET", WHERE)
        assert "closed" in repr(client)
    assert transport.requests == []


async def test_closing_while_a_call_waits_for_a_slot() -> None:
    """A call that waits for a slot when the client is closed is not sent."""
    release = anyio.Event()

    async def handler(request: Request) -> Response:
        await release.wait()
        return response(200, {})

    hostway, transport = client_over(handler, max_concurrency=1)
    refused: list[str] = []

    async def second() -> None:
        with pytest.raises(InvalidRequestError) as caught:
            await hostway.request("GET", WHERE)
        refused.append(str(caught.value))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hostway.request, "GET", WHERE)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(second)
        await anyio.wait_all_tasks_blocked()
        await hostway.aclose()
        release.set()

    assert len(refused) == len(transport.requests) == 1


async def test_client_is_shared_by_many_tasks(sandbox: Sandbox, domain: DomainHandle) -> None:
    """One client serves any number of tasks, each with its own response."""
    for number in range(50):
        sandbox.add_mailbox(f"user{number}", quota=number + 1)
    seen: dict[int, int | None] = {}

    async def read(number: int) -> None:
        seen[number] = (await domain.username(f"user{number}").mailbox.get()).quota_mb

    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(read, number)

    assert seen == {number: number + 1 for number in range(50)}


async def test_entered_in_one_task_and_closed_in_another(server: RawServer) -> None:
    """Fixtures and lifespans open a client in one task and close it in another."""
    hostway = _client(server)

    async def enter() -> None:
        await hostway.__aenter__()
        await hostway.request("GET", WHERE)

    async def leave() -> None:
        await hostway.__aexit__(None, None, None)

    for step in (enter, leave):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(step)

    assert "closed" in repr(hostway)


# Never sent


async def test_netrc_and_cookies_are_never_sent(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Neither a `.netrc` of the machine nor a cookie of an earlier response is sent."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login intruder password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    server.replies = [reply(200, {}, {"Set-Cookie": "session=canary; Path=/"})]
    async with HostwayEmail(base_url=server.url) as hostway:
        for _ in range(2):
            await hostway.request("GET", WHERE)

    for request in server.requests:
        assert not {"authorization", "cookie"} & request.headers.keys()


# Secrets


SECRETS = {
    "the client's password": 'Canary/qu"x zörk',
    "a password that is set": "Canary-wyrm  & vorpal",
}


async def _leaky_calls(server: RawServer) -> list[HostwayEmailError]:
    """Make calls whose responses repeat all secrets in every way, and return the errors."""
    secrets = list(SECRETS.values())
    token = _base64(f"admin:{secrets[0]}")
    bodies: list[bytes] = [
        json.dumps({"message": f"bad: {secrets}", secrets[1]: secrets[0]}).encode(),
        json.dumps({"message": f"bad: {secrets} {token}"}, ensure_ascii=False).encode(),
        f"<p>{secrets[0]}</p><b title='{secrets[1]}'>{token}</b>".encode(),
        ("x" * 485 + secrets[1]).encode(),
        f"plainly {secrets[1]}, no JSON".encode(),
        json.dumps({"conflict": {"message": secrets[0], "guid": token}}).encode(),
        json.dumps({"password": f"{secrets[1]} was used before"}).encode(),
    ]
    errors: list[HostwayEmailError] = []
    async with HostwayEmail(
        "admin", secrets[0], base_url=server.url, retry=RetryPolicy.none()
    ) as hostway:
        ana = hostway.account("account007").domain("example.com").username("ana")
        for body in bodies:
            server.replies = [reply(409, body)]
            with pytest.raises(ConflictError) as caught:
                await ana.mailbox.update(MailboxUpdate(password=secrets[1]))
            errors.append(caught.value)
            assert server.requests[-1].headers["authorization"] == f"Basic {token}"
    return errors


async def test_secrets_are_in_no_error_and_no_log(
    server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A secret that a response repeats is in no error, repr or log record."""
    caplog.set_level(logging.DEBUG)

    errors = await _leaky_calls(server)

    seen = caplog.text + "".join(map(_everything_in, errors))
    for secret in ["Canary", "zörk", "wyrm", "vorpal", _base64("admin:Canary")[:12]]:
        assert secret not in seen
    assert "/usernames/{name}/mailbox: HTTP 409" in caplog.text


async def test_sign_on_link_is_in_no_log(
    server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The sign-on link is in no log, not even in that of the HTTP library."""
    caplog.set_level(logging.DEBUG)
    server.replies = [reply(302, b"", {"Location": "https://avas.example/sso?token=Canary"})]
    async with _client(server) as hostway:
        link = await hostway.account("a").domain("example.com").antispam.sso_link()

    assert link.url.get_secret_value() == "https://avas.example/sso?token=Canary"
    assert "Canary" not in caplog.text + repr(link)


async def test_reprs_show_no_secrets() -> None:
    """Clients, requests and responses are safe to print."""
    hostway, transport = client_over([response(200, {"authToken": "Canary-answer"})])
    body = WebmailCreate(type="standard")
    await hostway.request("PUT", WHERE, body={"password": "Canary-body"})
    request = transport.requests[0]
    received = Response(200, {"location": "Canary"}, b"Canary")

    assert b"Canary-body" in request.content
    for thing in (hostway, hostway.account("a").domain("b"), request, received, body):
        assert "Canary" not in repr(thing) + str(thing)
        assert "s3cret" not in repr(thing) + str(thing)


async def test_errors_hold_no_request(server: RawServer) -> None:
    """An error, with its causes and contexts, refers to no request and no header."""
    server.replies = [_hang_up]
    async with _client(server, retry=RetryPolicy.none()) as hostway:
        with pytest.raises(TransportError) as caught:
            await hostway.request("GET", WHERE)

    chain: list[BaseException] = [caught.value]
    for error in chain:
        assert "_request" not in vars(error) or vars(error)["_request"] is None
        chain += [e for e in (error.__cause__, error.__context__) if e and e not in chain]
    assert len(chain) > 1


async def _hang_up(request: RawRequest, stream: Any) -> None:
    await stream.aclose()


async def test_logging_is_quiet(
    sandbox: Sandbox, domain: DomainHandle, caplog: pytest.LogCaptureFixture
) -> None:
    """A call writes one DEBUG line with its path template, and nothing at other levels."""
    caplog.set_level(logging.DEBUG, "hostway_email")

    await domain.username("ana").mailbox.get()

    lines = [(r.levelname, r.getMessage()) for r in caplog.records if r.name == "hostway_email"]
    where = "/accounts/{account}/email/{domain}/usernames/{name}/mailbox"
    assert lines == [("DEBUG", f"GET {where}: HTTP 200")]


def _everything_in(error: BaseException) -> str:
    """Return all text that an error can show, with its causes, pickled and printed."""
    shown = "".join(traceback.format_exception(error))
    return f"{shown} {error!r} {error.args!r} {vars(error)!r} {pickle.dumps(error)!r}"


# Several event loops


@pytest.mark.parametrize("backends", [("asyncio",) * 3, ("trio", "asyncio", "trio")], ids=str)
def test_several_event_loops(server_in_thread: RawServer, backends: tuple[str, ...]) -> None:
    """A client made at import time works in several event loops, and leaks nothing."""
    hostway = HostwayEmail(base_url=server_in_thread.url)

    async def job() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(hostway.request, "GET", WHERE)

    for backend in backends:
        anyio.run(job, backend=backend)
    gc.collect()

    assert len(server_in_thread.requests) == 9
    until_in_thread(lambda: server_in_thread.open == 0)


def test_asyncio_run_leaves_no_warning(server_in_thread: RawServer) -> None:
    """Programs that never close their client end without a warning, connections closed."""
    program = f"""
import asyncio
from hostway_email import HostwayEmail

hostway = HostwayEmail(base_url={server_in_thread.url!r})

async def job():
    await asyncio.gather(*[hostway.request("GET", "/accounts/a") for _ in range(3)])

asyncio.run(job())
asyncio.run(job(), debug=True)
"""
    done = run_process(["-X", "dev", "-W", "error", "-c", program])

    assert (done.returncode, done.stderr) == (0, "")
    assert len(server_in_thread.requests) == 6


async def test_native_cancellation_reaches_the_caller() -> None:
    """On asyncio a cancelled task ends with `CancelledError`, never with our errors."""
    if anyio.get_cancelled_exc_class() is not asyncio.CancelledError:
        return

    under_way = asyncio.Event()

    async def never(request: Request) -> Response:
        under_way.set()
        await anyio.sleep_forever()
        raise AssertionError

    hostway, transport = client_over(never)
    task = asyncio.create_task(hostway.request("GET", WHERE))
    await under_way.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.under_way == 0


async def test_statuses_without_a_class_of_their_own() -> None:
    """An unexpected status is a plain `StatusError`."""
    for status in (405, 418, 499):
        hostway, _ = client_over([response(status, {"message": "no"})])
        with pytest.raises(StatusError, match=f"HTTP {status}: no") as caught:
            await hostway.request("GET", WHERE)
        assert type(caught.value) is StatusError


def _client(server: RawServer, **options: Any) -> HostwayEmail:
    settings: dict[str, Any] = {"retry": RetryPolicy(base_delay=0), **options}
    return HostwayEmail("admin", "s3cret-Pass", base_url=server.url, **settings)


def _scripted(responses: list[Response]) -> FakeTransport:
    script: Iterator[Response] = iter(responses)
    return FakeTransport(lambda request: next(script))


def _authorizations(transport: FakeTransport) -> list[str]:
    return [request.headers["Authorization"] for request in transport.requests]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()

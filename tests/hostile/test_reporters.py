"""Error reporters and logs: no secret of a failed request is shown."""

from __future__ import annotations

import base64
import itertools
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, NoReturn

import anyio
import httpx
import pytest
from anyio.abc import SocketAttribute, SocketStream
from pydantic import SecretStr

from hostway_email import (
    HostwayEmail,
    HostwayEmailError,
    InvalidRequestError,
    Request,
    Response,
    RetryPolicy,
    TransportError,
)
from hostway_email.models import MailboxUpdate, SecretsUpdate
from hostway_email.transports.httpx import for_app

from ..support.loops import CLOCK, Clock, backend
from ..support.reporters import chain, frames, leaks
from ..support.servers import RawRequest, RawServer, Then, reply

pytestmark = pytest.mark.anyio

LOGIN = "Canary-login-1"
NEW = "Canary-new-pass-2"
ANSWER = "Canary-answer-3"
PROXY = "Canary-proxy-4"
BASIC = base64.b64encode(f"admin:{LOGIN}".encode()).decode()
PROXY_BASIC = base64.b64encode(f"user:{PROXY}".encode()).decode()
SECRETS = ("Canary", BASIC, PROXY_BASIC)

HTTP_LIBRARIES = {"httpx", "httpx2", "httpcore", "httpcore2", "h11", "aiohttp", "starlette"}
TIMEOUT = 30
LOOPS = ("asyncio", "trio")
KINDS = [
    *(
        (name, loop)
        for name in ("httpx", "httpx2", "own client", "own transport")
        for loop in LOOPS
    ),
    ("aiohttp", "asyncio"),
]
QUICK = [("httpx", "asyncio"), ("httpx", "trio"), ("aiohttp", "asyncio")]


class OwnTransport:
    """A user's transport over httpx that does not clean its errors."""

    def __init__(self) -> None:
        self.client = httpx.AsyncClient(timeout=None)

    async def send(self, request: Request) -> Response:
        request.sent = True
        try:
            response = await self.client.request(
                request.method, request.url, headers=request.headers, content=request.content
            )
        except httpx.TransportError as error:
            raise TransportError("the connection failed") from error
        return Response(response.status_code, response.headers, response.content)

    async def aclose(self) -> None:
        await self.client.aclose()


@pytest.fixture(
    params=[
        pytest.param(one, id="-".join(one), marks=[] if one in QUICK else pytest.mark.slow)
        for one in KINDS
    ]
)
def kind(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Each transport, on each event loop that it supports."""
    name, loop = request.param
    if name in ("httpx2", "aiohttp"):
        pytest.importorskip(name, reason=f"the extra {name!r} is not installed")
    return name, loop


@pytest.fixture
def anyio_backend(kind: tuple[str, str]) -> tuple[str, dict[str, Any]]:
    """Run the test on the event loop of the transport."""
    return backend(kind[1])


@pytest.fixture(autouse=True)
def _no_secret_in_the_log(
    caplog: pytest.LogCaptureFixture, kind: tuple[str, str]
) -> Iterator[None]:
    """Log at every level, and assert that no record has a secret."""
    caplog.set_level(logging.DEBUG)
    yield
    if kind[0] == "own transport":
        return  # This package does not filter its logs.
    for record in caplog.get_records("call"):
        text = f"{record.getMessage()} {record.args!r} {record.exc_text}"
        assert not any(secret in text for secret in SECRETS), text
        if record.exc_info and record.exc_info[1]:
            assert leaks(record.exc_info[1], SECRETS) == []


@asynccontextmanager
async def connected(name: str, base_url: str, **options: Any) -> AsyncIterator[HostwayEmail]:
    """Open a client over a transport, without waits before retries."""
    settings: dict[str, Any] = {"retry": RetryPolicy(attempts=2, base_delay=0), **options}
    if "authorization" not in options:
        settings |= {"username": "admin", "password": SecretStr(LOGIN)}
    async with AsyncExitStack() as stack:
        if name == "own client":
            own = httpx.AsyncClient(
                timeout=None,
                proxy=settings.pop("proxy", None),
                event_hooks=settings.pop("event_hooks", None),
            )
            settings["http_client"] = await stack.enter_async_context(own)
        else:
            settings["transport"] = OwnTransport() if name == "own transport" else name
        async with HostwayEmail(base_url=base_url, **settings) as hostway:
            yield hostway


# Requests

Ask = Callable[[HostwayEmail], Awaitable[object]]
ASKED: dict[str, Ask] = {
    "GET": lambda hostway: hostway.account("account007").domain("example.com").get(),
    "PUT": lambda hostway: (
        hostway.account("account007")
        .domain("example.com")
        .username("ana")
        .mailbox.update(MailboxUpdate(password=NEW))
    ),
    "POST": lambda hostway: (
        hostway.account("account007")
        .domain("example.com")
        .username("ana")
        .mailbox.reset_password(answers={"tk1": ANSWER}, password=NEW)
    ),
    "PUT of answers": lambda hostway: (
        hostway.account("account007")
        .domain("example.com")
        .username("ana")
        .secrets.set({"tk1": ANSWER})
    ),
    "PUT of plain values": lambda hostway: hostway.request("PUT", "/x", body={"password": NEW}),
}


async def error_of(asked: Awaitable[object]) -> BaseException:
    """Return the error of a call."""
    try:
        await asked
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


def assert_clean(error: BaseException) -> None:
    """Assert that a report shows no secret and no object of an HTTP library."""
    assert leaks(error, SECRETS) == []
    for one in chain(error):
        roots = [f.f_globals["__name__"].partition(".")[0] for f in frames(one.__traceback__)]
        assert not HTTP_LIBRARIES.intersection(roots), roots
        assert getattr(one, "_request", None) is None


# Failures


def careless(write: Callable[[bytes], bytes]) -> Any:
    """Return a server that repeats the request in its response, and closes the connection."""

    async def respond(request: RawRequest, stream: SocketStream) -> None:
        authorization = request.headers.get("authorization", "").encode()
        await stream.send(write(authorization + b" " + request.body))
        await stream.aclose()

    return respond


HEAD = b"HTTP/1.1 200 OK\r\n"
FAILURES: dict[str, Any] = {
    "closed without a response": Then(b""),
    "no HTTP": careless(lambda said: said + b"\r\n\r\n"),
    "bad header": careless(lambda said: HEAD + said.replace(b":", b";") + b"\r\n\r\n"),
    "bad value of a header": careless(lambda said: HEAD + b"A: " + said + b"\x00\r\n\r\n"),
    "bad length": careless(lambda said: HEAD + b"Content-Length: " + said + b"\r\n\r\n"),
    "broken body": careless(lambda said: HEAD + b"Content-Length: 999\r\n\r\n" + said),
    "broken chunk": careless(
        lambda said: HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + said + b"\r\n"
    ),
    "bad encoding": careless(
        lambda said: HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n" + said[:9]
    ),
    "401": careless(lambda said: reply(401, said, {"WWW-Authenticate": said.decode()})),
    "409": careless(lambda said: reply(409, json.dumps({"message": said.decode()}))),
    "500": careless(lambda said: reply(500, said)),
    "redirect": careless(
        lambda said: reply(302, b"", {"Location": f"https://elsewhere.test/{said.decode()}"})
    ),
    "unreadable": careless(
        lambda said: reply(200, b"{" + said, {"Content-Type": said.decode().replace(" ", "/")})
    ),
}
ONLY_IF_READ = {"unreadable", "bad encoding", "broken body", "broken chunk"}


async def test_bad_responses(kind: tuple[str, str], server: RawServer) -> None:
    """Whatever the response, a report of the error shows no secret."""
    failures = dict(FAILURES)
    if kind == ("own transport", "trio"):
        # httpx leaves its generators to the garbage collector, of which trio complains.
        del failures["bad encoding"]
    async with connected(kind[0], server.url) as hostway:
        for (failure, server.default), (name, ask) in itertools.product(
            failures.items(), ASKED.items()
        ):
            if failure not in ONLY_IF_READ or name in ("GET", "PUT of plain values"):
                assert_clean(await error_of(ask(hostway)))


async def test_refused_connection(kind: tuple[str, str]) -> None:
    """A refused connection."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(SocketAttribute.local_port)
    async with connected(kind[0], f"http://127.0.0.1:{port}") as hostway:
        for ask in ASKED.values():
            assert_clean(await error_of(ask(hostway)))


async def test_no_tls(kind: tuple[str, str]) -> None:
    """A server that does not speak TLS."""

    async def speak(stream: SocketStream) -> None:
        async with stream:
            await stream.send(b"+OK no TLS here\r\n")

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, speak)
        async with connected(kind[0], f"https://127.0.0.1:{port}") as hostway:
            for ask in ASKED.values():
                assert_clean(await error_of(ask(hostway)))
        tasks.cancel_scope.cancel()


# httpx's own generators, in a client of the user's, are left to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")
async def test_timeout(kind: tuple[str, str], server: RawServer, clock: Clock) -> None:
    """A server that does not respond."""
    server.default = Then(b"", "hold")
    server.when_stuck = partial(clock.jump, TIMEOUT)
    async with connected(kind[0], server.url, timeout=TIMEOUT, retry=RetryPolicy.none()) as hostway:
        for ask in ASKED.values():
            assert_clean(await error_of(ask(hostway)))


# httpx's own generators, in a client of the user's, are left to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")
@pytest.mark.parametrize("half", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\n{"])
async def test_cancelled(kind: tuple[str, str], server: RawServer, half: bytes) -> None:
    """A cancellation passes through a call, and carries nothing of the request."""
    for ask in ASKED.values():
        asked = anyio.Event()
        stopped: list[BaseException] = []

        async def hold(
            request: RawRequest, stream: SocketStream, asked: anyio.Event = asked
        ) -> None:
            await stream.send(half)
            asked.set()
            await stream.receive()

        async def run(
            hostway: HostwayEmail, ask: Ask = ask, into: list[BaseException] = stopped
        ) -> None:
            try:
                await ask(hostway)
            except BaseException as error:
                into.append(error)
                raise

        server.default = hold
        async with connected(kind[0], server.url) as hostway, anyio.create_task_group() as tasks:
            tasks.start_soon(run, hostway)
            await asked.wait()
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        assert_clean(stopped[0])


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_proxy_that_refuses(kind: tuple[str, str], server: RawServer, scheme: str) -> None:
    """The credentials of a proxy are secrets too, with a tunnel and without."""
    if kind[0] == "own transport":
        pytest.skip("its proxy is its own")
    server.default = careless(lambda said: reply(407, said))
    proxy = server.url.replace("//", f"//user:{PROXY}@")
    options = {"proxy": proxy, "allow_insecure": True}
    async with connected(kind[0], f"{scheme}://api.test", **options) as hostway:
        for ask in ASKED.values():
            assert_clean(await error_of(ask(hostway)))


async def test_unfollowed_link(kind: tuple[str, str], server: RawServer) -> None:
    """A list with a link that is not followed."""
    server.default = reply(200, {"list": [], "links": [{"rel": "next", "href": "/elsewhere"}]})
    async with connected(kind[0], server.url) as hostway:

        async def iterate() -> None:
            async for _ in hostway.account("account007").domain("example.com").usernames.list():
                pass

        assert_clean(await error_of(iterate()))


async def test_authorization_that_fails(kind: tuple[str, str], server: RawServer) -> None:
    """An `authorization` function that raises, or returns an invalid value."""

    async def raises() -> str:
        raise LookupError("no token today")

    async def wrong() -> str:
        return f"Bearer {NEW}\n"

    for authorization, expected in ((raises, LookupError), (wrong, InvalidRequestError)):
        async with connected(kind[0], server.url, authorization=authorization) as hostway:
            for ask in ASKED.values():
                error = await error_of(ask(hostway))
                assert isinstance(error, expected)
                assert_clean(error)


async def test_authorization_of_a_function(kind: tuple[str, str], server: RawServer) -> None:
    """The value that a function returns is as secret as a given one."""

    async def token() -> str:
        return f"Bearer {LOGIN}"

    async with connected(kind[0], server.url, authorization=token) as hostway:
        for failure in FAILURES.keys() - {"bad encoding"}:
            server.default = FAILURES[failure]
            assert_clean(await error_of(ASKED["PUT of plain values"](hostway)))


async def test_hook_that_fails(kind: tuple[str, str], server: RawServer) -> None:
    """The frame of a program's hook stays in the traceback; those of its library do not."""

    def on_retry(event: object) -> NoReturn:
        raise LookupError("a bug in a hook")

    server.default = reply(503)
    policy = RetryPolicy(attempts=2, base_delay=0, on_retry=on_retry)
    async with connected(kind[0], server.url, retry=policy) as hostway:
        error = await error_of(ASKED["GET"](hostway))

    assert isinstance(error, LookupError)
    assert_clean(error)


@pytest.mark.parametrize("event", ["request", "response"])
async def test_hook_of_an_own_client_that_fails(
    kind: tuple[str, str], server: RawServer, event: str
) -> None:
    """The frame of a program's hook stays in the traceback; those of its library do not."""
    if kind[0] != "own client":
        pytest.skip("it has no hooks")

    async def hook(given: object) -> None:
        raise LookupError("a bug in a hook")

    async with connected(kind[0], server.url, event_hooks={event: [hook]}) as hostway:
        for ask in ASKED.values():
            error = await error_of(ask(hostway))
            assert isinstance(error, LookupError)
            assert_clean(error)
            assert [frame.f_code.co_name for frame in frames(error.__traceback__)][-1] == "hook"


async def test_error_around_a_call_stays(kind: tuple[str, str], server: RawServer) -> None:
    """An exception that was being handled during the call keeps its traceback."""
    server.default = Then(b"")
    async with connected(kind[0], server.url) as hostway:
        try:
            raise LookupError("before")
        except LookupError as handled:
            before, traceback = handled, handled.__traceback__
            error = await error_of(ASKED["PUT"](hostway))

    assert traceback is not None
    assert before.__traceback__ is traceback
    assert_clean(error)


# In-process applications


async def _fails(scope: Any, receive: Any, send: Any) -> None:
    raise LookupError("a bug in the application")


async def _drops(scope: Any, receive: Any, send: Any) -> None:
    raise ConnectionResetError("dropped")


async def _hangs(scope: Any, receive: Any, send: Any) -> None:
    CLOCK.jump(TIMEOUT)
    await anyio.sleep_forever()


def _answers(status: int, body: bytes = b"", location: bytes = b"") -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        request = await receive()
        headers = [(b"location", location)] if location else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body + request["body"]})

    return app


APPLICATIONS = {
    "fails": _fails,
    "drops": _drops,
    "hangs": _hangs,
    "500": _answers(500, BASIC.encode()),
    "409": _answers(409, BASIC.encode()),
    "redirect": _answers(302, b"", b"https://elsewhere.test/" + BASIC.encode()),
    "unreadable": _answers(200, b"{"),
}


@pytest.mark.parametrize("name", APPLICATIONS)
@pytest.mark.parametrize("kind", [("app", loop) for loop in LOOPS], ids="-".join)
async def test_applications(kind: tuple[str, str], clock: Clock, name: str) -> None:
    """The same holds without a network, with the frames of a web framework in between."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    app = Starlette(routes=[Mount("/", app=APPLICATIONS[name])])
    async with HostwayEmail(
        "admin",
        LOGIN,
        base_url="https://api.test",
        transport=for_app(app),
        timeout=TIMEOUT,
        retry=RetryPolicy(attempts=2, base_delay=0, deadline=1000),
    ) as hostway:
        for asked, ask in ASKED.items():
            if name == "unreadable" and asked not in ("GET", "PUT of plain values"):
                continue
            assert_clean(await error_of(ask(hostway)))


# Refused before a request

REFUSED: dict[str, Callable[[], object]] = {
    "timeout": lambda: HostwayEmail("admin", LOGIN, timeout=0),
    "username": lambda: HostwayEmail("ad:min", LOGIN),
    "both": lambda: HostwayEmail("admin", LOGIN, authorization=f"Bearer {NEW}"),
    "password": lambda: HostwayEmail("admin", LOGIN + "\ud800"),
    "authorization": lambda: HostwayEmail(authorization=f"Bearer {NEW}\n"),
    "base_url": lambda: HostwayEmail("admin", LOGIN, base_url=f"https://user:{LOGIN}@api.test"),
    "port": lambda: HostwayEmail("admin", LOGIN, base_url=f"https://api.test:{LOGIN}"),
    "proxy": lambda: HostwayEmail("admin", LOGIN, proxy=f"ftp://user:{PROXY}@127.0.0.1"),
    "port of a proxy": lambda: HostwayEmail(proxy=f"http://user:{PROXY}@127.0.0.1:x"),
    "proxy of aiohttp": lambda: HostwayEmail(proxy=f"socks5://user:{PROXY}@h", transport="aiohttp"),
    "proxy of httpx2": lambda: HostwayEmail(proxy=f"http://user:{PROXY}@[", transport="httpx2"),
    "transport": lambda: HostwayEmail("admin", LOGIN, transport="curl"),
    "body": lambda: MailboxUpdate(password=NEW, quota_mb="much"),  # type: ignore[arg-type] # invalid on purpose
    "unknown field": lambda: MailboxUpdate.model_validate({"pasword": NEW}),
    "answers": lambda: SecretsUpdate(answers={"tk1": ANSWER, "tk2": ""}),
    "options": lambda: HostwayEmail().with_options(username="ad:min", password=LOGIN),
    "options timeout": lambda: HostwayEmail().with_options(
        authorization=f"Bearer {LOGIN}", timeout=0
    ),
}


TRANSPORTS = {
    "httpx": ("hostway_email.transports.httpx", "HttpxTransport"),
    "httpx2": ("hostway_email.transports.httpx2", "Httpx2Transport"),
    "aiohttp": ("hostway_email.transports.aiohttp", "AiohttpTransport"),
}


@pytest.mark.parametrize("kind", [(name, "asyncio") for name in TRANSPORTS], ids="-".join)
@pytest.mark.parametrize("proxy", ["ftp://user:{}@h", "http://user:{}@h:x", "http://user:{}@["])
async def test_refused_proxies(kind: tuple[str, str], proxy: str) -> None:
    """A transport created directly does not show the credentials of its proxy either."""
    module, name = TRANSPORTS[kind[0]]
    make = getattr(pytest.importorskip(module, exc_type=ImportError), name)
    with pytest.raises(InvalidRequestError) as caught:
        make("https://api.test", proxy=proxy.format(PROXY))

    assert_clean(caught.value)


@pytest.mark.parametrize("refused", REFUSED)
@pytest.mark.parametrize("kind", [("none", "asyncio")], ids="-".join)
async def test_refused_arguments(kind: tuple[str, str], refused: str) -> None:
    """The error of an invalid client shows no credentials, nor those of its proxy."""
    with pytest.raises(InvalidRequestError) as caught:
        REFUSED[refused]()

    assert_clean(caught.value)


REFUSED_CALLS: dict[str, Ask] = {
    "reset": lambda hostway: (
        hostway.account("account007")
        .domain("example.com")
        .username("ana")
        .mailbox.reset_password(answers={"tk1": "x"}, password=NEW)
    ),
    "answers": lambda hostway: (
        hostway.account("account007")
        .domain("example.com")
        .username("ana")
        .secrets.set({"tk1": ANSWER, "tk2": ""})
    ),
    "plain values": lambda hostway: hostway.request(
        "PUT", "/x", body={"password": NEW, "x": object()}
    ),
    "path": lambda hostway: hostway.request("PUT", "no-slash", body={"password": NEW}),
    "query": lambda hostway: hostway.request(
        "PUT", "/x", body={"password": NEW}, query={"x": "\ud800"}
    ),
    "method": lambda hostway: hostway.request("PATCH", "/x", body={"password": NEW}),  # type: ignore[call-overload] # invalid on purpose
}


@pytest.mark.parametrize("refused", REFUSED_CALLS)
@pytest.mark.parametrize("kind", [("none", "asyncio")], ids="-".join)
async def test_refused_calls(kind: tuple[str, str], refused: str) -> None:
    """A refused call shows nothing of its body."""
    async with HostwayEmail("admin", LOGIN) as hostway:
        error = await error_of(REFUSED_CALLS[refused](hostway))

    assert isinstance(error, HostwayEmailError)
    assert_clean(error)

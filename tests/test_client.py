"""The client: its arguments, the errors of invalid ones, and closing."""

from __future__ import annotations

import base64
import copy
import ssl
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from hostway_email import (
    AccountHandle,
    HostwayEmail,
    InvalidRequestError,
    Request,
    Response,
    RetryBudget,
    RetryPolicy,
    ServerError,
    ShortDomainHandle,
)
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from .support.servers import RawServer
from .support.transports import FakeTransport, client_over, response

CANARY = "Canary-wyrm"
WHERE = "/accounts/account007/email/example.com"


def fake() -> FakeTransport:
    return FakeTransport(lambda request: response(200, {}))


def refusal(*args: Any, **options: Any) -> InvalidRequestError:
    """Return the error of an invalid client, after asserting that it shows no secret."""
    with pytest.raises(InvalidRequestError) as caught:
        HostwayEmail(*args, **options)
    error = caught.value
    assert CANARY not in f"{error} {error!r} {error.args} {vars(error)}"
    for led_to_it in (error.__cause__, error.__context__):
        assert CANARY not in repr(led_to_it)
    return error


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


# Arguments


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"max_concurrency": 0}, "max_concurrency"),
        ({"max_concurrency": -5}, "max_concurrency"),
        ({"max_response_bytes": 0}, "max_response_bytes"),
        ({"transport": "carrier pigeon"}, "transport"),
        ({"transport": object()}, "transport"),
        ({"transport": fake(), "proxy": f"http://u:{CANARY}@proxy:1"}, "transport"),
        (
            {"transport": fake(), "ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)},
            "transport",
        ),
        ({"proxy": f"{CANARY}://u:{CANARY}@proxy"}, "proxy"),
        ({"proxy": f"http://u:{CANARY}@pro xy:port"}, "proxy"),
    ],
)
def test_invalid_options(options: dict[str, Any], field: str) -> None:
    """An invalid option is refused by its name when the client is created."""
    error = refusal("admin", CANARY, **options)

    assert list(error.fields) == [field]
    assert str(error).startswith(field)


@pytest.mark.anyio
async def test_http_client_excludes_other_options() -> None:
    """An `httpx.AsyncClient` already has its library, proxy and TLS."""
    async with httpx.AsyncClient() as client:
        for options in (
            {"transport": "httpx"},
            {"transport": fake()},
            {"proxy": f"http://u:{CANARY}@proxy:1"},
            {"ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)},
        ):
            error = refusal("admin", CANARY, http_client=client, **options)
            assert list(error.fields) == ["http_client"]


def test_transport_without_aclose() -> None:
    """An object without `aclose()` is no transport, which is an error before the first call."""

    class Half:
        async def send(self, request: Request) -> Response:
            raise AssertionError

    assert "send() and aclose()" in str(refusal(transport=Half()))


# Credentials


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"username": "", "password": CANARY}, "username"),
        ({"username": "admin", "password": ""}, "password"),
        ({"username": "admin", "password": SecretStr("")}, "password"),
        ({"username": "admin"}, "password"),
        ({"password": CANARY}, "username"),
        ({"username": f"ad:{CANARY}", "password": CANARY}, "username"),
        ({"username": 5, "password": CANARY}, "username"),
        ({"username": "admin", "password": CANARY.encode()}, "password"),
        ({"username": "admin", "password": f"{CANARY}\ud800"}, "password"),
        ({"authorization": ""}, "authorization"),
        ({"authorization": " \t"}, "authorization"),
        ({"authorization": f"Bearer {CANARY}\r\nX: y"}, "authorization"),
        ({"authorization": f"Bearer {CANARY}é"}, "authorization"),
        ({"authorization": 7}, "authorization"),
        ({"authorization": f"Bearer {CANARY}", "username": "admin"}, "authorization"),
        ({"authorization": f"Bearer {CANARY}", "password": CANARY}, "authorization"),
    ],
)
def test_invalid_credentials(options: dict[str, Any], field: str) -> None:
    """Incomplete or invalid credentials are refused by name, at once, and are never shown."""
    error = refusal(transport=fake(), **options)

    assert list(error.fields) == [field]

    with pytest.raises(InvalidRequestError) as caught:
        HostwayEmail(transport=fake()).with_options(**options)
    assert caught.value.fields == error.fields
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("name", ["username", "password"])
def test_authorization_is_exclusive(name: str) -> None:
    """The message names both of the arguments that exclude each other."""
    error = refusal(transport=fake(), authorization="Bearer x", **{name: "admin"})

    assert str(error) == f"authorization and {name} are mutually exclusive"


# Base URL


@pytest.mark.parametrize(
    ("base_url", "kept"),
    [
        ("https://api.hostway.com", "https://api.hostway.com"),
        ("https://api.hostway.com/", "https://api.hostway.com"),
        ("https://gateway.example:8443/hostway/v1//", "https://gateway.example:8443/hostway/v1"),
        ("HTTPS://api.hostway.com", "HTTPS://api.hostway.com"),
        ("http://localhost:8025", "http://localhost:8025"),
        ("http://LOCALHOST:8025", "http://LOCALHOST:8025"),
        ("http://127.0.0.1:8025/", "http://127.0.0.1:8025"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://[::1]:8025", "http://[::1]:8025"),
    ],
)
def test_base_url(base_url: str, kept: str) -> None:
    """Any https URL, or http on this machine, with a port and a prefix."""
    assert repr(HostwayEmail(base_url=base_url, transport=fake())) == (
        f"HostwayEmail(base_url={kept!r})"
    )


@pytest.mark.parametrize(
    ("base_url", "rule"),
    [
        ("http://api.hostway.com", "must use https://"),
        ("http://localhost.evil.example", "must use https://"),
        ("http://127.0.0.1.evil.example", "must use https://"),
        ("http://10.0.0.1", "must use https://"),
        ("http://[::2]", "must use https://"),
        (f"https://admin:{CANARY}@api.hostway.com", "credentials"),
        (f"https://{CANARY}@api.hostway.com", "credentials"),
        (f"https://:{CANARY}@api.hostway.com", "credentials"),
        ("https://@api.hostway.com", "credentials"),
        (f"https://api.hostway.com?token={CANARY}", "query"),
        ("https://api.hostway.com?", "query"),
        (f"https://api.hostway.com#{CANARY}", "query"),
        ("https://api.hostway.com/a b", "must be a valid URL"),
        ("https://api.hostway.com/a\nb", "must be a valid URL"),
        ("https://api.hostway.com\\@evil.example", "credentials"),
        ("https://api.hostway.com\\.evil.example", "must be a valid URL"),
        ("https://api.hostway.com:port", "must be a valid URL"),
        ("https://api.hostway.com:99999", "must be a valid URL"),
        ("https://[broken", "must be a valid URL"),
        ("https://", "host"),
        ("https:///path", "host"),
        ("api.hostway.com", "https://"),
        ("ftp://api.hostway.com", "https://"),
        ("", "https://"),
        (None, "https://"),
        (b"https://api.hostway.com", "https://"),
    ],
)
def test_invalid_base_url(base_url: Any, rule: str) -> None:
    """A URL that is invalid, or would expose credentials, is refused and not shown."""
    error = refusal("admin", CANARY, base_url=base_url, transport=fake())

    assert list(error.fields) == ["base_url"]
    assert rule in str(error)


def test_plain_http_on_purpose() -> None:
    """`allow_insecure` allows plain HTTP, but no credentials in the URL."""
    HostwayEmail("admin", CANARY, base_url="http://10.0.0.1", allow_insecure=True)

    error = refusal(base_url=f"http://a:{CANARY}@10.0.0.1", allow_insecure=True)
    assert "credentials" in str(error)


@pytest.mark.anyio
async def test_base_url_with_a_prefix() -> None:
    """The path of every request starts with the prefix of the base URL."""
    hostway, transport = client_over([response(200, {})], base_url="https://gate.example/v1/")

    await hostway.request("GET", WHERE)

    assert transport.requests[0].url == f"https://gate.example/v1{WHERE}"


# The environment


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with credentials."""
    monkeypatch.setenv("HOSTWAY_USERNAME", "admin")
    monkeypatch.setenv("HOSTWAY_PASSWORD", CANARY)
    monkeypatch.delenv("HOSTWAY_BASE_URL", raising=False)
    return monkeypatch


@pytest.mark.anyio
@pytest.mark.usefixtures("environment")
async def test_from_env() -> None:
    """Credentials come from the environment; the base URL is the provider's by default."""
    transport = fake()

    await HostwayEmail.from_env(transport=transport).request("GET", WHERE)

    (request,) = transport.requests
    assert request.headers["Authorization"] == basic("admin", CANARY)
    assert request.url == f"https://api.hostway.com{WHERE}"


def test_from_env_with_a_base_url(environment: pytest.MonkeyPatch) -> None:
    """`HOSTWAY_BASE_URL` follows the same rules; an empty one counts as missing."""
    environment.setenv("HOSTWAY_BASE_URL", "http://localhost:8025/")
    assert "'http://localhost:8025'" in repr(HostwayEmail.from_env())

    environment.setenv("HOSTWAY_BASE_URL", "")
    assert "'https://api.hostway.com'" in repr(HostwayEmail.from_env())

    environment.setenv("HOSTWAY_BASE_URL", f"https://a:{CANARY}@api.hostway.com")
    with pytest.raises(InvalidRequestError) as caught:
        HostwayEmail.from_env()
    assert list(caught.value.fields) == ["base_url"]
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("name", ["HOSTWAY_USERNAME", "HOSTWAY_PASSWORD"])
@pytest.mark.parametrize("value", [None, ""])
def test_environment_without_credentials(
    environment: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    """A missing or empty variable is named, and no client is created."""
    environment.delenv(name) if value is None else environment.setenv(name, value)

    with pytest.raises(InvalidRequestError, match=f"{name} must be set") as caught:
        HostwayEmail.from_env()

    assert list(caught.value.fields) == [name]
    assert CANARY not in str(caught.value)


@pytest.mark.anyio
@pytest.mark.usefixtures("environment")
async def test_from_env_takes_options() -> None:
    """Other options are the same as for any client."""
    transport = FakeTransport(lambda request: response(503))
    hostway = HostwayEmail.from_env(transport=transport, retry=RetryPolicy.none())

    with pytest.raises(ServerError):
        await hostway.request("GET", WHERE)

    assert len(transport.requests) == 1
    with pytest.raises(InvalidRequestError):
        HostwayEmail.from_env(timeout=0)


# Other options over the same connections


@pytest.mark.anyio
async def test_with_options_shares_the_transport() -> None:
    """A derived client uses the same connections, with its own options."""
    transport = FakeTransport(lambda request: response(503))
    hostway = HostwayEmail(
        "admin", "s3cret-Pass", transport=transport, retry=RetryPolicy(attempts=3, base_delay=0)
    )
    hasty = hostway.with_options(retry=RetryPolicy.none())

    for client, attempts in ((hasty, 1), (hostway, 3), (hasty.with_options(timeout=5), 1)):
        transport.requests.clear()
        with pytest.raises(ServerError):
            await client.request("GET", WHERE)
        assert len(transport.requests) == attempts

    assert type(hasty) is HostwayEmail
    assert repr(hasty) == repr(hostway)


@pytest.mark.anyio
async def test_with_options_replaces_credentials() -> None:
    """New credentials replace the old ones, in any form."""
    transport = fake()

    async def token() -> str:
        return "Bearer from a function"

    async def sent(client: HostwayEmail) -> str | None:
        await client.request("GET", WHERE)
        return transport.requests[-1].headers.get("Authorization")

    anonymous = HostwayEmail(transport=transport)
    admin = anonymous.with_options(username="admin", password=SecretStr("x"))

    assert await sent(anonymous) is None
    assert await sent(admin) == basic("admin", "x")
    assert await sent(admin.with_options(authorization="Bearer 1")) == "Bearer 1"
    by_function = admin.with_options(authorization=token)
    assert await sent(by_function) == "Bearer from a function"
    assert await sent(by_function.with_options(username="admin", password="x")) == basic(
        "admin", "x"
    )
    assert await sent(by_function.with_options(timeout=5)) == "Bearer from a function"
    assert await sent(admin) == basic("admin", "x")
    assert await sent(anonymous) is None


@pytest.mark.anyio
async def test_old_secrets_are_not_kept() -> None:
    """Only the credentials of a call are masked in its errors."""
    hostway, _ = client_over(lambda request: response(500, "old s3cret-Pass, new 0ther-Pass"))
    other = hostway.with_options(username="ben", password="0ther-Pass")

    with pytest.raises(ServerError) as caught:
        await other.request("GET", WHERE)

    assert caught.value.message == "old s3cret-Pass, new [hidden]"


@pytest.mark.anyio
async def test_closing_a_derived_client_does_nothing() -> None:
    """Connections belong to the original client: only it closes them."""
    hostway, transport = client_over(lambda request: response(200, {}))
    derived = hostway.with_options(timeout=5)

    async with derived:
        pass
    await derived.aclose()
    assert transport.closed == 0
    assert "closed" not in repr(derived)
    assert await derived.request("GET", WHERE) == {}
    assert await hostway.request("GET", WHERE) == {}

    await hostway.aclose()
    assert transport.closed == 1
    assert "closed" in repr(derived)


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_with_invalid_options(timeout: float) -> None:
    """Options are validated as for any client."""
    with pytest.raises(InvalidRequestError, match="timeout must be more than 0"):
        HostwayEmail(transport=fake()).with_options(timeout=timeout)


@pytest.mark.anyio
async def test_with_options_keeps_the_budget() -> None:
    """Clients over the same connections share one retry budget."""
    budget = RetryBudget(capacity=10)
    hostway, transport = client_over(lambda request: response(503), retry_budget=budget)
    derived = hostway.with_options(retry=RetryPolicy(attempts=9, base_delay=0))

    for client in (derived, hostway):
        with pytest.raises(ServerError):
            await client.request("GET", WHERE)

    assert len(transport.requests) == 4
    assert budget.tokens == 0


# Opening and closing


@pytest.mark.anyio
async def test_entered_twice() -> None:
    """A second `async with` finds the client closed, and says so."""
    hostway, transport = client_over(lambda request: response(200, {}))

    async with hostway as entered:
        assert entered is hostway
        assert await hostway.request("GET", WHERE) == {}
    async with hostway:
        with pytest.raises(InvalidRequestError, match="this client is closed; create a new one"):
            await hostway.request("GET", WHERE)

    assert len(transport.requests) == 1


@pytest.mark.anyio
async def test_nested_use() -> None:
    """Leaving an inner `async with` closes the client for the outer one too."""
    hostway, _ = client_over(lambda request: response(200, {}))

    async with hostway:
        async with hostway:
            await hostway.request("GET", WHERE)
        with pytest.raises(InvalidRequestError, match="closed"):
            await hostway.account("a").domain("example.com").get()


@pytest.mark.anyio
async def test_error_inside_passes_through() -> None:
    """An error of the program leaves `async with` unchanged, and the client is closed."""
    hostway, transport = client_over([])

    with pytest.raises(LookupError, match="mine"):
        async with hostway:
            raise LookupError("mine")

    assert transport.closed == 1


@pytest.mark.anyio
async def test_own_httpx_client_stays_open(sandbox: Sandbox) -> None:
    """A given client is used with its hooks, and closed by its owner."""
    seen: list[str] = []

    async def hook(request: httpx.Request) -> None:
        seen.append(request.url.path)

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox.app), event_hooks={"request": [hook]}
    ) as client:
        async with HostwayEmail("admin", "sandbox", http_client=client) as hostway:
            await hostway.account("account007").domain("example.com").get()
        assert not client.is_closed
        assert (await client.get("https://api.test/_sandbox")).status_code == 200

    assert seen[0] == WHERE


@pytest.mark.anyio
async def test_by_name_of_the_library(server: RawServer) -> None:
    """`transport="httpx"` is the default."""
    for transport in ("httpx", None):
        async with HostwayEmail(base_url=server.url, transport=transport) as hostway:
            assert await hostway.request("GET", WHERE) == {"list": []}


# Other methods


def test_handles_send_nothing() -> None:
    """Creating a handle sends no request; invalid names are refused."""
    hostway, transport = client_over([])

    account, domain = hostway.account("account007"), hostway.domain("example.com")

    assert isinstance(account, AccountHandle)
    assert isinstance(domain, ShortDomainHandle)
    for make in (hostway.account, hostway.domain):
        with pytest.raises(InvalidRequestError):
            make("..")
    assert transport.requests == []


@pytest.mark.anyio
@pytest.mark.parametrize("method", ["get", "PATCH", "", "GET /x HTTP/1.1\r\nX:", None])
async def test_other_methods(method: Any) -> None:
    """Only methods with known retry rules are sent."""
    hostway, transport = client_over([])

    with pytest.raises(InvalidRequestError, match="GET, POST, PUT or DELETE") as caught:
        await hostway.request(method, WHERE)

    assert list(caught.value.fields) == ["method"]
    assert transport.requests == []


@pytest.mark.anyio
async def test_account_wide_questions(sandbox: Sandbox) -> None:
    """Operations without an account belong to the client itself."""
    async with HostwayEmail(transport=for_app(sandbox.app)) as hostway:
        questions = await hostway.secret_questions.get()
        settings = await hostway.secret_question_settings.get()

    assert set(questions.questions) == set(sandbox.secret_questions)
    assert settings.minimum == sandbox.secret_minimum


@pytest.mark.anyio
async def test_subclass() -> None:
    """A user's subclass keeps its class with `from_env()` and `with_options()`."""

    class Mine(HostwayEmail):
        """A client of a user's own."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOSTWAY_USERNAME", "admin")
        patch.setenv("HOSTWAY_PASSWORD", CANARY)
        made = Mine.from_env(transport=fake())

    assert type(made) is Mine
    assert type(made.with_options(timeout=1)) is Mine
    assert repr(copy.copy(made)) == repr(made)
    assert CANARY not in repr(made) + str(made) + repr(vars(made))


@pytest.mark.parametrize("odd", ["\x00", "\n", "\r", "\x1b", "\x7f", "\x85", "\u2028"])
@pytest.mark.parametrize("name", ["username", "password"])
def test_control_characters_in_credentials(name: str, odd: str) -> None:
    """Basic authentication allows no control characters (RFC 7617)."""
    error = refusal(**{"username": "admin", "password": CANARY, name: f"ad{odd}min"})

    assert list(error.fields) == [name]
    assert f"ad{odd}min" not in str(error)

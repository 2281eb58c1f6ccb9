"""Reading a response: bodies that were late, redirects, and errors that know their call."""

from __future__ import annotations

import anyio
import pytest

from hostway_email import HostwayEmail, InvalidResponseError, Outcome, RequestTimeoutError
from hostway_email._core.call import Verb
from hostway_email._core.decoding import LARGE
from hostway_email._core.path import ROOT
from hostway_email.models import DomainInfo
from hostway_email.transports import Request, Response

from ..support.loops import Clock
from ..support.transports import FakeTransport, client_over, response

pytestmark = pytest.mark.anyio

TIMEOUT = 30
PATH = (ROOT / "email").value("domain", "example.com")


class Late(FakeTransport):
    """A transport whose responses have a status, and a body that never ends."""

    def __init__(self, clock: Clock, head: Response) -> None:
        async def wait(request: Request) -> Response:
            request.sent, request.response = True, head
            clock.jump(TIMEOUT + 1)
            await anyio.sleep_forever()
            raise AssertionError

        super().__init__(wait)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"domain'])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_late_body_of_a_write(clock: Clock, method: Verb, body: bytes) -> None:
    """A write is not retried: it fails if its body is read, with what is known of the call."""
    transport = Late(clock, Response(200, {}, body))
    async with HostwayEmail(transport=transport, timeout=TIMEOUT) as hostway:
        reply = await hostway._session.send(method, PATH)
        assert reply.status == 200
        for read in (reply.json, lambda: reply.model(DomainInfo)):
            with pytest.raises(RequestTimeoutError) as caught:
                read()

            error = caught.value
            assert error.message == (
                "timed out after 30 s waiting for the response (after receiving HTTP 200)"
            )
            assert (error.method, error.path, error.attempts) == (method, "/email/{domain}", 1)
            assert error.values == {"domain": "example.com"}
            assert error.outcome is Outcome.UNKNOWN
    assert len(transport.requests) == 1


async def test_response_after_a_late_body(clock: Clock) -> None:
    """Lateness belongs to one attempt: the response to the next one is read."""
    document = {"names": ["x" * LARGE]}
    late = Late(clock, Response(401, {}, b""))

    async def second(request: Request) -> Response:
        return response(200, document) if late.requests else await late.send(request)

    async def token() -> str:
        return "Bearer a-token"

    transport = FakeTransport(second)
    async with HostwayEmail(authorization=token, transport=transport, timeout=TIMEOUT) as hostway:
        assert await hostway.request("POST", "/x") == document
    assert len(transport.requests) == 2


@pytest.mark.parametrize("location", ["https://panel.example/?t=1", "/sso", ""])
async def test_location(location: str) -> None:
    """A redirect that is kept has an absolute target, or is an error with its call."""
    hostway, _ = client_over([response(302, headers={"location": location})])
    async with hostway:
        reply = await hostway._session.send("GET", PATH, keeps_redirect=True)
        if location:
            assert (reply.status, reply.headers["location"]) == (302, location)
            assert reply.location in ("https://panel.example/?t=1", "https://api.hostway.com/sso")
        else:
            with pytest.raises(InvalidResponseError, match="no valid URL") as caught:
                _ = reply.location
            assert caught.value.path == "/email/{domain}"


async def test_location_of_another_response() -> None:
    """Only a redirect has a target."""
    hostway, _ = client_over([response(201, headers={"location": "https://elsewhere.example/"})])
    async with hostway:
        assert (await hostway._session.send("PUT", PATH)).location is None


async def test_errors_know_their_call() -> None:
    """A response stays bytes until it is read; the error of reading it has its call."""
    hostway, _ = client_over([response(503), response(200, "<html>")])
    async with hostway:
        reply = await hostway._session.send("GET", PATH)
        for _ in range(2):
            with pytest.raises(InvalidResponseError, match="not JSON") as caught:
                reply.json()
            error = caught.value
            assert (error.method, error.path, error.attempts) == ("GET", "/email/{domain}", 2)
            assert error.values == {"domain": "example.com"}

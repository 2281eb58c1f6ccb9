"""What each of the 63 operations does after a failure, by its verb and by what it changes."""

from __future__ import annotations

import json

import pytest

from hostway_email import (
    BadGatewayError,
    BadRequestError,
    ConnectError,
    HostwayEmail,
    Outcome,
    RateLimitedError,
    Request,
    Response,
    RetryPolicy,
    StatusError,
    TransportError,
)

from .operations import OPERATIONS, Operation

pytestmark = pytest.mark.anyio
ATTEMPTS = 3
# A second time these would be refused, or would hit somebody else: a password is accepted once,
# and after a renaming the name may be another's.
ONCE_ONLY = {"password", "username"}


class Failing:
    """A transport on which every request fails in the same way, and which keeps them."""

    def __init__(self, failure: int | TransportError, *, sent: bool = True) -> None:
        self.failure = failure
        self.sent = sent
        self.requests: list[Request] = []

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        request.sent = self.sent
        if isinstance(self.failure, int):
            return Response(self.failure, {}, b"")
        raise self.failure

    async def aclose(self) -> None:
        """Nothing is open."""


async def attempts_and_error(
    operation: Operation, transport: Failing
) -> tuple[list[Request], StatusError | TransportError]:
    retry = RetryPolicy(attempts=ATTEMPTS, base_delay=0)
    async with HostwayEmail("admin", "secret", transport=transport, retry=retry) as hostway:
        with pytest.raises((StatusError, TransportError)) as caught:
            await operation.call(hostway)
    assert isinstance(caught.value, StatusError | TransportError)
    return transport.requests, caught.value


def may_be_repeated(operation: Operation, request: Request) -> bool:
    if operation.verb == "PUT":
        return not ONCE_ONLY & set(json.loads(request.content))
    return operation.verb in ("GET", "DELETE")


def outcome(operation: Operation, known: Outcome) -> Outcome | None:
    return None if operation.verb == "GET" else known


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_after_a_gateway_error_only_harmless_calls_are_repeated(
    operation: Operation,
) -> None:
    """Reads, deletions and repeatable updates are sent again; creates and passwords never."""
    requests, error = await attempts_and_error(operation, Failing(502))
    assert isinstance(error, BadGatewayError)
    assert len(requests) == (ATTEMPTS if may_be_repeated(operation, requests[0]) else 1)
    assert error.attempts == len(requests)
    assert error.outcome is outcome(operation, Outcome.UNKNOWN)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_after_a_lost_answer_only_harmless_calls_are_repeated(operation: Operation) -> None:
    """A connection that broke says no more of what was done than a gateway error does."""
    requests, error = await attempts_and_error(operation, Failing(TransportError("lost")))
    assert len(requests) == (ATTEMPTS if may_be_repeated(operation, requests[0]) else 1)
    assert error.outcome is outcome(operation, Outcome.UNKNOWN)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_what_was_never_sent_is_always_repeated(operation: Operation) -> None:
    """Without a connection nothing can have happened: every call may be tried again."""
    transport = Failing(ConnectError("refused"), sent=False)
    requests, error = await attempts_and_error(operation, transport)
    assert len(requests) == ATTEMPTS
    assert error.outcome is outcome(operation, Outcome.NOT_APPLIED)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_what_was_turned_away_is_always_repeated(operation: Operation) -> None:
    """A 429 says that nothing was done."""
    requests, error = await attempts_and_error(operation, Failing(429))
    assert isinstance(error, RateLimitedError)
    assert len(requests) == ATTEMPTS
    assert error.outcome is outcome(operation, Outcome.NOT_APPLIED)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_what_was_refused_is_never_repeated(operation: Operation) -> None:
    """A 400 stays a 400, however often it is sent."""
    requests, error = await attempts_and_error(operation, Failing(400))
    assert isinstance(error, BadRequestError)
    assert len(requests) == 1
    assert error.outcome is outcome(operation, Outcome.NOT_APPLIED)

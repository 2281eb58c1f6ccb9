"""Retries of each of the 63 operations after a failure, by its method and effect."""

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

from ..support.transports import FakeTransport, response, result
from .operations import OPERATIONS, Operation

pytestmark = pytest.mark.anyio
ATTEMPTS = 3
# A retry of these would be rejected, or would affect another mailbox: a password is accepted once,
# and after a rename the name may belong to another mailbox.
ONCE_ONLY = {"password", "username"}


def failing(failure: Response | TransportError) -> FakeTransport:
    """Return a transport that fails every request in the same way."""
    return FakeTransport(lambda request: result(request, failure))


async def attempts_and_error(
    operation: Operation, transport: FakeTransport
) -> tuple[list[Request], StatusError | TransportError]:
    retry = RetryPolicy(attempts=ATTEMPTS, base_delay=0)
    async with HostwayEmail("admin", "secret", transport=transport, retry=retry) as hostway:
        with pytest.raises((StatusError, TransportError)) as caught:
            await operation.call(hostway)
    assert isinstance(caught.value, StatusError | TransportError)
    return transport.requests, caught.value


def may_be_retried(operation: Operation, request: Request) -> bool:
    if operation.verb == "PUT":
        return not ONCE_ONLY & set(json.loads(request.content))
    return operation.verb in ("GET", "DELETE")


def outcome(operation: Operation, known: Outcome) -> Outcome | None:
    return None if operation.verb == "GET" else known


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_gateway_errors_are_retried_if_harmless(
    operation: Operation,
) -> None:
    """Reads, deletions and idempotent updates are retried; creates and passwords never."""
    requests, error = await attempts_and_error(operation, failing(response(502)))
    assert isinstance(error, BadGatewayError)
    assert len(requests) == (ATTEMPTS if may_be_retried(operation, requests[0]) else 1)
    assert error.attempts == len(requests)
    assert error.outcome is outcome(operation, Outcome.UNKNOWN)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_lost_responses_are_retried_if_harmless(operation: Operation) -> None:
    """After a lost connection the effect is as unknown as after a gateway error."""
    requests, error = await attempts_and_error(operation, failing(TransportError("lost")))
    assert len(requests) == (ATTEMPTS if may_be_retried(operation, requests[0]) else 1)
    assert error.outcome is outcome(operation, Outcome.UNKNOWN)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_unsent_requests_are_always_retried(operation: Operation) -> None:
    """Without a connection there was no effect: every request may be retried."""
    transport = failing(ConnectError("refused"))
    requests, error = await attempts_and_error(operation, transport)
    assert len(requests) == ATTEMPTS
    assert error.outcome is outcome(operation, Outcome.NOT_APPLIED)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_rate_limited_requests_are_always_retried(operation: Operation) -> None:
    """HTTP 429 means that there was no effect."""
    requests, error = await attempts_and_error(operation, failing(response(429)))
    assert isinstance(error, RateLimitedError)
    assert len(requests) == ATTEMPTS
    assert error.outcome is outcome(operation, Outcome.NOT_APPLIED)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_rejected_requests_are_never_retried(operation: Operation) -> None:
    """HTTP 400 is permanent."""
    requests, error = await attempts_and_error(operation, failing(response(400)))
    assert isinstance(error, BadRequestError)
    assert len(requests) == 1
    assert error.outcome is outcome(operation, Outcome.NOT_APPLIED)

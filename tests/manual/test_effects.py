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


NEVER, IF_HARMLESS, ALWAYS = "never", "if harmless", "always"
FAILURES: dict[str, tuple[Response | TransportError, type[Exception], str, Outcome]] = {
    # Reads, deletions and idempotent updates are retried; creates and passwords never.
    "a gateway error": (response(502), BadGatewayError, IF_HARMLESS, Outcome.UNKNOWN),
    # The effect is as unknown as after a gateway error.
    "a lost response": (TransportError("lost"), TransportError, IF_HARMLESS, Outcome.UNKNOWN),
    # Without a connection there was no effect, nor with HTTP 429.
    "no connection": (ConnectError("refused"), ConnectError, ALWAYS, Outcome.NOT_APPLIED),
    "a rate limit": (response(429), RateLimitedError, ALWAYS, Outcome.NOT_APPLIED),
    # HTTP 400 is permanent.
    "a rejection": (response(400), BadRequestError, NEVER, Outcome.NOT_APPLIED),
}
"""A failure of each attempt, its error, when it is retried, and the outcome of a write."""


def may_be_retried(operation: Operation, request: Request) -> bool:
    if operation.verb == "PUT":
        return not ONCE_ONLY & set(json.loads(request.content))
    return operation.verb in ("GET", "DELETE")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_retries(operation: Operation) -> None:
    """The attempts after each failure, and what is known of the effect."""
    retry = RetryPolicy(attempts=ATTEMPTS, base_delay=0)
    for name, (failure, error, retried, outcome) in FAILURES.items():
        transport = FakeTransport(lambda request, failure=failure: result(request, failure))
        async with HostwayEmail("admin", "secret", transport=transport, retry=retry) as hostway:
            with pytest.raises(error) as caught:
                await operation.call(hostway)

        repeated = retried == ALWAYS or (
            retried == IF_HARMLESS and may_be_retried(operation, transport.requests[0])
        )
        assert len(transport.requests) == (ATTEMPTS if repeated else 1), name
        assert isinstance(caught.value, StatusError | TransportError), name
        assert caught.value.attempts == len(transport.requests), name
        assert caught.value.outcome is (None if operation.verb == "GET" else outcome), name

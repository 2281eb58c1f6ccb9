"""One API call: what it asks for, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, runtime_checkable

from hostway_email._core.credentials import Credentials
from hostway_email._core.limiter import PriorityLimiter
from hostway_email._core.path import Path
from hostway_email.errors import RequestTimeoutError
from hostway_email.retry import Effort

__all__ = [
    "Body",
    "Call",
    "CallState",
    "Meter",
    "Model",
    "Verb",
]

Verb = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class Call:
    """What one API call asks for.

    Attributes:
        method: the HTTP method.
        path: the path and its values.
        url: the URL, with the query.
        body: the body, if any.
        content: the body as it is sent.
        credentials: the credentials of its session.
        confidential: whether the API documents a secret in the response, so that errors quote
            nothing of it.
        keeps_redirect: whether a redirect is a result, and not followed.
    """

    method: Verb
    path: Path
    url: str
    body: Body | None = field(repr=False)
    content: bytes = field(repr=False)
    credentials: Credentials
    confidential: bool
    keeps_redirect: bool


@dataclass(slots=True)
class CallState(Effort):
    """What became of a call so far.

    Attributes:
        call: what is asked.
        url: the URL of the next attempt; another one after a redirect.
        late: the error for a body that timed out after its status was received.
        parent_is_missing: whether a 404 named the domain or the account.
        redirects: the number of redirects that were followed.
        reauthorized: whether the call was sent again after a 401.
        authorization: the header that a function returned for the latest attempt.
        limiter: the limiter whose slot the call holds.
    """

    call: Call = field(kw_only=True)
    url: str = field(kw_only=True)
    late: RequestTimeoutError | None = None
    parent_is_missing: bool = False
    redirects: int = 0
    reauthorized: bool = False
    authorization: str = field(default="", repr=False)
    limiter: PriorityLimiter | None = None

    def secrets(self) -> list[str]:
        """Return the secrets of the call, which errors must not show."""
        call, authorization = self.call, self.authorization
        own = [*call.credentials.secrets, authorization, authorization.split(" ")[-1]]
        return own if call.body is None else [*own, *call.body.secrets()]


class Model(Protocol):
    """A type that responses are parsed into: a pydantic model, or a class with its interface."""

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, /) -> Self:
        """Parse a response."""
        ...


@runtime_checkable
class Body(Protocol):
    """The interface of a request body."""

    def to_wire(self) -> bytes:
        """Return the bytes that are sent."""
        ...

    def retryable(self) -> bool:
        """Return whether a PUT of this body may be retried."""
        ...

    def secrets(self) -> Iterable[str]:
        """Return the secrets that errors must not show."""
        ...


@dataclass(slots=True)
class Meter:
    """Counters of the requests sent, and of the retries among them."""

    requests: int = 0
    retries: int = 0

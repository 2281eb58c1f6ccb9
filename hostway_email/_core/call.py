"""One call on its way to the API: what is asked, who asks, and what has become of it so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, runtime_checkable

from hostway_email._core.limiter import PriorityLimiter
from hostway_email._core.path import Path
from hostway_email.errors import InvalidRequestError
from hostway_email.retry import Effort

__all__ = [
    "Authorization",
    "Body",
    "Call",
    "Credentials",
    "Meter",
    "Model",
    "Verb",
    "checked_authorization",
]

Verb = Literal["GET", "POST", "PUT", "DELETE"]
Authorization = str | Callable[[], Awaitable[str]]
"""The value of the `Authorization` header, or an async function that returns one."""


@dataclass(slots=True)
class Call(Effort):
    """One call on its way: what is asked, and what has become of it so far."""

    where: Path = field(kw_only=True)
    url: str = field(kw_only=True)
    body: Body | None = field(kw_only=True, repr=False)
    content: bytes = field(kw_only=True, repr=False)
    is_read: bool = True
    keeps_redirect: bool = False
    hides_answer: bool = False
    parent_is_missing: bool = False
    redirects: int = 0
    asked_again: bool = False
    authorization: str = field(default="", repr=False)
    place: PriorityLimiter | None = None


class Model(Protocol):
    """What an answer is read into: a pydantic model, or what reads JSON like one."""

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, /) -> Self:
        """Return the answer that this JSON is."""
        ...


@runtime_checkable
class Body(Protocol):
    """The body of a request, as the session needs it."""

    def to_wire(self) -> bytes:
        """Return the bytes that are sent."""
        ...

    def retryable(self) -> bool:
        """Return whether a PUT of this body may be sent a second time."""
        ...

    def secrets(self) -> Iterable[str]:
        """Return what must not be shown in an error."""
        ...


@dataclass(slots=True)
class Meter:
    """How many requests were sent, and how many of them were repetitions."""

    requests: int = 0
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves to the API who asks.

    Attributes:
        authorization: the value of the header, an async function that returns one, or None.
        secrets: what of it must never be shown.
    """

    authorization: Authorization | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def checked_authorization(value: str) -> str:
    """Return what can be the value of an `Authorization` header.

    Raises:
        InvalidRequestError: it cannot; the error does not repeat it.
    """
    if isinstance(value, str) and value.strip() and value.isascii() and value.isprintable():
        return value
    del value  # Tools that report errors show what stays in a frame.
    rule = "must be a str of printable ASCII that is not empty, as headers are"
    raise InvalidRequestError(f"authorization {rule}", {"authorization": rule})

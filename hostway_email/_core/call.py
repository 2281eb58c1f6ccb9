"""One API call: its request, and the state of its attempts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, runtime_checkable

from hostway_email._core.limiter import PriorityLimiter
from hostway_email._core.path import Path
from hostway_email.retry import Effort

__all__ = [
    "Body",
    "Call",
    "Meter",
    "Model",
    "Verb",
]

Verb = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(slots=True)
class Call(Effort):
    """One API call: its request, and the state of its attempts."""

    where: Path = field(kw_only=True)
    url: str = field(kw_only=True)
    body: Body | None = field(kw_only=True, repr=False)
    content: bytes = field(kw_only=True, repr=False)
    is_read: bool = True
    keeps_redirect: bool = False
    confidential: bool = False
    parent_is_missing: bool = False
    redirects: int = 0
    reauthorized: bool = False
    authorization: str = field(default="", repr=False)
    limiter: PriorityLimiter | None = None


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

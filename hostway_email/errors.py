"""Every error this package raises, and how an answer of the API becomes one.

HostwayEmailError
├── InvalidRequestError (ValueError)    refused here, nothing was sent
├── TransportError                      no whole answer came back
│   ├── RequestTimeoutError (TimeoutError)
│   └── ConnectError (ConnectionError)
├── InvalidResponseError                a success that is not what was documented
├── PaginationError                     the links of a list lead astray
└── StatusError                         the API refused or failed
    ├── UnexpectedRedirectError         3xx
    ├── BadRequestError                 400
    ├── AuthenticationError             401
    ├── PermissionDeniedError           403
    ├── NotFoundError                   404
    │   └── VirtualMailboxError
    ├── ConflictError                   409
    ├── RateLimitedError                429
    └── ServerError                     5xx
        └── BadGatewayError             502
            └── ImapGatewayError
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Self

__all__ = [
    "AuthenticationError",
    "BadGatewayError",
    "BadRequestError",
    "ConflictError",
    "ConnectError",
    "HostwayEmailError",
    "ImapFailure",
    "ImapGatewayError",
    "InvalidRequestError",
    "InvalidResponseError",
    "NotFoundError",
    "Outcome",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RequestTimeoutError",
    "ServerError",
    "StatusError",
    "TransportError",
    "UnexpectedRedirectError",
    "VirtualMailboxError",
]


class Outcome(StrEnum):
    """What is known of a write that ended in an error."""

    NOT_APPLIED = "not_applied"
    """It was never sent, or the API refused it: it can safely be sent again."""
    UNKNOWN = "unknown"
    """It was sent and may have taken effect: read before writing again."""


class ImapFailure(StrEnum):
    """Why the API's IMAP gateway could not count messages."""

    NO_CONNECTION = "no_connection"
    SEARCH_FAILED = "search_failed"
    FOLDER_SELECTION_FAILED = "folder_selection_failed"
    UNKNOWN = "unknown"

    @classmethod
    def told_by(cls, text: str) -> ImapFailure:
        """Return the reason that the text of a response names."""
        text = text.lower()
        if "no imap connection" in text:
            return cls.NO_CONNECTION
        if "search" in text:
            return cls.SEARCH_FAILED
        if "folder selection" in text:
            return cls.FOLDER_SELECTION_FAILED
        return cls.UNKNOWN


class HostwayEmailError(Exception):
    """The base of every error of this package."""

    outcome: Outcome | None = None
    """For a write: whether it may have taken effect. None for a read."""
    page: int | None = None
    """The page of a list on which it happened, where that is known."""

    _signature: ClassVar[tuple[str, ...]] = ()

    def amend(self, **changes: object) -> Self:
        """Set attributes that only an outer layer knows, and keep `args` the whole signature."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.args = tuple(getattr(self, name) for name in self._signature)
        return self


class InvalidRequestError(HostwayEmailError, ValueError):
    """The request was refused before anything was sent.

    Attributes:
        message: what was wrong and what to do; it never repeats the value that was given.
        fields: the rule that each field broke, by the field's name.
    """

    outcome = Outcome.NOT_APPLIED
    _signature = ("message", "fields")

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})
        # By name, here and below: super() would run the __init__ of a second base such as OSError,
        # which keeps two arguments only, and the error would not survive pickling.
        Exception.__init__(self, self.message, self.fields)

    def __str__(self) -> str:
        return self.message


class _CallError(HostwayEmailError):
    """What the errors without an HTTP status share: where it happened, and what is known."""

    _signature = ("message", "method", "path", "values", "attempts", "outcome", "page")

    def __init__(
        self,
        message: str,
        method: str = "",
        path: str = "",
        values: Mapping[str, str] | None = None,
        attempts: int = 1,
        outcome: Outcome | str | None = None,
        page: int | None = None,
    ) -> None:
        self.message = message
        self.method = method
        self.path = path
        self.values: dict[str, str] = dict(values or {})
        self.attempts = attempts
        self.outcome = None if outcome is None else Outcome(outcome)
        self.page = page
        Exception.__init__(
            self, message, method, path, self.values, attempts, self.outcome, self.page
        )

    def __str__(self) -> str:
        where = _where(self.method, self.path, self.values, self.page)
        return f"{where}{self.message}{_after(self.attempts, self.outcome)}"


class TransportError(_CallError):
    """No whole answer came back: the connection broke, or the network failed."""


class RequestTimeoutError(TransportError, TimeoutError):
    """One attempt took longer than the client's `timeout`, from connecting to the last byte."""


class ConnectError(TransportError, ConnectionError):
    """No connection could be made, so nothing was sent."""


class InvalidResponseError(_CallError):
    """The API reported success, but its answer is not what is documented, or is too large."""


class PaginationError(_CallError):
    """A list's links name another path or cannot be followed, or its pages bring nothing new."""


class StatusError(HostwayEmailError):
    """The API answered with an HTTP status that is not success.

    Attributes:
        status: the HTTP status.
        method: the verb of the request.
        path: the template of the path, such as `/accounts/{account}/email/{domain}`.
        message: what the API said, without secrets of this call.
        fields: what the API said of single fields, by field name (`password`, `list.0.type`).
        guid: the identity the API gave the failure, for its support; empty where it gave none.
        attempts: how often the request was sent.
        retry_after: seconds to wait, where the API said so.
        values: what filled the template of the path.
    """

    advice: ClassVar[str] = ""
    _signature: ClassVar[tuple[str, ...]] = (
        "status",
        "method",
        "path",
        "message",
        "fields",
        "guid",
        "attempts",
        "retry_after",
        "values",
        "outcome",
        "page",
    )

    def __init__(
        self,
        status: int,
        method: str,
        path: str,
        message: str,
        fields: Mapping[str, str] | None = None,
        guid: str = "",
        attempts: int = 1,
        retry_after: float | None = None,
        values: Mapping[str, str] | None = None,
        outcome: Outcome | str | None = None,
        page: int | None = None,
    ) -> None:
        self.status = status
        self.method = method
        self.path = path
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})
        self.guid = guid
        self.attempts = attempts
        self.retry_after = retry_after
        self.values: dict[str, str] = dict(values or {})
        self.outcome = None if outcome is None else Outcome(outcome)
        self.page = page
        Exception.__init__(self, *(getattr(self, name) for name in self._signature))

    def __str__(self) -> str:
        where = _where(self.method, self.path, self.values, self.page)
        said = self.message or "the answer says no more"
        wait = "" if self.retry_after is None else f" (retry after {self.retry_after:g} s)"
        text = f"{where}HTTP {self.status}: {said}{wait}{_after(self.attempts, self.outcome)}"
        return f"{text}. {self.advice}" if self.advice else text


class UnexpectedRedirectError(StatusError):
    """The API redirected to where this client does not follow; only the host is told."""

    advice = "Check base_url: credentials are never sent to another host."


class BadRequestError(StatusError):
    """The API refused the request: `fields` and `message` tell what to change."""

    advice = "Change what is named and send it again."


class AuthenticationError(StatusError):
    """The credentials are missing or wrong, or do not cover this operation."""

    advice = "Check the username and password, and whether they own this account or mailbox."


class PermissionDeniedError(StatusError):
    """The credentials are right, but may not do this."""

    advice = "Use credentials that are allowed to do this."


class NotFoundError(StatusError):
    """The account, the domain, or what is below it does not exist."""

    advice = "Check each name in the path."


class VirtualMailboxError(NotFoundError):
    """A virtual mailbox has no messages that could be counted."""

    advice = "A virtual mailbox has no message statistics."


class ConflictError(StatusError):
    """The request contradicts what already exists, or a secret answer was wrong."""

    advice = "Read the present state before trying again."


class RateLimitedError(StatusError):
    """Too many requests; `retry_after` tells how many seconds to wait, where the API said so."""

    advice = "Wait, or lower max_concurrency."


class ServerError(StatusError):
    """The API failed on its side."""

    advice = "Try again later; if it stays, tell the provider's support."


class BadGatewayError(ServerError):
    """A system behind the API did not answer it."""


class ImapGatewayError(BadGatewayError):
    """The IMAP gateway could not count the messages of a mailbox; `reason` tells why.

    Attributes:
        reason: why, read from the API's text as it came: a message that is hidden has one too.
    """

    _signature = (*StatusError._signature, "reason")

    def __init__(
        self,
        status: int,
        method: str,
        path: str,
        message: str,
        fields: Mapping[str, str] | None = None,
        guid: str = "",
        attempts: int = 1,
        retry_after: float | None = None,
        values: Mapping[str, str] | None = None,
        outcome: Outcome | str | None = None,
        page: int | None = None,
        reason: ImapFailure | str | None = None,
    ) -> None:
        self.reason = ImapFailure.told_by(message) if reason is None else ImapFailure(reason)
        super().__init__(
            status,
            method,
            path,
            message,
            fields,
            guid,
            attempts,
            retry_after,
            values,
            outcome,
            page,
        )


def _where(method: str, path: str, values: Mapping[str, str], page: int | None) -> str:
    if not path:
        return ""
    filled = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return (
        f"{method} {path}"
        + (f" ({filled})" if filled else "")
        + ("" if page is None else f", page {page}")
        + ": "
    )


def _after(attempts: int, outcome: Outcome | None) -> str:
    tries = f" (after {attempts} attempts)" if attempts > 1 else ""
    return tries + ("; it may have taken effect" if outcome is Outcome.UNKNOWN else "")

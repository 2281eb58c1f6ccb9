"""All errors of this package.

HostwayEmailError
├── InvalidRequestError (ValueError)    refused by the client, nothing was sent
├── TransportError                      no complete response was received
│   ├── RequestTimeoutError (TimeoutError)
│   └── ConnectError (ConnectionError)
├── InvalidResponseError                a success that is not as documented
├── PaginationError                     a list whose links cannot be followed
└── StatusError                         an error status of the API
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
    """The outcome of a write that ended in an error."""

    NOT_APPLIED = "not_applied"
    """The write was not sent, or the API refused it: it is safe to retry."""
    UNKNOWN = "unknown"
    """The write was sent and may have taken effect: read the state before retrying."""


class ImapFailure(StrEnum):
    """The reason why the API's IMAP gateway could not count messages."""

    NO_CONNECTION = "no_connection"
    SEARCH_FAILED = "search_failed"
    FOLDER_SELECTION_FAILED = "folder_selection_failed"
    UNKNOWN = "unknown"

    @classmethod
    def told_by(cls, text: str) -> ImapFailure:
        """Return the reason that the message of a response names."""
        text = text.lower()
        if "no imap connection" in text:
            return cls.NO_CONNECTION
        if "search" in text:
            return cls.SEARCH_FAILED
        if "folder selection" in text:
            return cls.FOLDER_SELECTION_FAILED
        return cls.UNKNOWN


class HostwayEmailError(Exception):
    """The base of all errors of this package."""

    outcome: Outcome | None = None
    """For a write: whether it may have taken effect. None for a read."""
    page: int | None = None
    """The number of the list page that failed, if known."""

    _signature: ClassVar[tuple[str, ...]] = ()

    def amend(self, **changes: object) -> Self:
        """Set attributes known to an outer layer only, and update `args` for pickling."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.args = tuple(getattr(self, name) for name in self._signature)
        return self


class InvalidRequestError(HostwayEmailError, ValueError):
    """The request was refused before anything was sent.

    Attributes:
        message: the cause and the remedy; it never contains the value that was given.
        fields: the rule that each invalid field violates, by field name.
    """

    outcome = Outcome.NOT_APPLIED
    _signature = ("message", "fields")

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})
        # By name, here and below: super() would call the __init__ of a second base such as OSError,
        # which keeps only two arguments, and the error could not be unpickled.
        Exception.__init__(self, self.message, self.fields)

    @classmethod
    def for_argument(cls, name: str, rule: str) -> Self:
        """Return the error for an argument that violates a rule, such as "must be 1 or more"."""
        return cls(f"{name} {rule}", {name: rule})

    @classmethod
    def require(cls, valid: object, name: str, rule: str) -> None:
        """Raise the error for an argument unless it is valid."""
        if not valid:
            raise cls.for_argument(name, rule)

    @classmethod
    def require_alone(cls, name: str, **given: bool) -> None:
        """Raise the error for an argument if another one, which it excludes, was given too."""
        for other, is_given in given.items():
            if is_given:
                raise cls(
                    f"{name} and {other} are mutually exclusive",
                    {name: f"must not be combined with {other}"},
                )

    def __str__(self) -> str:
        return self.message


class _CallError(HostwayEmailError):
    """The base of errors of a call without an HTTP status."""

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
    """No complete response was received: the connection was lost, or the network failed."""


class RequestTimeoutError(TransportError, TimeoutError):
    """An attempt exceeded the client's `timeout`, from connecting to the last byte."""


class ConnectError(TransportError, ConnectionError):
    """The connection could not be established, so nothing was sent."""


class InvalidResponseError(_CallError):
    """The API reported success, but the response is not as documented, or too large."""


class PaginationError(_CallError):
    """The links of a list are invalid or form a loop, or its pages have no new items."""


class StatusError(HostwayEmailError):
    """The API responded with an HTTP status that is not a success.

    Attributes:
        status: the HTTP status.
        method: the HTTP method of the request.
        path: the template of the path, such as `/accounts/{account}/email/{domain}`.
        message: the API's error message, without secrets of this call.
        fields: the API's messages about single fields, by name (`password`, `list.0.type`).
        guid: the API's identifier of the failure, for its support; empty if there is none.
        code: the code in the body, which may be another number than the status, or a text; None if
            there is none.
        body: the body as JSON values, without secrets of this call; None if it is not JSON, or if
            the API documents a secret in the responses of the operation.
        advice: what to do about the error.
        attempts: the number of attempts.
        retry_after: the seconds to wait before a retry; None if the API gave none.
        values: the values of the path's placeholders.
    """

    advice: str = ""
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
        "code",
        "body",
        "advice",
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
        code: int | str | None = None,
        body: object = None,
        advice: str = "",
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
        self.code = code
        self.body = body
        self.advice = advice or type(self).advice
        Exception.__init__(self, *(getattr(self, name) for name in self._signature))

    def __str__(self) -> str:
        where = _where(self.method, self.path, self.values, self.page)
        message = self.message or "no details in the response"
        code = "" if self.code in (None, self.status, str(self.status)) else f" (code {self.code})"
        wait = "" if self.retry_after is None else f" (retry after {self.retry_after:g} s)"
        text = (
            f"{where}HTTP {self.status}{code}: {message}{wait}{_after(self.attempts, self.outcome)}"
        )
        return f"{text}. {self.advice}" if self.advice else text


class UnexpectedRedirectError(StatusError):
    """A redirect that this client does not follow; the message names only the host."""

    advice = "Check base_url: credentials are never sent to another host."


class BadRequestError(StatusError):
    """The API rejected the request as invalid: `fields` and `message` name what to change."""

    advice = "Correct the request and send it again."


class AuthenticationError(StatusError):
    """The credentials are missing, wrong, or not valid for this operation."""

    advice = "Check the username and password, and whether they own this account or mailbox."


class PermissionDeniedError(StatusError):
    """The credentials are valid, but have no permission for this operation."""

    advice = "Use credentials with permission for this operation."


class NotFoundError(StatusError):
    """The account, the domain, or a resource below it does not exist."""

    advice = "Check each name in the path."


class VirtualMailboxError(NotFoundError):
    """A virtual mailbox, which has no message statistics."""

    advice = "A virtual mailbox has no message statistics."


class ConflictError(StatusError):
    """The request conflicts with the current state, or a secret answer was wrong."""

    advice = "Read the current state before retrying."


class RateLimitedError(StatusError):
    """Too many requests; `retry_after` is the number of seconds to wait, if the API gave one."""

    advice = "Wait, or lower max_concurrency."


class ServerError(StatusError):
    """The API failed with a server error."""

    advice = "Retry later; if the error persists, contact the provider's support."


class BadGatewayError(ServerError):
    """A system behind the API failed or did not respond."""


class ImapGatewayError(BadGatewayError):
    """The IMAP gateway could not count the messages of a mailbox; see `reason`.

    Attributes:
        reason: the reason, taken from the API's message even where that is hidden.
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
        code: int | str | None = None,
        body: object = None,
        advice: str = "",
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
            code,
            body,
            advice,
        )


def _where(method: str, path: str, values: Mapping[str, str], page: int | None) -> str:
    if not path:
        return ""
    named = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return (
        f"{method} {path}"
        + (f" ({named})" if named else "")
        + ("" if page is None else f", page {page}")
        + ": "
    )


def _after(attempts: int, outcome: Outcome | None) -> str:
    count = f" (after {attempts} attempts)" if attempts > 1 else ""
    return count + ("; it may have taken effect" if outcome is Outcome.UNKNOWN else "")

"""Every exception class: its bases, its text, and copies of it."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from hostway_email import (
    AuthenticationError,
    BadGatewayError,
    BadRequestError,
    ConflictError,
    ConnectError,
    HostwayEmailError,
    ImapFailure,
    ImapGatewayError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    Outcome,
    PaginationError,
    PermissionDeniedError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    StatusError,
    TransportError,
    UnexpectedRedirectError,
    VirtualMailboxError,
    errors,
)

PATH = "/accounts/{account}/email/{domain}/usernames/{name}"
VALUES = {"account": "account007", "domain": "exämple.com", "name": "a/b 'c'"}

STATUS_ARGS = (
    409,
    "PUT",
    PATH,
    "Data conflict",
    {"list.0.type": "Required"},
    "af4f4c85",
    3,
    1.5,
    VALUES,
    Outcome.UNKNOWN,
    7,
    "E-17",
    {"conflict": {"details": ["a", None, 1.5]}},
    "Ask the owner.",
)
CALL_ARGS = ("it broke", "PUT", PATH, VALUES, 3, Outcome.UNKNOWN, 7)


def subclasses(of: type[HostwayEmailError]) -> Iterator[type[HostwayEmailError]]:
    for one in of.__subclasses__():
        if one.__module__ == errors.__name__:
            yield one
            yield from subclasses(one)


CLASSES = sorted(
    {one for one in subclasses(HostwayEmailError) if not one.__name__.startswith("_")},
    key=lambda one: one.__name__,
)


def made(kind: type[HostwayEmailError]) -> HostwayEmailError:
    """Return an error of this class with a value in every attribute."""
    if issubclass(kind, StatusError):
        return kind(*STATUS_ARGS)
    if issubclass(kind, InvalidRequestError):
        return kind("quota_mb must be more than 0", {"quota_mb": "must be more than 0"})
    build: Any = kind
    return build(*CALL_ARGS)  # type: ignore[no-any-return] # built by the class of a parameter


def bare(kind: type[HostwayEmailError]) -> HostwayEmailError:
    """Return an error of this class with the required arguments only."""
    if issubclass(kind, StatusError):
        return kind(500, "GET", PATH, "")
    build: Any = kind
    return build("it broke")  # type: ignore[no-any-return] # built by the class of a parameter


every_class = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
WAYS = (made, bare)


def test_all_classes_are_here() -> None:
    """The list below has every exported class."""
    offered = {getattr(errors, name) for name in errors.__all__} - {HostwayEmailError}

    assert {one for one in offered if issubclass(one, Exception)} == set(CLASSES)
    assert errors.__doc__ is not None
    assert all(one.__name__ in errors.__doc__ for one in CLASSES)


@every_class
def test_pickle(kind: type[HostwayEmailError]) -> None:
    """A pickled error is the same error in another process, with the oldest protocol too."""
    for make in WAYS:
        error = make(kind)
        for protocol in (0, pickle.HIGHEST_PROTOCOL):
            assert_same(pickle.loads(pickle.dumps(error, protocol)), error)


@every_class
def test_copy(kind: type[HostwayEmailError]) -> None:
    """A copy of an error is the same error."""
    for make in WAYS:
        error = make(kind)
        assert_same(copy.copy(error), error)
        assert_same(copy.deepcopy(error), error)


@every_class
def test_json(kind: type[HostwayEmailError]) -> None:
    """A result store that keeps class and args as JSON restores the same error."""
    rebuild: Any = kind
    for make in WAYS:
        error = make(kind)

        again = rebuild(*json.loads(json.dumps(error.args)))

        assert_same(again, error)
        assert type(again.outcome) is type(error.outcome)


@every_class
def test_survives_twice(kind: type[HostwayEmailError]) -> None:
    """Several queues lose nothing either."""
    error = made(kind)

    assert_same(copy.copy(pickle.loads(pickle.dumps(copy.deepcopy(error)))), error)


@every_class
def test_every_argument_is_an_attribute(kind: type[HostwayEmailError]) -> None:
    """Every parameter is an attribute of the same name."""
    error = made(kind)

    assert error.args == tuple(getattr(error, name) for name in kind._signature)
    assert None not in error.args
    assert not set(vars(error)) - set(kind._signature)


@every_class
def test_mappings_are_copies(kind: type[HostwayEmailError]) -> None:
    """An error does not change with the mapping that it was made from."""
    fields = {"a": "Required"}
    build: Any = kind
    if kind is InvalidRequestError:
        error = build("no", fields)
    elif issubclass(kind, StatusError):
        error = build(*STATUS_ARGS[:4], fields)
    else:
        error = build("no", "GET", PATH, fields)
    before = repr(error.args)

    fields["a"] = "changed"

    assert repr(error.args) == before


@every_class
@pytest.mark.parametrize("make", WAYS)
def test_text_is_one_line(kind: type[HostwayEmailError], make: Any) -> None:
    """The text fits into a ticket: one line, with the request and the response."""
    error = make(kind)
    text = str(error)

    assert text.splitlines() == [text]
    assert text.strip() == text != ""
    assert error.message in text
    if make is made and kind is not InvalidRequestError:
        where = f"PUT {PATH} (account='account007', domain='exämple.com', name=\"a/b 'c'\"), page 7"
        assert text.startswith(f"{where}: ")
        assert "(after 3 attempts)" in text
        assert "may have taken effect" in text


@every_class
def test_values_cannot_break_the_line(kind: type[HostwayEmailError]) -> None:
    """A name with a line break does not start a new line in a log."""
    error = made(kind)
    if hasattr(error, "values"):
        error.amend(values={"name": "a\nb\u2028c\x1b[31m"})

    assert len(str(error).splitlines()) == 1
    assert "\x1b" not in str(error)


def test_text_of_a_status_error() -> None:
    """The request, the response, how long to wait, and what to do next."""
    error = RateLimitedError(429, "GET", "/email/{domain}", "", retry_after=2.5)

    assert str(error) == (
        "GET /email/{domain}: HTTP 429: no details in the response (retry after 2.5 s). "
        "Wait, or lower max_concurrency."
    )
    assert str(StatusError(418, "GET", "/x", "teapot", attempts=1)) == "GET /x: HTTP 418: teapot"


@pytest.mark.parametrize(
    "kind", [one for one in CLASSES if issubclass(one, StatusError) and one is not StatusError]
)
def test_advice(kind: type[StatusError]) -> None:
    """Every error of the API says what to do next."""
    assert str(kind(599, "GET", "/x", "no")).endswith(kind.advice)
    assert kind.advice.endswith(".")


@every_class
def test_amend_updates_args(kind: type[HostwayEmailError]) -> None:
    """Amended values are in the args too, and so survive pickling."""
    error = bare(kind)

    assert error.amend(page=4, outcome=Outcome.NOT_APPLIED) is error

    assert (error.page, error.outcome) == (4, Outcome.NOT_APPLIED)
    assert error.args == tuple(getattr(error, name) for name in kind._signature)
    again = pickle.loads(pickle.dumps(error))
    assert (again.page, again.outcome) == (4, Outcome.NOT_APPLIED)
    assert_same(again, error)


@every_class
def test_error_can_be_raised_from(kind: type[HostwayEmailError]) -> None:
    """Cause, traceback and notes work as with any exception."""
    cause = ValueError("why")
    with pytest.raises(HostwayEmailError) as caught:
        raise made(kind) from cause

    caught.value.add_note("seen at night")
    assert caught.value.__cause__ is cause
    assert pickle.loads(pickle.dumps(caught.value)).__notes__ == ["seen at night"]


@pytest.mark.parametrize(
    ("kind", "bases"),
    [
        (InvalidRequestError, (HostwayEmailError, ValueError)),
        (TransportError, (HostwayEmailError,)),
        (RequestTimeoutError, (TransportError, TimeoutError)),
        (ConnectError, (TransportError, ConnectionError)),
        (InvalidResponseError, (HostwayEmailError,)),
        (PaginationError, (HostwayEmailError,)),
        (StatusError, (HostwayEmailError,)),
        (UnexpectedRedirectError, (StatusError,)),
        (BadRequestError, (StatusError,)),
        (AuthenticationError, (StatusError,)),
        (PermissionDeniedError, (StatusError,)),
        (NotFoundError, (StatusError,)),
        (VirtualMailboxError, (NotFoundError,)),
        (ConflictError, (StatusError,)),
        (RateLimitedError, (StatusError,)),
        (ServerError, (StatusError,)),
        (BadGatewayError, (ServerError,)),
        (ImapGatewayError, (BadGatewayError,)),
    ],
)
def test_relations(kind: type[HostwayEmailError], bases: tuple[type[Exception], ...]) -> None:
    """Every class can be caught by its bases, of this package and of Python."""
    error = made(kind)

    for base in bases:
        assert isinstance(error, base)
    others = {ValueError, TimeoutError, ConnectionError, OSError} - {
        ancestor for base in bases for ancestor in base.__mro__
    }
    assert not isinstance(error, tuple(others))


def test_outcome_of_invalid_requests() -> None:
    """A request that was never sent was not applied; a read has no outcome."""
    assert InvalidRequestError("no").outcome is Outcome.NOT_APPLIED
    assert NotFoundError(404, "GET", "/x", "").outcome is None
    assert NotFoundError(404, "PUT", "/x", "", outcome="not_applied").outcome is Outcome.NOT_APPLIED
    with pytest.raises(ValueError, match="maybe"):
        NotFoundError(404, "PUT", "/x", "", outcome="maybe")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Unable to get message count. No IMAP connection", ImapFailure.NO_CONNECTION),
        ("Unable to get message count. IMAP search operation failed.", ImapFailure.SEARCH_FAILED),
        ("IMAP FOLDER SELECTION FAILED", ImapFailure.FOLDER_SELECTION_FAILED),
        ("Bad Gateway", ImapFailure.UNKNOWN),
        ("", ImapFailure.UNKNOWN),
    ],
)
def test_reason_of_an_imap_failure(message: str, reason: ImapFailure) -> None:
    """The reason is read from the text, also in an error made elsewhere."""
    error = ImapGatewayError(502, "GET", f"{PATH}/mailbox/messagestats", message)

    assert error.reason is reason
    assert pickle.loads(pickle.dumps(error)).reason is reason


def assert_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    assert one.args == other.args
    assert vars(one) == vars(other)
    assert str(one) == str(other)
    for name in type(other)._signature:
        assert getattr(one, name) == getattr(other, name)

"""Removal of request data from error chains.

An error tracker shows the locals of every frame, for an error and for all its causes. Frames of an
HTTP library hold the headers and the body that were sent.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import TracebackType
from typing import Final, ParamSpec, TypeVar

__all__ = ["LibraryError", "cleaned", "forgetting_arguments"]

E = TypeVar("E", bound=BaseException)
P = ParamSpec("P")
T = TypeVar("T")

HTTP_LIBRARIES: Final = frozenset(
    {
        # Clients and their dependencies.
        *("aiohttp", "anyio", "h11", "h2", "httpcore", "httpcore2", "httplib2", "httpx", "httpx2"),
        *("niquests", "pytest_httpx", "requests", "respx", "socksio", "trio", "urllib3", "uvloop"),
        # Servers of an application in this process.
        *("asgiref", "fastapi", "litestar", "quart", "starlette"),
    }
)
_NOT_THE_PROGRAM: Final = HTTP_LIBRARIES | {__name__.partition(".")[0], "pydantic"}
_NOT_SHOWN: Final = "[hidden]"
_OBJECTS: Final = ("request", "_request", "response", "_response")
"""The attributes of HTTP library errors that hold requests; no message needs them."""
_PLAIN: Final = (str, bytes, int, float, type(None))


class LibraryError(Exception):
    """The message of an HTTP library error, whose object held data of the request."""


def cleaned(error: E, redact: Callable[[str], str], before: BaseException | None = None) -> E:
    """Remove the frames and objects of HTTP libraries from an error, and return it.

    Frames of the program stay: those of its hooks, its application and its own transport.

    Parameters:
        error: the error to raise.
        redact: hides the secrets of the call in a text.
        before: the exception that the program was handling; it is not changed.
    """
    for one in _chain(error, before):
        one.__traceback__ = _program_frames(one.__traceback__)
        one.__cause__, suppressed = (
            _without_objects(one.__cause__, redact, before),
            one.__suppress_context__,
        )
        one.__context__ = _without_objects(one.__context__, redact, before)
        one.__suppress_context__ = suppressed
        if _is_library_error(one):
            _hide(one, redact)
    return error


def forgetting_arguments(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function raise errors without the frames that hold its arguments.

    Error trackers show the locals of each frame. The context of the error is removed too; its cause
    is kept, and so are frames of the program, such as those of a validator.
    """

    @wraps(function)
    def forget(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            failure = error.with_traceback(_program_frames(error.__traceback__))
            failure.__context__ = failure.__cause__
        del args, kwargs
        raise failure

    return forget


def _chain(error: BaseException, before: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all its causes; the links of each are read after it was yielded."""
    seen = set() if before is None else {id(before)}
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        pending += one.__cause__, one.__context__
        if isinstance(one, BaseExceptionGroup):
            pending += one.exceptions


def _program_frames(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of this package and of libraries."""
    kept: list[TracebackType] = []
    while traceback is not None:
        root = str(traceback.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if root not in _NOT_THE_PROGRAM and root not in sys.stdlib_module_names:
            kept.append(traceback)
        traceback = traceback.tb_next
    for entry in reversed(kept):
        traceback = TracebackType(traceback, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return traceback


def _without_objects(
    error: BaseException | None, redact: Callable[[str], str], before: BaseException | None
) -> BaseException | None:
    """Return a cause, or only its message if it holds objects of a library."""
    if error is None or error is before or _is_plain(error):
        return error
    replacement = LibraryError(redact(f"{type(error).__name__}: {error}"))
    replacement.__cause__, replacement.__context__ = error.__cause__, error.__context__
    replacement.__suppress_context__ = error.__suppress_context__
    return replacement.with_traceback(error.__traceback__)


def _is_plain(error: BaseException) -> bool:
    values = (*error.args, *vars(error).values())
    return not _is_library_error(error) or all(isinstance(value, _PLAIN) for value in values)


def _is_library_error(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in HTTP_LIBRARIES


def _hide(error: BaseException, redact: Callable[[str], str]) -> None:
    """Remove objects and secrets from an error of a library."""

    def hidden(value: object) -> object:
        if isinstance(value, str):
            return redact(value)
        text = repr(value)
        return value if redact(text) == text else _NOT_SHOWN

    error.args = tuple(map(hidden, error.args))
    for name, value in vars(error).items():
        setattr(error, name, None if name in _OBJECTS else hidden(value))

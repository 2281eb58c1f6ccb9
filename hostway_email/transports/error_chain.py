"""Errors without what tools that report them would print of a request: its frames and its objects.

Such a tool shows the locals of every frame of a traceback, of an error and of all that led to it.
Those of an HTTP library hold the headers and the body as they go on the wire. A client imports this
when the first request is lost.
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

OURS: Final = __name__.partition(".")[0]
HTTP_LIBRARIES: Final = frozenset(
    {
        # Clients, and what they stand on.
        *("aiohttp", "anyio", "h11", "h2", "httpcore", "httpcore2", "httplib2", "httpx", "httpx2"),
        *("niquests", "pytest_httpx", "requests", "respx", "socksio", "trio", "urllib3", "uvloop"),
        # The other side of an application in this process.
        *("asgiref", "fastapi", "litestar", "quart", "starlette"),
    }
)
_NOT_SHOWN: Final = "[hidden]"
_OBJECTS: Final = ("request", "_request", "response", "_response")
"""Where errors of HTTP libraries keep what they are about; none of their texts needs it."""
_PLAIN: Final = (str, bytes, int, float, type(None))


class LibraryError(Exception):
    """What an error of an HTTP library said; the error itself held objects of the request."""


def cleaned(error: E, shown: Callable[[str], str], before: BaseException | None = None) -> E:
    """Return an error without the frames and objects of the libraries it went through.

    The frames of a program stay: those of its hooks, of its application, of its own transport.

    Parameters:
        error: what is raised again, or anew.
        shown: hides the secrets of the call in a text.
        before: what the program was handling when it called; it is left alone.
    """
    for one in _chain(error, before):
        one.__traceback__ = _of_the_program(one.__traceback__)
        one.__cause__, suppressed = _told(one.__cause__, shown, before), one.__suppress_context__
        one.__context__ = _told(one.__context__, shown, before)
        one.__suppress_context__ = suppressed
        if _is_of_a_library(one):
            _hide(one, shown)
    return error


def forgetting_arguments(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function that is given secrets fail without a frame that holds its arguments.

    Tools that report errors show the locals of each frame. What the function was handling when it
    raised is forgotten too; what it names as the cause is kept.
    """

    @wraps(function)
    def forget(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            failure = error.with_traceback(None)
            failure.__context__ = failure.__cause__
        del args, kwargs
        raise failure

    return forget


def _chain(error: BaseException, before: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all that led to it; each link is looked at once its error was used."""
    seen = set() if before is None else {id(before)}
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        left += one.__cause__, one.__context__
        if isinstance(one, BaseExceptionGroup):
            left += one.exceptions


def _of_the_program(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of this package and of libraries."""
    kept: list[TracebackType] = []
    while traceback is not None:
        root = str(traceback.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if root not in HTTP_LIBRARIES and root not in sys.stdlib_module_names and root != OURS:
            kept.append(traceback)
        traceback = traceback.tb_next
    for entry in reversed(kept):
        traceback = TracebackType(traceback, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return traceback


def _told(
    error: BaseException | None, shown: Callable[[str], str], before: BaseException | None
) -> BaseException | None:
    """Return an error that led to another; of one with objects of a library only its text."""
    if error is None or error is before or _is_plain(error):
        return error
    told = LibraryError(shown(f"{type(error).__name__}: {error}"))
    told.__cause__, told.__context__ = error.__cause__, error.__context__
    told.__suppress_context__ = error.__suppress_context__
    return told.with_traceback(error.__traceback__)


def _is_plain(error: BaseException) -> bool:
    values = (*error.args, *vars(error).values())
    return not _is_of_a_library(error) or all(isinstance(value, _PLAIN) for value in values)


def _is_of_a_library(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in HTTP_LIBRARIES


def _hide(error: BaseException, shown: Callable[[str], str]) -> None:
    """Take its objects from an error of a library, and what shows a secret."""

    def hidden(value: object) -> object:
        if isinstance(value, str):
            return shown(value)
        text = repr(value)
        return value if shown(text) == text else _NOT_SHOWN

    error.args = tuple(map(hidden, error.args))
    for name, value in vars(error).items():
        setattr(error, name, None if name in _OBJECTS else hidden(value))

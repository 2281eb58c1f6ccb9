"""Scripted responses, which replace those of the next matching requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hostway_email.sandbox.http.responses import Document, Response, encode
from hostway_email.sandbox.http.routing import RouteMatch

__all__ = ["ScriptedResponse", "script_response"]


@dataclass(slots=True)
class ScriptedResponse:
    """A response to the next `times` requests with a method and a path suffix."""

    method: str
    path_suffix: str
    response: Response
    times: int
    after: bool

    def matches(self, method: str, match: RouteMatch) -> bool:
        """Return True if the request has this method and this path suffix."""
        return method == self.method and match.has_suffix(self.path_suffix)


def script_response(
    method: str,
    path_suffix: str,
    *,
    status: int,
    times: int,
    body: bytes | str | Document,
    headers: Mapping[str, str] | None,
    after: bool,
) -> ScriptedResponse:
    """Return a scripted response: a string as plain text, bytes unchanged, the rest as JSON."""
    lines = tuple(
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in (headers or {}).items()
    )
    if isinstance(body, bytes):
        response = Response(status, body, headers=lines)
    elif isinstance(body, str):
        response = Response(status, body.encode(), b"text/plain;charset=UTF-8", lines)
    else:
        response = Response(status, encode(body), headers=lines)
    return ScriptedResponse(method.upper(), path_suffix, response, times, after)

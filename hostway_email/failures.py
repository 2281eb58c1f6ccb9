"""What becomes of a call that failed: its error, with all that a caller can act on.

Only a failure needs this: the session imports it when the first one comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from pydantic import ValidationError

from hostway_email.calls import Call, Model
from hostway_email.error_bodies import (
    error_class,
    explain,
    masked,
    read_text,
    redirect_host,
    retry_after,
)
from hostway_email.errors import InvalidResponseError, Outcome, StatusError, TransportError
from hostway_email.transports import Response

__all__ = ["lost", "read_patiently", "refused"]

M = TypeVar("M", bound=Model)

_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+")


def refused(call: Call, response: Response, secrets: Sequence[str]) -> StatusError:
    """Return the error for an answer that is not a success."""
    status = response.status
    said = explain(response.content, response.headers.get("content-type", ""), secrets)
    if call.hides_answer:
        said.message, said.fields, said.guid = "", {}, ""
    if 300 <= status < 400:
        host = redirect_host(response.headers.get("location", ""))
        said.message = masked(f"a redirect to {host} is not followed", secrets)
    return error_class(status, call.path, said.message)(
        status,
        call.method,
        call.path,
        said.message,
        said.fields,
        said.guid,
        call.attempts,
        retry_after(response.headers),
        dict(call.where.values),
        _outcome(call),
    )


def lost(call: Call, error: TransportError, secrets: Sequence[str]) -> TransportError:
    """Return the error of a transport with what was asked and what may have become of it."""
    return error.amend(
        message=masked(error.message, secrets),
        method=call.method,
        path=call.path,
        values=dict(call.where.values),
        attempts=call.attempts,
        outcome=_outcome(call),
    )


def read_patiently(call: Call, response: Response, into: type[M]) -> M:
    """Read a success that could not be read at first: it may be in another charset.

    Raises:
        InvalidResponseError: it cannot be read in any way.
    """
    if response.fault:
        raise _unreadable(call, f"its body cannot be used: {response.fault}")
    text = read_text(response.content, response.headers.get("content-type", ""))
    try:
        return into.model_validate_json(text)
    except ValidationError as error:
        problem = error
    # Never chained, and only place and kind: pydantic's error carries the answer itself.
    raise _unreadable(call, _place_and_kind(problem, response)) from None


def _outcome(call: Call) -> Outcome | None:
    if call.method == "GET":
        return None
    return Outcome.UNKNOWN if call.uncertain else Outcome.NOT_APPLIED


def _unreadable(call: Call, what: str) -> InvalidResponseError:
    return InvalidResponseError(
        f"the API reported success, but {what}",
        call.method,
        call.path,
        dict(call.where.values),
        call.attempts,
        None if call.method == "GET" else Outcome.UNKNOWN,
    )


def _place_and_kind(error: ValidationError, response: Response) -> str:
    if not response.content.strip():
        return f"HTTP {response.status} came without the body it should have"
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        found = _MEDIA_TYPE.match(response.headers.get("content-type", "").strip())
        declared = f" (it is declared as {found.group()})" if found else ""
        return f"its body is not JSON{declared}"
    places = "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'the document'}: {problem['type']}"
        for problem in problems[:3]
    )
    return f"its body is not as documented: {places}"

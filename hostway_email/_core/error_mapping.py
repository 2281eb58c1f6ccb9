"""What becomes of a call that failed: its error, with all that a caller can act on.

Only a failure needs this, or a large response: the session imports it when the first one comes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit

from pydantic import JsonValue, ValidationError
from pydantic_core import from_json

from hostway_email._core.call import Call, Model
from hostway_email._core.decoding import LARGE, MAX_TIMES, as_utf8, costs_too_much
from hostway_email._core.documented_names import is_documented
from hostway_email._core.error_parsing import (
    error_class,
    explain,
    redirect_host,
    retry_after,
)
from hostway_email._core.path import MAX_URL
from hostway_email._core.redaction import Mask
from hostway_email.errors import (
    ImapFailure,
    ImapGatewayError,
    InvalidResponseError,
    Outcome,
    StatusError,
    TransportError,
)
from hostway_email.transports import Response

__all__ = ["lost", "read_patiently", "redirect_target", "refused"]

M = TypeVar("M", bound=Model)

MAX_PLACE: Final = 100
MAX_PROBLEMS: Final = 100
"""With more problems than this none is named: pydantic can only describe all of them."""

_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)
_ABOUT_A_PARENT: Final = re.compile(r"\b(domain|account)\b", re.IGNORECASE)


def refused(call: Call, response: Response, secrets: Sequence[str]) -> StatusError:
    """Return the error for an answer that is not a success."""
    status = response.status
    content_type = response.headers.get("content-type", "")
    said = explain(response.content, content_type, secrets, partial(_sent_openly, call))
    # What follows from the text is decided before anything of it is hidden.
    call.parent_is_missing = bool(_ABOUT_A_PARENT.search(said.said))
    kind = error_class(status, call.path, said.said)
    if call.hides_answer:
        said.message, said.fields, said.guid = "", {}, ""
    if 300 <= status < 400:
        host = redirect_host(response.headers.get("location", ""), Mask(secrets))
        said.message = f"a redirect to {host} is not followed"
    error = kind(
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
    if isinstance(error, ImapGatewayError):
        error.amend(reason=ImapFailure.told_by(said.said))
    return error


def lost(call: Call, error: TransportError, secrets: Sequence[str]) -> TransportError:
    """Return the error of a transport with what was asked and what may have become of it."""
    return error.amend(
        message=Mask(secrets).shown(error.message),
        method=call.method,
        path=call.path,
        values=dict(call.where.values),
        attempts=call.attempts,
        outcome=_outcome(call),
    )


def read_patiently(
    call: Call, response: Response, into: type[M], secrets: Callable[[], Sequence[str]]
) -> M:
    """Read a success that is large, or could not be read at first: it may be in another charset.

    Raises:
        InvalidResponseError: it cannot be read in any way, or would take too much memory.
    """
    if response.fault:
        raise _unreadable(call, f"its body cannot be used: {response.fault}")
    if costs_too_much(response.content, into):
        raise _unreadable(call, _too_costly(response))
    try:
        return into.model_validate_json(
            as_utf8(response.content, response.headers.get("content-type", ""))
        )
    except ValueError as error:
        problem = _place_and_kind(error, call, response, Mask(secrets()))
    # Not raised within the `except`, and only place and kind: pydantic's error holds the answer.
    raise _unreadable(call, problem)


def redirect_target(call: Call, response: Response) -> str:
    """Return the absolute address that a redirect names.

    Raises:
        InvalidResponseError: it names none that could be opened.
    """
    if target := _target(call, response):
        return target
    raise _unreadable(call, f"HTTP {response.status} came without an address in its Location")


def _target(call: Call, response: Response) -> str:
    location = response.headers.get("location", "").strip(" \t")
    if location and len(location) <= MAX_URL and location.isprintable():
        try:
            target = urljoin(call.url, location)
            parts = urlsplit(target)
            if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
                return target
        except ValueError:
            pass  # A host or a port that is none.
    return ""


def _sent_openly(call: Call) -> frozenset[str]:
    """Return what a request said that is no secret: values of its path, names in its body.

    The values of a body too, where it has no secrets: an error may name a field after one.
    """
    said = {value for _, value in call.where.values}
    if call.body is not None and call.content:
        open_values = not any(True for _ in call.body.secrets())
        said.update(_texts(json.loads(call.content), open_values))
    return frozenset(said)


def _texts(document: JsonValue, with_values: bool) -> Iterator[str]:
    if isinstance(document, str) and with_values:
        yield document
    elif isinstance(document, list):
        for item in document:
            yield from _texts(item, with_values)
    elif isinstance(document, dict):
        yield from document
        for item in document.values():
            yield from _texts(item, with_values)


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


def _too_costly(response: Response) -> str:
    content_type = response.headers.get("content-type", "")
    try:
        from_json(as_utf8(response.content[:LARGE], content_type), allow_partial=True)
    except ValueError:
        # A page with many commas, say: not its size is what is wrong with it.
        return "its body is not JSON"
    return (
        f"reading its body of {len(response.content)} bytes could take more than {MAX_TIMES}"
        " times as much memory: it has too many tiny values"
    )


def _place_and_kind(error: ValueError, call: Call, response: Response, mask: Mask) -> str:
    if not response.content.strip():
        return f"HTTP {response.status} came without the body it should have"
    if not isinstance(error, ValidationError):
        return f"its body is not JSON{_declared(call, response, mask)}"
    if error.error_count() > MAX_PROBLEMS:
        return f"its body is not as documented in {error.error_count()} places"
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        return f"its body is not JSON{_declared(call, response, mask)}"
    places = "; ".join(
        f"{_place(problem['loc'], mask)}: {problem['type']}" for problem in problems[:3]
    )
    return f"its body is not as documented: {places}"


def _place(location: tuple[int | str, ...], mask: Mask) -> str:
    # Names of fields may be the server's own, where a model takes any.
    parts = [part if is_documented(part) else mask.shown(part) for part in map(str, location)]
    return ".".join(parts)[:MAX_PLACE] or "the document"


def _declared(call: Call, response: Response, mask: Mask) -> str:
    declared = response.headers.get("content-type", "").strip()
    found = _MEDIA_TYPE.match(declared)
    if found is None or call.hides_answer:
        return ""
    # The header is masked before it is cut: half of a secret is still one.
    shown = _MEDIA_TYPE.match(mask.shown(declared[:MAX_URL]))
    return f" (it is declared as {shown.group() if shown else '[hidden]'})"

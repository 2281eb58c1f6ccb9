"""The mapping of failed calls to errors.

Only a failure or a large response needs this module, so the session imports it on the first one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit

from pydantic import JsonValue, ValidationError
from pydantic_core import from_json

from hostway_email._core.call import Call, CallState, Model
from hostway_email._core.decoding import LARGE, MAX_TIMES, as_utf8, costs_too_much
from hostway_email._core.documented_names import is_documented
from hostway_email._core.error_parsing import (
    Explanation,
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

__all__ = ["read_fallback", "redirect_target", "status_error", "transport_error"]

M = TypeVar("M", bound=Model)

MAX_LOCATION: Final = 100
MAX_PROBLEMS: Final = 100
"""The number of validation problems up to which they are listed.

pydantic describes either all of them or none."""

_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)
_NAMES_A_PARENT: Final = re.compile(r"\b(domain|account)\b", re.IGNORECASE)


def status_error(state: CallState, response: Response) -> StatusError:
    """Return the error for a response whose status is not a success."""
    call, status = state.call, response.status
    secrets = state.secrets()
    content_type = response.headers.get("content-type", "")
    explanation = explain(response.content, content_type, secrets, partial(_public_values, call))
    # Decisions are based on the text before anything in it is masked.
    state.parent_is_missing = bool(_NAMES_A_PARENT.search(explanation.unmasked))
    error_type = error_class(status, call.path.template, explanation.unmasked)
    if call.confidential:
        explanation = Explanation(unmasked=explanation.unmasked)
    if 300 <= status < 400:
        host = redirect_host(response.headers.get("location", ""), Mask(secrets))
        explanation.message = f"a redirect to {host} is not followed"
    error = error_type(
        status,
        call.method,
        call.path.template,
        explanation.message,
        explanation.fields,
        explanation.guid,
        state.attempts,
        retry_after(response.headers),
        dict(call.path.values),
        _outcome(state),
        code=explanation.code,
        body=explanation.body,
    )
    if isinstance(error, ImapGatewayError):
        error.amend(reason=ImapFailure.told_by(explanation.unmasked))
    return error


def transport_error(state: CallState, error: TransportError) -> TransportError:
    """Add the call and its outcome to the error of a transport, and mask its message."""
    return error.amend(
        message=Mask(state.secrets()).redact(error.message),
        method=state.call.method,
        path=state.call.path.template,
        values=dict(state.call.path.values),
        attempts=state.attempts,
        outcome=_outcome(state),
    )


def read_fallback(state: CallState, response: Response, into: type[M]) -> M:
    """Parse a successful response that is large, or that failed to parse as UTF-8.

    Raises:
        InvalidResponseError: the body cannot be parsed, or would take too much memory.
        RequestTimeoutError: the body of a write was late.
    """
    if state.late is not None:
        state.uncertain = True
        raise transport_error(state, state.late)
    if response.fault:
        raise _unreadable(state, f"the response body cannot be used: {response.fault}")
    if costs_too_much(response.content, into):
        raise _unreadable(state, _memory_problem(response))
    try:
        return into.model_validate_json(
            as_utf8(response.content, response.headers.get("content-type", ""))
        )
    except ValueError as error:
        problem = _parse_problem(error, state, response)
    # Raised outside of the `except`, with location and type only: pydantic's error holds the body.
    raise _unreadable(state, problem)


def redirect_target(state: CallState, response: Response) -> str:
    """Return the absolute URL in the Location header of a redirect.

    Raises:
        InvalidResponseError: the header is missing or invalid.
    """
    if target := _target(state, response):
        return target
    raise _unreadable(state, f"HTTP {response.status} has no valid URL in its Location header")


def _target(state: CallState, response: Response) -> str:
    location = response.headers.get("location", "").strip(" \t")
    if location and len(location) <= MAX_URL and location.isprintable():
        try:
            target = urljoin(state.url, location)
            parts = urlsplit(target)
            if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
                return target
        except ValueError:
            pass  # The host or the port is invalid.
    return ""


def _public_values(call: Call) -> frozenset[str]:
    """Return the texts of a request that are not secret: path values and field names.

    If the body has no secrets, its values too: an error may name a field after one of them.
    """
    public = {value for _, value in call.path.values}
    if call.body is not None and call.content:
        has_secrets = any(True for _ in call.body.secrets())
        public.update(_texts(json.loads(call.content), with_values=not has_secrets))
    return frozenset(public)


def _texts(document: JsonValue, *, with_values: bool) -> Iterator[str]:
    if isinstance(document, str) and with_values:
        yield document
    elif isinstance(document, list):
        for item in document:
            yield from _texts(item, with_values=with_values)
    elif isinstance(document, dict):
        yield from document
        for item in document.values():
            yield from _texts(item, with_values=with_values)


def _outcome(state: CallState) -> Outcome | None:
    if state.call.method == "GET":
        return None
    return Outcome.UNKNOWN if state.uncertain else Outcome.NOT_APPLIED


def _unreadable(state: CallState, problem: str) -> InvalidResponseError:
    call = state.call
    return InvalidResponseError(
        f"the API reported success, but {problem}",
        call.method,
        call.path.template,
        dict(call.path.values),
        state.attempts,
        None if call.method == "GET" else Outcome.UNKNOWN,
    )


def _memory_problem(response: Response) -> str:
    content_type = response.headers.get("content-type", "")
    try:
        from_json(as_utf8(response.content[:LARGE], content_type), allow_partial=True)
    except ValueError:
        # The cause is not its size: it may be an HTML page with many commas, for example.
        return "the response body is not JSON"
    return (
        f"parsing the body of {len(response.content)} bytes could take more than {MAX_TIMES}"
        " times as much memory: it has too many small values"
    )


def _parse_problem(error: ValueError, state: CallState, response: Response) -> str:
    call, mask = state.call, Mask(state.secrets())
    if not response.content.strip():
        return f"the response body is empty (HTTP {response.status})"
    if not isinstance(error, ValidationError):
        return f"the response body is not JSON{_declared(call, response, mask)}"
    if error.error_count() > MAX_PROBLEMS:
        return f"the response body has {error.error_count()} fields that are not as documented"
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        return f"the response body is not JSON{_declared(call, response, mask)}"
    fields = "; ".join(
        f"{_location(problem['loc'], mask)}: {problem['type']}" for problem in problems[:3]
    )
    return f"the response body is not as documented: {fields}"


def _location(location: tuple[int | str, ...], mask: Mask) -> str:
    # A field name may come from the server, where a model accepts any.
    parts = [part if is_documented(part) else mask.redact(part) for part in map(str, location)]
    return ".".join(parts)[:MAX_LOCATION] or "the document"


def _declared(call: Call, response: Response, mask: Mask) -> str:
    declared = response.headers.get("content-type", "").strip()
    found = _MEDIA_TYPE.match(declared)
    if found is None or call.confidential:
        return ""
    # Masked before it is cut: half of a secret is still a secret.
    shown = _MEDIA_TYPE.match(mask.redact(declared[:MAX_URL]))
    return f" (declared as {shown.group() if shown else '[hidden]'})"

"""The refusal of requests that contain what the manual does not document."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from hostway_email.sandbox.http.documented import Body, Query
from hostway_email.sandbox.http.errors import ApiError, bad_request, field_errors, message_error
from hostway_email.sandbox.http.routes import Operation

__all__ = ["UndocumentedError", "check_documented"]

Refusals = Iterator[tuple[str, str]]


class UndocumentedError(ApiError):
    """The error response to an undocumented request; `reasons` says what is undocumented."""

    def __init__(self, error: ApiError, reasons: str) -> None:
        super().__init__(error.response)
        self.reasons = reasons


def check_documented(
    operation: Operation, query_string: str, received: bytes, body: Mapping[str, object]
) -> None:
    """Check the parameters and fields of a request against those of its operation.

    `body` is the parsed form of `received`.

    Raises:
        UndocumentedError: 400, in the shape of the operation's other errors.
    """
    in_query = dict(_in_query(operation.query, query_string)) if query_string else {}
    if in_query:
        raise _refusal(bad_request(in_query), in_query)
    declared = operation.body
    if declared is None:
        if received.strip():
            raise _without_details("The request must not have a body")
        return
    if not received.strip():
        raise _missing(declared)
    # The API names only what is missing, whatever else was sent, and the handlers do so.
    if any(name not in body for name in declared.required):
        return
    in_body = dict(_in_object(declared, body, ""))
    in_body |= dict.fromkeys(_repeated_names(received), "Given more than once")
    if in_body:
        shape = bad_request if declared.envelope else field_errors
        raise _refusal(shape(in_body), in_body)


def _in_query(declared: Query, query_string: str) -> Refusals:
    given = parse_qsl(query_string, keep_blank_values=True)
    counts = Counter(name for name, _ in given)
    for name, value in given:
        allowed = declared.get(name)
        if allowed is None:
            yield name, f"{name} is not valid query parameter name"
        elif counts[name] > 1:
            yield name, "Given more than once"
        elif allowed and value not in allowed:
            yield name, f'"{value}" is not one of {", ".join(allowed)}'


def _in_object(declared: Body, given: Mapping[str, object], path: str) -> Refusals:
    for name, value in given.items():
        place = f"{path}{name}"
        if not declared.any_name and name not in (*declared.required, *declared.optional):
            yield place, f"{name} is not valid field name"
        elif value is None:
            yield place, "Required"
        elif name in declared.inside:
            yield from _in_value(declared.inside[name], value, place)


def _in_value(declared: Body, value: object, place: str) -> Refusals:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _in_value(declared, item, f"{place}.{index}")
    elif isinstance(value, dict):
        yield from _in_object(declared, value, f"{place}.")


def _repeated_names(received: bytes) -> set[str]:
    repeated: set[str] = set()

    def note_repeated(pairs: list[tuple[str, object]]) -> None:
        counts = Counter(name for name, _ in pairs)
        repeated.update(name for name, count in counts.items() if count > 1)

    json.loads(received, object_pairs_hook=note_repeated)
    return repeated


def _missing(declared: Body) -> UndocumentedError:
    if not declared.required:
        return _without_details("The request must have a body")
    reasons = dict.fromkeys(declared.required, "Required")
    shape = bad_request if declared.envelope else field_errors
    return UndocumentedError(shape(reasons), "the body is missing")


def _without_details(text: str) -> UndocumentedError:
    return UndocumentedError(message_error(text), text)


def _refusal(error: ApiError, reasons: Mapping[str, str]) -> UndocumentedError:
    return UndocumentedError(error, "; ".join(f"{name}: {text}" for name, text in reasons.items()))

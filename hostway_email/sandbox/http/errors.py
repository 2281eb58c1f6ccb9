"""The API's error responses, in each of the shapes that its manual shows."""

from __future__ import annotations

from collections.abc import Mapping

from hostway_email.sandbox.http.responses import Response, encode

__all__ = [
    "ApiError",
    "bad_request",
    "compute_fault",
    "conflict",
    "contact_exists",
    "empty_error",
    "field_errors",
    "forbidden",
    "malformed_error",
    "message_error",
    "method_not_allowed",
    "not_found",
    "plain_text_error",
    "too_many_requests",
    "unauthorized",
    "unknown_path",
]

_PLAIN = b"text/plain;charset=UTF-8"


class ApiError(Exception):
    """An error response of the API, raised by a handler."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response


def bad_request(details: Mapping[str, str]) -> ApiError:
    """Return a 400 with the invalid fields inside `badRequest`."""
    fault = {"message": "POST data error", "code": 400, "details": details}
    return ApiError(Response(400, encode({"badRequest": fault})))


def field_errors(errors: Mapping[str, str]) -> ApiError:
    """Return a 400 whose body is a flat object of fields and reasons."""
    return ApiError(Response(400, encode(errors)))


def compute_fault(text: str, status: int = 400) -> ApiError:
    """Return the error of an exceeded quota or quantity."""
    return ApiError(Response(status, encode({"computeFault": text})))


def message_error(text: str, status: int = 400) -> ApiError:
    """Return an error with a message, such as that of a violated business rule."""
    return ApiError(Response(status, encode({"message": text})))


def plain_text_error(text: str) -> ApiError:
    """Return a 400 with a plain text body."""
    return ApiError(Response(400, text.encode(), _PLAIN))


def malformed_error(status: int, text: str) -> ApiError:
    """Return an error with a JSON content type and a body that is not JSON."""
    return ApiError(Response(status, text.encode()))


def empty_error(status: int) -> ApiError:
    """Return an error without a body."""
    return ApiError(Response(status))


def not_found(text: str) -> ApiError:
    """Return a 404; `text` says what is missing."""
    fault = {"message": "Resource not found", "code": 404, "details": {"message": text}}
    return ApiError(Response(404, encode({"itemNotFound": fault})))


def conflict(text: str) -> ApiError:
    """Return a 409 whose details are an empty string."""
    fault = {"message": text, "code": 409, "details": ""}
    return ApiError(Response(409, encode({"conflict": fault})))


def contact_exists(guid: str) -> ApiError:
    """Return the 409 of an existing contact: with a guid, and details beside the envelope."""
    fault = {"guid": guid, "code": 409, "message": "Data conflict"}
    return ApiError(Response(409, encode({"conflict": fault, "details": ""})))


def unauthorized() -> ApiError:
    """Return the 401 of missing, wrong or insufficient credentials."""
    fault = {"unauthorized": {"message": "Unauthorized", "code": 401}}
    challenge = (b"www-authenticate", b'Basic realm="Hostway API"')
    return ApiError(Response(401, encode(fault), headers=(challenge,)))


def forbidden() -> ApiError:
    """Return the 403 of valid credentials without permission."""
    return ApiError(Response(403, encode({"forbidden": {"message": "Forbidden", "code": 403}})))


def too_many_requests(retry_after: str | None) -> ApiError:
    """Return a 429, with the header `Retry-After` unless it is None."""
    headers = () if retry_after is None else ((b"retry-after", retry_after.encode("latin-1")),)
    body = encode({"overLimit": {"message": "Too many requests", "code": 429}})
    return ApiError(Response(429, body, headers=headers))


def unknown_path() -> ApiError:
    """Return the 404 of an unknown path."""
    return ApiError(
        Response(404, encode({"itemNotFound": {"message": "No such path", "code": 404}}))
    )


def method_not_allowed(allowed: str) -> ApiError:
    """Return the 405 of a method that is not allowed on a known path."""
    fault = {"badMethod": {"message": "Method not allowed", "code": 405}}
    return ApiError(Response(405, encode(fault), headers=((b"allow", allowed.encode()),)))

"""The API's error responses, in each of the shapes that its manual shows."""

from __future__ import annotations

from collections.abc import Mapping

from hostway_email.sandbox.answers import Answer, encode

__all__ = [
    "RefusalError",
    "bare",
    "compute_fault",
    "conflict",
    "contact_exists",
    "envelope",
    "fields",
    "forbidden",
    "message",
    "not_found",
    "plain",
    "raw",
    "too_many_requests",
    "unauthorized",
    "unknown_path",
    "wrong_method",
]

_PLAIN = b"text/plain;charset=UTF-8"


class RefusalError(Exception):
    """An error response of the API, raised by a handler."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


def envelope(details: Mapping[str, str]) -> RefusalError:
    """Return a 400 with the invalid fields inside `badRequest`."""
    fault = {"message": "POST data error", "code": 400, "details": details}
    return RefusalError(Answer(400, encode({"badRequest": fault})))


def fields(errors: Mapping[str, str]) -> RefusalError:
    """Return a 400 whose body is a flat object of fields and reasons."""
    return RefusalError(Answer(400, encode(errors)))


def compute_fault(text: str, status: int = 400) -> RefusalError:
    """Return the error of an exceeded quota or quantity."""
    return RefusalError(Answer(status, encode({"computeFault": text})))


def message(text: str, status: int = 400) -> RefusalError:
    """Return the error of a violated business rule."""
    return RefusalError(Answer(status, encode({"message": text})))


def plain(text: str) -> RefusalError:
    """Return a 400 with a plain text body."""
    return RefusalError(Answer(400, text.encode(), _PLAIN))


def raw(status: int, text: str) -> RefusalError:
    """Return an error with a JSON content type and a body that is not JSON."""
    return RefusalError(Answer(status, text.encode()))


def bare(status: int) -> RefusalError:
    """Return an error without a body."""
    return RefusalError(Answer(status))


def not_found(text: str) -> RefusalError:
    """Return a 404; `text` says what is missing."""
    fault = {"message": "Resource not found", "code": 404, "details": {"message": text}}
    return RefusalError(Answer(404, encode({"itemNotFound": fault})))


def conflict(text: str) -> RefusalError:
    """Return a 409 whose details are an empty string."""
    fault = {"message": text, "code": 409, "details": ""}
    return RefusalError(Answer(409, encode({"conflict": fault})))


def contact_exists(guid: str) -> RefusalError:
    """Return the 409 of an existing contact: with a guid, and details beside the envelope."""
    fault = {"guid": guid, "code": 409, "message": "Data conflict"}
    return RefusalError(Answer(409, encode({"conflict": fault, "details": ""})))


def unauthorized() -> RefusalError:
    """Return the 401 of missing, wrong or insufficient credentials."""
    fault = {"unauthorized": {"message": "Unauthorized", "code": 401}}
    challenge = (b"www-authenticate", b'Basic realm="Hostway API"')
    return RefusalError(Answer(401, encode(fault), headers=(challenge,)))


def forbidden() -> RefusalError:
    """Return the 403 of valid credentials without permission."""
    return RefusalError(Answer(403, encode({"forbidden": {"message": "Forbidden", "code": 403}})))


def too_many_requests(retry_after: str | None) -> RefusalError:
    """Return a 429, with the header `Retry-After` unless it is None."""
    headers = () if retry_after is None else ((b"retry-after", retry_after.encode("latin-1")),)
    body = encode({"overLimit": {"message": "Too many requests", "code": 429}})
    return RefusalError(Answer(429, body, headers=headers))


def unknown_path() -> RefusalError:
    """Return the 404 of an unknown path."""
    return RefusalError(
        Answer(404, encode({"itemNotFound": {"message": "No such path", "code": 404}}))
    )


def wrong_method(allowed: str) -> RefusalError:
    """Return the 405 of a method that is not allowed on a known path."""
    fault = {"badMethod": {"message": "Method not allowed", "code": 405}}
    return RefusalError(Answer(405, encode(fault), headers=((b"allow", allowed.encode()),)))

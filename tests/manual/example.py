"""An example of the manual: a call, its request, the response and the outcome."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, JsonValue, SecretStr

from hostway_email import (
    HostwayEmail,
    InvalidRequestError,
    Link,
    Page,
    StatusError,
)
from hostway_email.transports import Request, Response

__all__ = [
    "NO_SLASH",
    "Call",
    "Example",
    "Raises",
    "Reads",
    "Refused",
    "link",
    "links_in",
    "links_of",
    "read_of",
    "sent_by",
]

Call = Callable[[HostwayEmail], Awaitable[object]]

NO_SLASH: Final = "the path starts with a slash"
"""The correction where the manual omits the first character of a path."""


@dataclass(frozen=True)
class Reads:
    """The response is parsed as `model`, with exactly these fields besides its links.

    `also` has further attributes of the model that are not fields.
    """

    model: type[object]
    fields: object
    also: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Raises:
    """The response is raised as exactly this class; `says` is part of its message, all if empty."""

    error: type[StatusError]
    says: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    guid: str = ""


@dataclass(frozen=True)
class Refused:
    """The client rejects the call without a request: `fields` are the fields of its error.

    A method without such an argument raises `TypeError`.
    """

    fields: tuple[str, ...]
    by: type[Exception] = InvalidRequestError

    @classmethod
    def naming(cls, *fields: str, by: type[Exception] = InvalidRequestError) -> Refused:
        """Return the rejection with these fields."""
        return cls(fields, by)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One example of the manual.

    Attributes:
        section: its number in the manual.
        call: the call as a user of the package writes it.
        request: verb, path and query, decoded.
        body: the JSON that is sent, None for none.
        status: the status of the answer.
        answer: its body: a JSON document, or text as it is printed; empty for none.
        gives: what the call returns, or `Reads` or `Raises`.
        refused: set where the client refuses the request before it is sent.
        corrected: what the manual printed wrongly, and how it was read.
    """

    section: str
    call: Call
    request: str
    body: JsonValue = None
    status: int
    answer: JsonValue = ""
    gives: object = None
    refused: Refused | None = None
    corrected: str = ""

    @property
    def verb(self) -> str:
        """The method of the request."""
        return self.request.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path of the request, decoded."""
        return self.request.partition(" ")[2].partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query of the request, decoded."""
        return dict(parse_qsl(self.request.partition("?")[2], keep_blank_values=True))

    @property
    def response(self) -> Response:
        """The response on the wire."""
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        headers = {"content-type": "application/json;charset=UTF-8"} if text else {}
        return Response(self.status, headers, text.encode())


def sent_by(request: Request) -> tuple[str, str, dict[str, str], JsonValue]:
    """Return method, decoded path, decoded query and body of a request."""
    url = urlsplit(request.url)
    query = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
    body = cast(JsonValue, json.loads(request.content)) if request.content else None
    return request.method, unquote(url.path), query, body


def link(href: str, rel: str = "self") -> dict[str, JsonValue]:
    """Return a link in its usual form."""
    return {"href": href, "rel": rel}


def read_of(value: object) -> object:
    """Return a parsed response as plain values, without its links."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Link):
        return {"href": value.href, "rel": value.rel}
    if isinstance(value, BaseModel):
        assert not value.model_extra, f"not read as a field: {value.model_extra}"
        names = value.model_fields_set - {"links", "unread_links"}
        return {name: read_of(getattr(value, name)) for name in names}
    if isinstance(value, Page):
        return {"total_count": value.total_count, "items": read_of(value.items)}
    if isinstance(value, dict):
        return {name: read_of(item) for name, item in value.items()}
    return [read_of(item) for item in value] if isinstance(value, list) else value


def links_of(value: object) -> list[tuple[str, str | None]]:
    """Return all links in a parsed response, in any order."""
    if isinstance(value, Link):
        return [(value.href, value.rel)]
    if isinstance(value, BaseModel):
        later = (getattr(value, name) for name in type(value).model_computed_fields)
        parts = [*dict(value).values(), *later]
        return sorted((found for part in parts for found in links_of(part)), key=str)
    if isinstance(value, Page):
        return sorted(links_of(value.items) + links_of(value.links), key=str)
    if isinstance(value, list):
        return sorted((found for part in value for found in links_of(part)), key=str)
    return []


def links_in(document: JsonValue) -> list[tuple[JsonValue, JsonValue]]:
    """Return all links in a document, in any order."""
    if isinstance(document, dict):
        if "rel" in document:
            return [(document.get("href", document.get("location")), document["rel"])]
        document = list(document.values())
    if isinstance(document, list):
        return sorted((found for part in document for found in links_in(part)), key=str)
    return []

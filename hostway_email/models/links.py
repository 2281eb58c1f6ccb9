"""The hypermedia links of responses, and the part of them that is trusted.

A link never determines the target of a request. Only the query of a page link is used, and only if
its path is that of the list itself. Host, port and scheme are ignored, as the API's own examples
have internal hosts and placeholders.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote

from pydantic import AliasChoices, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from hostway_email._core.path import MAX_URL, Path
from hostway_email.errors import PaginationError
from hostway_email.models._response import Lenient, Listing, ResponseModel

__all__ = ["Link", "LinkList", "page_query", "pagination_error"]

_PLACEHOLDER = re.compile(r"^\s*\{\s*\{?\s*\w+\s*\}?\s*\}")
_ORIGIN = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*|^//[^/?#]*")


class Link(ResponseModel):
    """A hypermedia link of a response.

    Attributes:
        href: the target, unchanged, from `href` or `location`; it may be relative, or have an
            internal host or a placeholder such as `{APIBaseURL}`.
        rel: the relation: `self`, `related`, `first`, `previous`, `next` or `last`.
    """

    href: str = Field(validation_alias=AliasChoices("href", "location"), pattern=r"\S")
    rel: Lenient[str] = None


class _AnyTarget:
    """The schema of a link that also reads a target beside another name without one.

    Only a link that is invalid otherwise takes the second branch, so others cost nothing.
    """

    def __get_pydantic_core_schema__(
        self, source: type[Link], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        fallback = core_schema.no_info_plain_validator_function(_with_other_target)
        return core_schema.union_schema([handler(source), fallback], mode="left_to_right")

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        # As documented: a function has no JSON schema.
        union: Any = schema
        while union["type"] == "default":
            union = union["schema"]
        return handler(union["choices"][0])


def _with_other_target(data: object) -> Link:
    given = dict(data) if isinstance(data, Mapping) else {}
    targets = [given.pop(name, None) for name in ("href", "location")]
    readable = [target for target in targets if isinstance(target, str) and target.strip()]
    if not readable:
        raise ValueError("a link must have a target")
    return Link.model_validate({**given, "href": readable[0]})


LinkList = Listing[Annotated[Link, _AnyTarget()]]
"""The `links` of a response; empty if there are none."""


def page_query(links: Iterable[Link], rel: str, of: Path) -> dict[str, str] | None:
    """Return the query of the page link `rel` of the list at `of`, or None if there is no link.

    Raises:
        PaginationError: the link is too long, or its path is not that of the list.
    """
    for link in links:
        if link.rel == rel:
            if len(link.href) > MAX_URL:
                raise pagination_error(f"the link {rel!r} is longer than {MAX_URL} characters", of)
            path, _, query = _without_origin(link.href).partition("#")[0].partition("?")
            if not _is_path_of(path, of):
                raise pagination_error(
                    f"the link {rel!r} does not lead to a page of the same list", of
                )
            return dict(parse_qsl(query, keep_blank_values=True))
    return None


def pagination_error(message: str, of: Path, page: int | None = None) -> PaginationError:
    """Return the error for invalid links or pages of the list at `of`."""
    return PaginationError(message, "GET", of.template, dict(of.values), page=page)


def _without_origin(href: str) -> str:
    href = href.strip()
    bare = _ORIGIN.sub("", _PLACEHOLDER.sub("", href))
    # The rest after an origin is an absolute path, even if it does not start with a slash.
    return bare if bare == href else f"/{bare}"


def _is_path_of(path: str, of: Path) -> bool:
    """Return whether a path is that of the list, decoded and with any prefix."""
    wanted = _segments(of.raw)
    named = _segments(path)
    if len(named) >= len(wanted):
        named = named[-len(wanted) :]
    elif not path.startswith("/"):
        # A relative link has only the end of the path, or only a query.
        wanted = wanted[len(wanted) - len(named) :]
    domain = next((value for name, value in of.values if name == "domain"), None)
    return _folded(named, domain) == _folded(wanted, domain)


def _segments(path: str) -> list[str]:
    return [unquote(segment) for segment in path.split("/") if segment not in ("", ".")]


def _folded(segments: list[str], domain: str | None) -> list[str]:
    if domain is None:
        return segments
    return [
        segment.casefold() if segment.casefold() == domain.casefold() else segment
        for segment in segments
    ]

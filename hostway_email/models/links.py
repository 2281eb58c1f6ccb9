"""The hypermedia links of answers: what they say, and the little of it that is trusted.

A link never chooses where a request goes. Of a page link only the query is used, and only if its
path is the path of the list itself; host, port and scheme are ignored, as the API's own examples
name internal hosts and placeholders.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote

from pydantic import AliasChoices, Field

from hostway_email._core.path import MAX_URL, Path
from hostway_email.errors import PaginationError
from hostway_email.models._response import Lenient, Listing, ResponseModel

__all__ = ["Link", "LinkList", "page_query"]

_PLACEHOLDER = re.compile(r"^\s*\{\s*\{?\s*\w+\s*\}?\s*\}")
_ORIGIN = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*|^//[^/?#]*")


class Link(ResponseModel):
    """One hypermedia link of an answer.

    Attributes:
        href: the target as the API wrote it, from `href` or `location`; it may be relative, name
            an internal host, or carry a placeholder such as `{APIBaseURL}`.
        rel: the relation: `self`, `related`, `first`, `previous`, `next` or `last`.
    """

    href: str = Field(validation_alias=AliasChoices("href", "location"))
    rel: Lenient[str] = None


LinkList = Listing[Link]
"""The `links` of an answer: empty where there are none."""


def page_query(links: Iterable[Link], rel: str, of: Path) -> dict[str, str] | None:
    """Return the query of the link `rel` of a page of the list at `of`, or None without one.

    Raises:
        PaginationError: the link is longer than an address may be, or its path is not the path
            of the list.
    """
    for link in links:
        if link.rel == rel:
            if len(link.href) > MAX_URL:
                raise _astray(f"the link {rel!r} is longer than {MAX_URL} characters", of)
            path, _, query = _without_origin(link.href).partition("#")[0].partition("?")
            if not _names_list(path, of):
                raise _astray(f"the link {rel!r} does not lead to a page of the same list", of)
            return dict(parse_qsl(query, keep_blank_values=True))
    return None


def _astray(what: str, of: Path) -> PaginationError:
    return PaginationError(what, "GET", of.template, dict(of.values))


def _without_origin(href: str) -> str:
    href = href.strip()
    bare = _ORIGIN.sub("", _PLACEHOLDER.sub("", href))
    # What stood behind an origin is no relative link, even where it does not begin with a slash.
    return bare if bare == href else f"/{bare}"


def _names_list(path: str, of: Path) -> bool:
    """Compare from `/accounts/` or `/email/` on, decoded, whatever stands before it."""
    wanted = _segments(of.raw)
    named = _segments(path)
    if len(named) >= len(wanted):
        named = named[-len(wanted) :]
    elif not path.startswith("/"):
        # A relative link names only the end of the path, or nothing but a query.
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

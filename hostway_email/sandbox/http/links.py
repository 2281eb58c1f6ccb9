"""The links in responses, each spelled as in the manual."""

from __future__ import annotations

from urllib.parse import quote

from hostway_email.sandbox.http.request import Request
from hostway_email.sandbox.state import Mailbox

__all__ = [
    "DOUBLE_BRACES",
    "HOST",
    "SINGLE_BRACES",
    "base_url",
    "domain_url",
    "link",
    "path_segment",
    "short_domain_url",
    "short_username_url",
    "username_url",
]

# Most links in the manual's responses contain its placeholders, not filled in.
SINGLE_BRACES = "{APIBaseURL}"
DOUBLE_BRACES = "{{APIBaseURL}}"
HOST = "https://api.hostway.com"
_INTERNAL_HOST = "http://coreapi01.ote.chicago.hostway:8095"


def link(href: str, rel: str = "self") -> dict[str, str]:
    """Return a link with `href`; a few operations use `location` instead."""
    return {"href": href, "rel": rel}


def base_url(request: Request, default: str) -> str:
    """Return the base URL of a link: the operation's default, or an internal host."""
    return _INTERNAL_HOST if request.state.faults.internal_hosts else default


def domain_url(request: Request, base: str) -> str:
    """Return the URL of the domain."""
    account, domain = path_segment(request.domain.account), path_segment(request.domain.name)
    return f"{base_url(request, base)}/accounts/{account}/email/{domain}"


def username_url(request: Request, mailbox: Mailbox, base: str) -> str:
    """Return the URL of a username."""
    return f"{domain_url(request, base)}/usernames/{path_segment(mailbox.username)}"


def short_domain_url(request: Request, base: str) -> str:
    """Return the URL of the domain without the account."""
    return f"{base_url(request, base)}/email/{path_segment(request.domain.name)}"


def short_username_url(request: Request, mailbox: Mailbox, base: str) -> str:
    """Return the URL of a username without the account."""
    return f"{short_domain_url(request, base)}/usernames/{path_segment(mailbox.username)}"


def path_segment(value: str) -> str:
    """Return the value encoded as one path segment."""
    return quote(value, safe="@")

"""The links in responses, each spelled as in the manual."""

from __future__ import annotations

from urllib.parse import quote

from hostway_email.sandbox.world import World

__all__ = ["DOUBLE", "HOST", "SINGLE", "base", "domain_path", "link", "segment", "username_path"]

# Most links in the manual's responses contain its placeholders, not filled in.
SINGLE = "{APIBaseURL}"
DOUBLE = "{{APIBaseURL}}"
HOST = "https://api.hostway.com"
_INTERNAL = "http://coreapi01.ote.chicago.hostway:8095"


def link(href: str, rel: str = "self") -> dict[str, str]:
    """Return a link with `href`; a few operations use `location` instead."""
    return {"href": href, "rel": rel}


def base(world: World, usual: str) -> str:
    """Return the base URL of a link: the operation's usual one, or an internal host."""
    return _INTERNAL if world.faults.internal_hosts else usual


def domain_path(world: World) -> str:
    """Return the path of the domain."""
    return f"/accounts/{segment(world.domain.account)}/email/{segment(world.domain.name)}"


def username_path(world: World, username: str) -> str:
    """Return the path of a username."""
    return f"{domain_path(world)}/usernames/{segment(username)}"


def segment(value: str) -> str:
    """Return the value encoded as one path segment."""
    return quote(value, safe="@")

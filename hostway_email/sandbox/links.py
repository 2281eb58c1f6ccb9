"""Where the links in answers point to, each in the spelling that the manual shows for it."""

from __future__ import annotations

from urllib.parse import quote

from hostway_email.sandbox.world import World

__all__ = ["DOUBLE", "HOST", "SINGLE", "base", "domain_path", "link", "segment", "username_path"]

# The manual's answers carry its own placeholders, unfilled, in most of their links.
SINGLE = "{APIBaseURL}"
DOUBLE = "{{APIBaseURL}}"
HOST = "https://api.hostway.com"
_INTERNAL = "http://coreapi01.ote.chicago.hostway:8095"


def link(href: str, rel: str = "self") -> dict[str, str]:
    """Return a link under `href`; a few operations say `location` instead."""
    return {"href": href, "rel": rel}


def base(world: World, usual: str) -> str:
    """Return the start of a link: the operation's usual one, or a host inside the provider."""
    return _INTERNAL if world.faults.internal_hosts else usual


def domain_path(world: World) -> str:
    """Return the path of the domain."""
    return f"/accounts/{segment(world.domain.account)}/email/{segment(world.domain.name)}"


def username_path(world: World, username: str) -> str:
    """Return the path of one username."""
    return f"{domain_path(world)}/usernames/{segment(username)}"


def segment(value: str) -> str:
    """Return the value as one segment of a path."""
    return quote(value, safe="@")

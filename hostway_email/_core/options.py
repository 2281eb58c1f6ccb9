"""Checks of the options of a client."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from hostway_email.errors import InvalidRequestError

__all__ = ["checked_base_url"]

_NEVER_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")


def checked_base_url(base_url: str, allow_insecure: bool) -> str:
    """Return a base URL without its trailing slash.

    Raises:
        InvalidRequestError: it is no URL that credentials may be sent to.
    """
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        rule = "must be a valid URL"
        raise InvalidRequestError.for_argument("base_url", rule) from None
    InvalidRequestError.require(
        parts.scheme in ("http", "https"), "base_url", "must start with https:// or http://"
    )
    InvalidRequestError.require(host, "base_url", "must name a host")
    InvalidRequestError.require(
        parts.username is None, "base_url", "must not contain credentials; pass username="
    )
    # Tested on the text: after an empty query too, each path would become part of the query.
    InvalidRequestError.require(
        "?" not in base_url and "#" not in base_url, "base_url", "must not have a query"
    )
    InvalidRequestError.require(
        not _NEVER_IN_A_URL.search(base_url), "base_url", "must be a valid URL"
    )
    InvalidRequestError.require(
        parts.scheme == "https" or allow_insecure or _is_loopback(host or ""),
        "base_url",
        "must use https://, as http:// exposes the credentials on the network; "
        "to allow it, pass allow_insecure=True",
    )
    return base_url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

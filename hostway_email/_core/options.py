"""Checks of the options of a client."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from hostway_email.errors import InvalidRequestError

__all__ = ["check_kind", "check_timeout", "checked_base_url"]

_NEVER_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")


def check_timeout(timeout: float) -> None:
    """Check that a timeout is a number of seconds, more than 0."""
    valid = isinstance(timeout, int | float) and not isinstance(timeout, bool) and timeout > 0
    InvalidRequestError.require(valid, "timeout", "must be more than 0 seconds")


def check_kind(name: str, value: object, kind: type) -> None:
    """Check that an option is None or an instance of a class."""
    valid = value is None or isinstance(value, kind)
    InvalidRequestError.require(valid, name, f"must be a {kind.__name__}")


def checked_base_url(base_url: str, allow_insecure: bool) -> str:
    """Return a base URL without its trailing slash.

    Raises:
        InvalidRequestError: it is no URL that credentials may be sent to.
    """
    InvalidRequestError.require(
        isinstance(base_url, str), "base_url", "must be a str that starts with https:// or http://"
    )
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

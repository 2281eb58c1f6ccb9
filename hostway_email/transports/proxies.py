"""The choice of a proxy: the given one, or that of the environment."""

from __future__ import annotations

import contextlib
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from hostway_email.errors import InvalidRequestError

__all__ = ["DIRECT", "chosen_proxy", "unusable_proxy"]

DIRECT: Final = "direct:"
"""The proxy value that disables proxies, including that of the environment."""


def chosen_proxy(base_url: str, given: str | None, schemes: tuple[str, ...]) -> str | None:
    """Return the URL of the proxy for `base_url`: `given`, or that of the environment.

    Raises:
        InvalidRequestError: it is not a URL with a host and one of `schemes`.
    """
    if given == DIRECT:
        return None
    url = given or _from_environment(base_url)
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        usable = parts.hostname and parts.port != 0 and parts.scheme in schemes
    except ValueError:
        usable = False
    if not usable:
        raise unusable_proxy(
            f"must be a URL such as http://proxy.example:3128 ({' or '.join(schemes)})"
        )
    return url


def unusable_proxy(rule: str) -> InvalidRequestError:
    """Return the error for an invalid proxy, without its URL, which may hold a password."""
    return InvalidRequestError.for_argument("proxy", rule)


def _from_environment(base_url: str) -> str | None:
    """Return the proxy for `base_url` by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.

    The rules are those of the standard library for all transports; on macOS and Windows the system
    settings apply too.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    with contextlib.suppress(OSError):
        if proxy_bypass(host):
            return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if found is None or "://" in found:
        return found
    return f"http://{found}"

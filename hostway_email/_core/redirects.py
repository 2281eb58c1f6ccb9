"""The redirects that are followed."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin, urlsplit

from hostway_email._core.call import CallState
from hostway_email._core.path import MAX_URL
from hostway_email.transports import Response

__all__ = ["safe_redirect"]

MAX_REDIRECTS: Final = 3


def safe_redirect(state: CallState, response: Response) -> str | None:
    """Return the target of a redirect that keeps the origin and the method."""
    keeps_method = response.status in (307, 308) or (
        state.call.method == "GET" and response.status in (301, 302, 303)
    )
    location = response.headers.get("location", "")
    if not keeps_method or not location or state.redirects == MAX_REDIRECTS:
        return None
    if len(location) > MAX_URL or not location.isascii():
        return None
    try:
        target = urljoin(state.url, location)
        # The URL of a call is never one of another origin.
        same_origin = urlsplit(target)[:2] == urlsplit(state.url)[:2]
    except ValueError:
        return None
    return target if same_origin and target.isprintable() and len(target) <= MAX_URL else None

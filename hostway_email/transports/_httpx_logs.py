"""A filter that keeps private data of requests out of the logs of httpx and httpx2."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Final

__all__ = ["REQUEST_IS_OURS", "filter_logs"]

REQUEST_IS_OURS: Final[ContextVar[bool]] = ContextVar("hostway_email_request", default=False)
"""Whether the library is sending a request of this package."""


def filter_logs(name: str) -> None:
    """Filter the records that the library `name` logs during requests of this package.

    httpx's client logs the URL of each request, which contains usernames. httpcore logs at DEBUG
    all response headers, bytes that are not HTTP, and the credentials of a proxy; only the names
    of its events are kept.
    """
    core = name.replace("httpx", "httpcore")
    logging.getLogger(name).addFilter(_not_ours)
    for part in ("connection", "http11", "http2", "proxy", "socks"):
        logging.getLogger(f"{core}.{part}").addFilter(_strip_our_details)


def _not_ours(record: logging.LogRecord) -> bool:
    return not REQUEST_IS_OURS.get()


def _strip_our_details(record: logging.LogRecord) -> bool:
    if REQUEST_IS_OURS.get():
        record.msg, record.args = record.getMessage().partition(" ")[0], ()
    return True

"""Fault injection: switches, scripted responses and random faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from hostway_email.sandbox.answers import Answer, Document, encode
from hostway_email.sandbox.errors import message, too_many_requests
from hostway_email.sandbox.routing import Match

__all__ = ["ConnectionDroppedError", "Dice", "Faults", "Script", "ends_with", "make_script"]

_IMAP_TEXTS = {
    "no_connection": "Unable to get message count. No IMAP connection",
    "search_failed": "Unable to get message count. IMAP search operation failed.",
    "folder_selection_failed": "Unable to get message count. IMAP folder selection failed.",
}


@dataclass(slots=True)
class Faults:
    """The fault switches of a sandbox; each may be changed while it runs.

    Rates are between 0 and 1. `imap_fail_first` and `rate_limit_next` count down.
    """

    imap_failure_rate: float = 0.0
    imap_cause: Literal["no_connection", "search_failed", "folder_selection_failed"] = (
        "no_connection"
    )
    imap_fail_first: int = 0
    rate_limit_next: int = 0
    rate_limit_rate: float = 0.0
    retry_after: str | None = None
    latency_ms: float = 0
    drop_rate: float = 0.0
    internal_hosts: bool = False
    links_lose_parameters: bool = True
    autoresponder: Literal["flat", "nested", "mixed"] = "flat"
    check_credentials: bool = True
    check_content_type: bool = True


class ConnectionDroppedError(ConnectionResetError):
    """The connection was dropped in the middle of a response."""


class Dice:
    """Random faults, reproducible with the same seed and the same requests."""

    def __init__(self, seed: int) -> None:
        # One generator for each fault, so that enabling one does not change when others occur.
        self._imap = Random(f"{seed}/imap")
        self._limit = Random(f"{seed}/limit")
        self._drop = Random(f"{seed}/drop")

    def check_imap(self, faults: Faults) -> None:
        """Fail message statistics if the IMAP gateway is to fail."""
        if faults.imap_fail_first > 0:
            faults.imap_fail_first -= 1
        elif not (faults.imap_failure_rate and self._imap.random() < faults.imap_failure_rate):
            return
        raise message(_IMAP_TEXTS[faults.imap_cause], status=502)

    def check_rate(self, faults: Faults) -> None:
        """Refuse a request if the rate limit is to apply."""
        if faults.rate_limit_next > 0:
            faults.rate_limit_next -= 1
        elif not (faults.rate_limit_rate and self._limit.random() < faults.rate_limit_rate):
            return
        raise too_many_requests(faults.retry_after)

    def drops(self, faults: Faults) -> bool:
        """Return True if the connection is to be dropped."""
        return bool(faults.drop_rate) and self._drop.random() < faults.drop_rate


@dataclass(slots=True)
class Script:
    """A scripted response to the next matching requests."""

    method: str
    path_suffix: str
    answer: Answer
    times: int
    after: bool

    def matches(self, method: str, match: Match) -> bool:
        """Return True if the request has this method and this path suffix."""
        template = match.operation.template if match.operation else ""
        return method == self.method and ends_with(match.path, template, self.path_suffix)


def ends_with(path: str, template: str, suffix: str) -> bool:
    """Return True if a decoded path, or its template, ends with the suffix."""
    return path.endswith(suffix) or ("{" in suffix and template.endswith(suffix))


def make_script(
    method: str,
    path_suffix: str,
    *,
    status: int,
    times: int,
    body: bytes | str | Document,
    headers: Mapping[str, str] | None,
    after: bool,
) -> Script:
    """Return a scripted response: a string as plain text, bytes unchanged, the rest as JSON."""
    lines = tuple(
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in (headers or {}).items()
    )
    if isinstance(body, bytes):
        answer = Answer(status, body, headers=lines)
    elif isinstance(body, str):
        answer = Answer(status, body.encode(), b"text/plain;charset=UTF-8", lines)
    else:
        answer = Answer(status, encode(body), headers=lines)
    return Script(method.upper(), path_suffix, answer, times, after)

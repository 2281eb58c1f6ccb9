"""Fault injection: the switches of a sandbox, and its reproducible random faults."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

__all__ = ["ConnectionDroppedError", "FaultInjector", "Faults"]

_IMAP_ERRORS = {
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


class FaultInjector:
    """Decisions about faults, reproducible with the same seed and the same requests."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self._faults = faults
        # One generator for each fault, so that enabling one does not change when others occur.
        self._imap = Random(f"{seed}/imap")
        self._limit = Random(f"{seed}/limit")
        self._drop = Random(f"{seed}/drop")

    def imap_error(self) -> str | None:
        """Return the error message of the IMAP gateway, None if it works."""
        faults = self._faults
        if faults.imap_fail_first > 0:
            faults.imap_fail_first -= 1
        elif not (faults.imap_failure_rate and self._imap.random() < faults.imap_failure_rate):
            return None
        return _IMAP_ERRORS[faults.imap_cause]

    def exceeds_rate_limit(self) -> bool:
        """Return True if the request exceeds the rate limit."""
        faults = self._faults
        if faults.rate_limit_next > 0:
            faults.rate_limit_next -= 1
            return True
        return bool(faults.rate_limit_rate) and self._limit.random() < faults.rate_limit_rate

    def drops_connection(self) -> bool:
        """Return True if the connection is to be dropped in the middle of the response."""
        rate = self._faults.drop_rate
        return bool(rate) and self._drop.random() < rate

"""A cache of request headers in the form of an HTTP library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

__all__ = ["HeaderCache"]

H = TypeVar("H")


class HeaderCache(Generic[H]):
    """A cache of the latest headers as an object of a library, as most requests share them."""

    def __init__(self, make: Callable[[Mapping[str, str]], H]) -> None:
        self._make = make
        self._latest: tuple[Mapping[str, str], H] | None = None

    def of(self, headers: Mapping[str, str]) -> H:
        """Return the object for `headers`."""
        latest = self._latest
        if latest is None or latest[0] is not headers:
            latest = self._latest = (headers, self._make(headers))
        return latest[1]

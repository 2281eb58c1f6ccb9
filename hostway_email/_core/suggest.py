"""Suggestions for mistyped names."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, ignoring case, or None if none is close."""
    # Imported on the first mistyped name only.
    from difflib import get_close_matches

    by_lower = {one.casefold(): one for one in known}
    return next((by_lower[one] for one in get_close_matches(name.casefold(), by_lower, n=1)), None)

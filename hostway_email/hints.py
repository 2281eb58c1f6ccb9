"""Hints for names that were mistyped."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant, or None if none is near."""
    # Not at the top: whoever mistypes nothing does not pay for it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), n=1)), None)

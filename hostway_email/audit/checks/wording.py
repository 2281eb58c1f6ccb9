"""Formatting of facts for the text of an evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hostway_email.audit.words import printable

__all__ = ["LONGEST", "ago", "listed", "megabytes", "shown", "use_of"]

LONGEST: Final = 120


def shown(text: str) -> str:
    """Return text of the API on one line, of limited length.

    Characters that are not printable are replaced.
    """
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return printable(cut)


def ago(days: int) -> str:
    """Return a number of days as in `3 days ago`."""
    if days == 0:
        return "earlier today"
    return "1 day ago" if days == 1 else f"{days:,} days ago"


def listed(names: Sequence[str], *, total: int | None = None) -> str:
    """Return names separated by commas, and the number of those left out of `total`."""
    row = ", ".join(map(shown, names))
    more = (len(names) if total is None else total) - len(names)
    return f"{row} and {more:,} more" if more > 0 else row


def megabytes(count: int) -> str:
    """Return a size in MB with its unit."""
    return f"{count:,} MB"


def use_of(used: int, quota: int, *, per_megabyte: int = 1) -> str:
    """Return the use of a quota; `per_megabyte` is the number of units in a MB."""
    sizes = f"{megabytes(used // per_megabyte)} of {megabytes(quota // per_megabyte)}"
    return f"{sizes} used ({used * 100 // quota:,} %)"

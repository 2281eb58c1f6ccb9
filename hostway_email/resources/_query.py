"""Queries of lists: what may be asked for, and how it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from hostway_email.errors import InvalidRequestError

__all__ = ["SORT_ORDERS", "SortOrder", "checked_text", "one_of", "only_given"]

SortOrder = Literal["asc", "desc"]
SORT_ORDERS: Final = ("asc", "desc")


def one_of(name: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    """Return `value`, if it is None or one of `allowed`."""
    if value is None or value in allowed:
        return value
    raise _refused(name, f"must be one of {', '.join(map(repr, allowed))}")


def checked_text(name: str, value: str | None) -> str | None:
    """Return `value`, if it is None or text that is not empty."""
    if value is None or (isinstance(value, str) and value):
        return value
    raise _refused(name, "must be text that is not empty")


def only_given(terms: Mapping[str, str | None]) -> dict[str, str]:
    """Return the terms of a query that have a value."""
    return {name: value for name, value in terms.items() if value is not None}


def _refused(name: str, rule: str) -> InvalidRequestError:
    return InvalidRequestError(f"{name} {rule}", {name: rule})

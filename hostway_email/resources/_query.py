"""Validation of the query parameters of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from hostway_email.errors import InvalidRequestError

__all__ = ["SORT_ORDERS", "SortOrder", "checked_text", "one_of", "only_given"]

SortOrder = Literal["asc", "desc"]
SORT_ORDERS: Final = ("asc", "desc")


def one_of(name: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    """Return `value` if it is None or one of `allowed`, else raise an error."""
    if value is None or value in allowed:
        return value
    raise InvalidRequestError.for_argument(name, f"must be one of {', '.join(map(repr, allowed))}")


def checked_text(name: str, value: str | None) -> str | None:
    """Return `value` if it is None or a non-empty string, else raise an error."""
    if value is None or (isinstance(value, str) and value):
        return value
    raise InvalidRequestError.for_argument(name, "must be a non-empty string")


def only_given(parameters: Mapping[str, str | None]) -> dict[str, str]:
    """Return the parameters that are not None."""
    return {name: value for name, value in parameters.items() if value is not None}

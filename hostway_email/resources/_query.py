"""Validation of the query parameters of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from hostway_email.errors import InvalidRequestError

__all__ = ["SortOrder", "checked_text", "only_given"]

SortOrder = Literal["asc", "desc"]


def checked_text(name: str, value: str | None) -> str | None:
    """Return `value` if it is None or not empty, else raise an error."""
    InvalidRequestError.require(value is None or value, name, "must be a non-empty string")
    return value


def only_given(parameters: Mapping[str, str | None]) -> dict[str, str]:
    """Return the parameters that are not None."""
    return {name: value for name, value in parameters.items() if value is not None}

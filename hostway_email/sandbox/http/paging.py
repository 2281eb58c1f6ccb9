"""Sorting, filtering and pagination of lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from hostway_email.sandbox.http.errors import bad_request

__all__ = ["Page", "requested_page", "sorting", "wildcard_matcher"]

# No list has so many pages that it needs more digits.
_INTEGER = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Page:
    """A requested page of a list."""

    number: int
    size: int

    def bounds(self) -> slice:
        """Return the slice of the list on this page."""
        return slice((self.number - 1) * self.size, self.number * self.size)

    def last(self, total: int) -> int:
        """Return the number of the last page; an empty list has one page."""
        return max(1, -(-total // self.size))

    def query_string(self, number: int, original: str | None) -> str:
        """Return the query of a page: `page` and `pageSize`, or `original` with another page."""
        if original is None:
            return urlencode({"page": number, "pageSize": self.size})
        parts = original.split("&")
        return "&".join(f"page={number}" if p.startswith("page=") else p for p in parts)


def requested_page(query: dict[str, str]) -> Page | None:
    """Return the requested page, None for the complete list.

    Raises:
        ApiError: only one of `page` and `pageSize`, or not a positive integer.
    """
    if "page" not in query and "pageSize" not in query:
        return None
    errors: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for name in ("page", "pageSize"):
        value = query.get(name)
        if value is None:
            errors[name] = "Required"
        elif not _INTEGER.fullmatch(value):
            errors[name] = f'"{value}" is not of type integer'
        elif int(value) < 1:
            errors[name] = f"{value} is less than minimum value 1"
        else:
            numbers[name] = int(value)
    if errors:
        raise bad_request(errors)
    return Page(numbers["page"], numbers["pageSize"])


def sorting(query: dict[str, str], names: Collection[str]) -> tuple[str | None, bool]:
    """Return the sort field, and True for descending order.

    Raises:
        ApiError: an unknown field or order.
    """
    errors: dict[str, str] = {}
    name = query.get("sortField")
    order = query.get("sortOrder", "asc")
    if name is not None and name not in names:
        errors["sortField"] = f'"{name}" is not one of {", ".join(names)}'
    if order not in ("asc", "desc"):
        errors["sortOrder"] = f'"{order}" is not one of asc, desc'
    if errors:
        raise bad_request(errors)
    return name, order == "desc"


def wildcard_matcher(pattern: str) -> Callable[[str], object]:
    """Return a case-insensitive matcher of a pattern; `*` matches any text."""
    escaped = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.compile(escaped, re.IGNORECASE | re.DOTALL).fullmatch

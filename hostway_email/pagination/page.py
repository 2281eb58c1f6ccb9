"""The pages of a list, and the summary of a walk over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from hostway_email._core.call import Model
from hostway_email.models.links import Link

__all__ = ["ListBody", "Page", "WalkSummary"]

T = TypeVar("T")


class ListBody(Model, Protocol[T]):
    """The body of one page of a list, as a pager reads it; see `models._page`."""

    items: list[T]
    total_count: int | None
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: what is on it, in the API's order.
        number: the number of the page, from 1.
        total_count: how many items the API says there are; some lists tell the page's own length.
        links: the links of the page.
    """

    items: list[T]
    number: int
    total_count: int | None
    links: list[Link]

    @property
    def has_next(self) -> bool:
        """Whether the API says that a page comes after this one."""
        return any(link.rel == "next" for link in self.links)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(slots=True)
class WalkSummary:
    """What a walk over a list has seen; lists move while one reads them.

    Attributes:
        pages: how many pages were handed out.
        items: how many items they held.
        duplicates: how many of the items had been on a page shortly before.
        first_total: what the first page said of the number of items.
        last_total: what the latest page said.
        complete: whether the walk came to the end of the list.
    """

    pages: int = 0
    items: int = 0
    duplicates: int = 0
    first_total: int | None = None
    last_total: int | None = None
    complete: bool = False

"""The pages of a list, and the summary of a walk over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from hostway_email._core.call import Model
from hostway_email.models.links import Link

__all__ = ["ListBody", "Page", "WalkSummary"]

T = TypeVar("T")


class ListBody(Model, Protocol[T]):
    """The interface of the response model of one page of a list; see `models._page`."""

    items: list[T]
    total_count: int | None
    links: list[Link]

    @property
    def model_extra(self) -> dict[str, Any] | None:
        """The fields that the model does not declare."""
        ...


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: the items of the page, in the API's order.
        number: the number of the page, from 1.
        total_count: the total that the API reports; some lists report the page's own length.
        links: the links of the page.
        model_extra: the fields of the page that this package does not know.
    """

    items: list[T]
    number: int
    total_count: int | None
    links: list[Link]
    model_extra: dict[str, Any] = field(default_factory=dict)

    @property
    def has_next(self) -> bool:
        """Whether the page has a link to a next page."""
        return any(link.rel == "next" for link in self.links)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(slots=True)
class WalkSummary:
    """The counters of a walk over a list, which may change during the walk.

    Attributes:
        pages: the number of pages returned.
        items: the number of items on them.
        duplicates: the number of items that were also on one of the pages before.
        first_total: the total that the first page reported.
        last_total: the total that the latest page reported.
        complete: whether the walk reached the end of the list, as far as its links and total tell.
        incomplete: the reason why a walk that ended is not complete; else empty.
    """

    pages: int = 0
    items: int = 0
    duplicates: int = 0
    first_total: int | None = None
    last_total: int | None = None
    complete: bool = False
    incomplete: str = ""

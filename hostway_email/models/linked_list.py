"""A list that has the links of its response."""

from collections.abc import Iterable
from typing import TypeVar

from hostway_email.models.links import Link

__all__ = ["LinkedList"]

T = TypeVar("T")


class LinkedList(list[T]):
    """The items of a response that is a list without pages; it equals a plain list of them.

    Attributes:
        links: the response's links.
    """

    def __init__(self, items: Iterable[T] = (), links: Iterable[Link] = ()) -> None:
        super().__init__(items)
        self.links: list[Link] = [*links]

"""One page of a list as it comes on the wire, whatever the list holds."""

from typing import ClassVar, Generic, TypeVar

from pydantic import AliasChoices, Field

from hostway_email.answers import Answer, Lenient, Readable
from hostway_email.links import LinkList

__all__ = ["PageBody"]

T = TypeVar("T")


class PageBody(Answer, Generic[T]):
    """The body of one page: the items that could be read, the total it claims, its links.

    A page without a list is useless, so `items` is the one field that must be there.
    """

    item_key: ClassVar[str] = ""
    """The attribute that tells one item from another, where there is one."""

    items: list[Readable[T]] = Field(validation_alias="list")
    total_count: Lenient[int] = Field(
        default=None, validation_alias=AliasChoices("totalCount", "count")
    )
    links: LinkList = []

"""The black/white list of a domain or a username: senders that are blocked or allowed."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from hostway_email.errors import InvalidRequestError
from hostway_email.models._page import PageBody
from hostway_email.models._request import RequestModel
from hostway_email.models._response import Lenient, Readable, ResponseModel
from hostway_email.models._types import ListedText
from hostway_email.models.links import LinkList

__all__ = ["BlackWhitelistPage", "BlackWhitelistUpdate", "ListedAddress"]


class ListedAddress(ResponseModel):
    """An address, or a whole domain, on a black/white list.

    A new entry is validated; one from a response is accepted as it is.

    Attributes:
        address: an e-mail address, or a domain written `@example.com`.
        type: `W` for the white list, `B` for the black list; None if the API gave none.
        links: the entry's links.

    Raises:
        InvalidRequestError: `type` is neither `W` nor `B`, or `address` is neither an address
            nor a domain with `@` before it.
    """

    address: str
    type: Lenient[str] = None
    links: LinkList = []

    def __init__(self, *, address: str, type: Literal["W", "B"]) -> None:
        ListedEntry(address=address, type=type)
        BaseModel.__init__(self, address=address, type=type)

    # Otherwise pydantic would call it for responses too, and skip an entry of a new type.
    vars(__init__)["__pydantic_base_init__"] = True


class BlackWhitelistPage(PageBody):
    """One page of a black/white list."""

    items: Annotated[list[Readable[ListedAddress]], Field(alias="list")]


class ListedEntry(RequestModel):
    """An entry of a request."""

    address: ListedText
    type: Literal["W", "B"]


class BlackWhitelistUpdate(RequestModel):
    """Entries to add to a black/white list, or to move from one side to the other."""

    leaves_out_none = True

    addresses: Annotated[list[ListedEntry], Field(min_length=1, alias="list")]

    @classmethod
    def of(cls, addresses: Iterable[ListedAddress]) -> Self:
        """Return the body with `addresses`, which may come from a response.

        Raises:
            InvalidRequestError: the list is empty, or an entry is invalid.
        """
        given = list(addresses)
        if not all(isinstance(entry, ListedAddress) for entry in given):
            rule = "must be a list of ListedAddress"
            raise InvalidRequestError.for_argument("addresses", rule)
        return cls.made_of(
            addresses=[{"address": entry.address, "type": entry.type} for entry in given]
        )

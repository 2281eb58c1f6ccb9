"""The black/white list of a domain or a username: whose mail is refused, whose is let in."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from hostway_email.errors import InvalidRequestError
from hostway_email.models._page import PageBody
from hostway_email.models._request import RequestModel
from hostway_email.models._response import Lenient, Readable, ResponseModel
from hostway_email.models._types import Body, ListedText
from hostway_email.models.links import LinkList

__all__ = ["BlackWhitelistPage", "BlackWhitelistUpdate", "ListedAddress"]


class ListedAddress(ResponseModel):
    """An address, or a whole domain, on a black/white list.

    One that you make is checked; one that the API lists is taken as it comes.

    Attributes:
        address: an e-mail address, or a domain written `@example.com`.
        type: `W` for the white list, `B` for the black list; None where the API gave none.
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

    # Else pydantic would call it for what is read too, and one entry of a kind that is new to us
    # would be lost from its page.
    vars(__init__)["__pydantic_base_init__"] = True


class BlackWhitelistPage(PageBody):
    """One page of a black/white list."""

    items: Annotated[list[Readable[ListedAddress]], Field(validation_alias="list")]


class ListedEntry(RequestModel):
    """An entry as it is sent."""

    address: ListedText
    type: Literal["W", "B"]


class BlackWhitelistUpdate(Body):
    """Entries to add to a black/white list, or to move from one of its sides to the other."""

    addresses: Annotated[list[ListedEntry], Field(min_length=1, alias="list")]

    @classmethod
    def of(cls, addresses: Iterable[ListedAddress]) -> Self:
        """Return the body that lists `addresses`, which may also have been read from the API.

        Raises:
            InvalidRequestError: there is none, or one of them cannot be sent.
        """
        given = list(addresses)
        if not all(isinstance(entry, ListedAddress) for entry in given):
            rule = "must be a list of ListedAddress"
            raise InvalidRequestError(f"addresses {rule}", {"addresses": rule})
        return cls.made_of(
            addresses=[{"address": entry.address, "type": entry.type} for entry in given]
        )

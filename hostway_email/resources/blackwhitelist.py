"""The black/white list of a domain or a username."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from hostway_email.models.blackwhitelist import (
    BlackWhitelistPage,
    BlackWhitelistUpdate,
    ListedAddress,
)
from hostway_email.pagination import AsyncPager
from hostway_email.resources._base import Resource
from hostway_email.resources._query import (
    SORT_ORDERS,
    SortOrder,
    checked_text,
    one_of,
    only_given,
)

__all__ = ["BlackWhitelistResource"]

_TYPES: Final = ("W", "B")
_SORT_FIELDS: Final = ("address",)


class BlackWhitelistResource(Resource):
    """A black/white list, reached as `domain.blackwhitelist` or `username.blackwhitelist`."""

    __slots__ = ()

    async def put(self, addresses: Iterable[ListedAddress]) -> None:
        """Add addresses, or move them to the other side of the list; the rest of it stays.

        - `PUT /accounts/{account}/email/{domain}/blackwhitelist`
        - `PUT /accounts/{account}/email/{domain}/usernames/{name}/blackwhitelist`

        Raises:
            InvalidRequestError: there is no address, or one has no type.
            BadRequestError: the API refused one; `fields` has keys such as `list.0.address`.
            NotFoundError: no such account, domain or username.
        """
        body = BlackWhitelistUpdate.of(addresses)
        await self._session.write("PUT", self._path / "blackwhitelist", body=body)

    async def get(self, address: str) -> ListedAddress:
        """Return one entry: an address, or a domain written `@example.com`.

        - `GET /accounts/{account}/email/{domain}/blackwhitelist/{address}`
        - `GET /accounts/{account}/email/{domain}/usernames/{name}/blackwhitelist/{address}`

        Raises:
            NotFoundError: it is not on the list, or there is no such list.
        """
        path = (self._path / "blackwhitelist").value("address", address)
        return await self._session.call("GET", path, into=ListedAddress)

    async def delete(self, address: str) -> None:
        """Take one entry off the list: an address, or a domain written `@example.com`.

        - `DELETE /accounts/{account}/email/{domain}/blackwhitelist/{address}`
        - `DELETE /accounts/{account}/email/{domain}/usernames/{name}/blackwhitelist/{address}`

        Raises:
            NotFoundError: it is not on the list, or there is no such list.
        """
        path = (self._path / "blackwhitelist").value("address", address)
        await self._session.write("DELETE", path)

    def list(
        self,
        *,
        filter_address: str | None = None,
        filter_type: Literal["W", "B"] | None = None,
        sort_field: Literal["address"] | None = None,
        sort_order: SortOrder | None = None,
        page_size: int | None = 100,
        start_page: int = 1,
        read_ahead: int = 8,
    ) -> AsyncPager[ListedAddress]:
        """Return a pager over the entries of the list; nothing is sent before it is iterated.

        The totals of its pages may be the length of each page.

        - `GET /accounts/{account}/email/{domain}/blackwhitelist`
        - `GET /accounts/{account}/email/{domain}/usernames/{name}/blackwhitelist`

        Parameters:
            filter_address: only these addresses; `*` stands for anything.
            filter_type: only the white (`W`) or the black list (`B`).
            sort_field: what to sort by.
            sort_order: in which order.
            page_size: entries on a page; None asks for all of them in one answer.
            start_page: the page to begin with.
            read_ahead: how many pages are fetched at once.

        Raises:
            InvalidRequestError: an argument has a value that is not documented.
            NotFoundError: no such account, domain or username; raised by the iteration.
        """
        query = only_given(
            {
                "filterAddress": checked_text("filter_address", filter_address),
                "filterType": one_of("filter_type", filter_type, _TYPES),
                "sortField": one_of("sort_field", sort_field, _SORT_FIELDS),
                "sortOrder": one_of("sort_order", sort_order, SORT_ORDERS),
            }
        )
        return AsyncPager(
            self._session,
            self._path / "blackwhitelist",
            into=BlackWhitelistPage,
            item_key="address",
            query=query,
            page_size=page_size,
            start_page=start_page,
            read_ahead=read_ahead,
        )

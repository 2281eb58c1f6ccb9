"""The black/white list of a domain or a username."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from hostway_email._core.arguments import checked_arguments
from hostway_email.models.blackwhitelist import (
    BlackWhitelistPage,
    BlackWhitelistUpdate,
    ListedAddress,
)
from hostway_email.pagination import AsyncPager
from hostway_email.resources._base import Resource
from hostway_email.resources._query import SortOrder, checked_text, only_given

__all__ = ["BlackWhitelistResource"]


class BlackWhitelistResource(Resource):
    """A black/white list, reached as `domain.blackwhitelist` or `username.blackwhitelist`."""

    __slots__ = ()

    @checked_arguments
    async def put(self, addresses: Iterable[ListedAddress]) -> None:
        """Add addresses, or move them to the other side of the list; other entries stay.

        - `PUT /accounts/{account}/email/{domain}/blackwhitelist`
        - `PUT /accounts/{account}/email/{domain}/usernames/{name}/blackwhitelist`

        Raises:
            InvalidRequestError: no address was given, or one has no type.
            BadRequestError: the API rejected one; `fields` has keys such as `list.0.address`.
            NotFoundError: no such account, domain or username.
        """
        body = BlackWhitelistUpdate.of(addresses)
        await self._session.send("PUT", self._path / "blackwhitelist", body=body)

    @checked_arguments
    async def get(self, address: str) -> ListedAddress:
        """Return one entry: an address, or a domain written `@example.com`.

        - `GET /accounts/{account}/email/{domain}/blackwhitelist/{address}`
        - `GET /accounts/{account}/email/{domain}/usernames/{name}/blackwhitelist/{address}`

        Raises:
            NotFoundError: no such entry, account, domain or username.
        """
        path = (self._path / "blackwhitelist").value("address", address)
        return (await self._session.send("GET", path)).model(ListedAddress)

    @checked_arguments
    async def delete(self, address: str) -> None:
        """Delete one entry: an address, or a domain written `@example.com`.

        - `DELETE /accounts/{account}/email/{domain}/blackwhitelist/{address}`
        - `DELETE /accounts/{account}/email/{domain}/usernames/{name}/blackwhitelist/{address}`

        Raises:
            NotFoundError: no such entry, account, domain or username.
        """
        path = (self._path / "blackwhitelist").value("address", address)
        await self._session.send("DELETE", path)

    @checked_arguments
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
        """Return a pager over the entries; requests are sent when it is iterated.

        The total of a page may be the length of that page.

        - `GET /accounts/{account}/email/{domain}/blackwhitelist`
        - `GET /accounts/{account}/email/{domain}/usernames/{name}/blackwhitelist`

        Parameters:
            filter_address: only matching addresses; `*` is a wildcard.
            filter_type: only the whitelist (`W`) or the blacklist (`B`).
            sort_field: the field to sort by.
            sort_order: ascending or descending.
            page_size: entries per page; None requests all of them in one response.
            start_page: the first page to fetch.
            read_ahead: the number of pages to fetch concurrently.

        Raises:
            InvalidRequestError: an argument has an undocumented value.
            NotFoundError: no such account, domain or username; raised by the iteration.
        """
        query = only_given(
            {
                "filterAddress": checked_text("filter_address", filter_address),
                "filterType": filter_type,
                "sortField": sort_field,
                "sortOrder": sort_order,
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

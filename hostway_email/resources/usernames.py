"""The usernames of a domain, all of them and one."""

from __future__ import annotations

from typing import Final, Literal

from hostway_email.models.usernames import UsernameDetails, UsernameEntry, UsernamePage
from hostway_email.pagination import AsyncPager
from hostway_email.resources._base import Resource
from hostway_email.resources._query import (
    SORT_ORDERS,
    SortOrder,
    checked_text,
    one_of,
    only_given,
)

__all__ = ["UsernameResource", "UsernamesResource"]

_SORT_FIELDS: Final = ("username", "quota")


class UsernamesResource(Resource):
    """The usernames of a domain, reached as `domain.usernames`."""

    __slots__ = ()

    def list(
        self,
        *,
        filter_username: str | None = None,
        sort_field: Literal["username", "quota"] | None = None,
        sort_order: SortOrder | None = None,
        details: bool = False,
        page_size: int | None = 100,
        start_page: int = 1,
        read_ahead: int = 8,
    ) -> AsyncPager[UsernameEntry]:
        """Return a pager over the usernames; nothing is sent before it is iterated.

        `GET /accounts/{account}/email/{domain}/usernames`

        Parameters:
            filter_username: only these names; `*` stands for anything.
            sort_field: what to sort by.
            sort_order: in which order.
            details: whether each entry tells its `webmail_access` too.
            page_size: entries on a page; None asks for all of them in one answer.
            start_page: the page to begin with.
            read_ahead: how many pages are fetched at once.

        Raises:
            InvalidRequestError: an argument has a value that is not documented.
            NotFoundError: no such account or domain; raised by the iteration.
        """
        query = only_given(
            {
                "filterUsername": checked_text("filter_username", filter_username),
                "sortField": one_of("sort_field", sort_field, _SORT_FIELDS),
                "sortOrder": one_of("sort_order", sort_order, SORT_ORDERS),
                "details": "1" if details else None,
            }
        )
        return AsyncPager(
            self._session,
            self._path / "usernames",
            into=UsernamePage,
            item_key="username",
            query=query,
            page_size=page_size,
            start_page=start_page,
            read_ahead=read_ahead,
        )


class UsernameResource(Resource):
    """One username; its path is the resource's own."""

    __slots__ = ()

    async def get(self) -> UsernameDetails:
        """Return what is behind the username: an Exchange mailbox or a regular one.

        `GET /accounts/{account}/email/{domain}/usernames/{name}`

        Raises:
            NotFoundError: no such account, domain or username.
        """
        return await self._session.call("GET", self._path, into=UsernameDetails)

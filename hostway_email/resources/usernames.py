"""The usernames of a domain, and a single username."""

from __future__ import annotations

from typing import Literal

from hostway_email._core.arguments import checked_arguments
from hostway_email.models.usernames import UsernameDetails, UsernameEntry, UsernamePage
from hostway_email.pagination import AsyncPager
from hostway_email.resources._base import Resource
from hostway_email.resources._query import SortOrder, checked_text, only_given

__all__ = ["UsernameResource", "UsernamesResource"]


class UsernamesResource(Resource):
    """The usernames of a domain, reached as `domain.usernames`."""

    __slots__ = ()

    @checked_arguments
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
        """Return a pager over the usernames; requests are sent when it is iterated.

        `GET /accounts/{account}/email/{domain}/usernames`

        Parameters:
            filter_username: only matching names; `*` is a wildcard.
            sort_field: the field to sort by.
            sort_order: ascending or descending.
            details: whether to include `webmail_access` in each entry.
            page_size: entries per page; None requests all of them in one response.
            start_page: the first page to fetch.
            read_ahead: the number of pages to fetch concurrently.

        Raises:
            InvalidRequestError: an argument has an undocumented value.
            NotFoundError: no such account or domain; raised by the iteration.
        """
        query = only_given(
            {
                "filterUsername": checked_text("filter_username", filter_username),
                "sortField": sort_field,
                "sortOrder": sort_order,
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
    """One username, at its own path."""

    __slots__ = ()

    async def get(self) -> UsernameDetails:
        """Return the kind of mailbox of the username: Exchange or regular.

        `GET /accounts/{account}/email/{domain}/usernames/{name}`

        Raises:
            NotFoundError: no such account, domain or username.
        """
        return (await self._session.send("GET", self._path)).model(UsernameDetails)

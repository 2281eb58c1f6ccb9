"""The statistics of a domain."""

from __future__ import annotations

from hostway_email.models.statistics import MailboxTypeCount
from hostway_email.resources._base import Resource

__all__ = ["StatisticsResource"]


class StatisticsResource(Resource):
    """The statistics of a domain, reached as `domain.statistics`."""

    __slots__ = ()

    async def mailbox_type_count(self) -> MailboxTypeCount:
        """Return the number of mailboxes of each type.

        `GET /accounts/{account}/email/{domain}/statistics/mailboxTypeCount`

        Raises:
            NotFoundError: no such account or domain.
        """
        path = self._path / "statistics" / "mailboxTypeCount"
        return (await self._session.send("GET", path)).model(MailboxTypeCount)

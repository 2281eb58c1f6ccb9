"""How many messages a mailbox holds."""

from __future__ import annotations

from hostway_email.models.message_stats import MessageStats
from hostway_email.resources._base import Resource

__all__ = ["MessageStatsResource"]


class MessageStatsResource(Resource):
    """The message counts of a mailbox, regular or Exchange; its path is the mailbox's."""

    __slots__ = ()

    async def message_stats(self) -> MessageStats:
        """Return how many messages the inbox, the sent and the spam folder hold.

        - `GET /accounts/{account}/email/{domain}/usernames/{name}/mailbox/messagestats`
        - `GET /accounts/{account}/email/{domain}/usernames/{name}/exchange/messagestats`

        Raises:
            VirtualMailboxError: a virtual mailbox has no messages that could be counted.
            NotFoundError: no such account, domain or mailbox.
            ImapGatewayError: the messages could not be counted now; `reason` tells why.
            ServerError: among others, records of the domain are missing; trying again won't help.
        """
        return await self._session.call("GET", self._path / "messagestats", into=MessageStats)

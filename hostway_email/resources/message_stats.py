"""The message counts of a mailbox."""

from __future__ import annotations

from hostway_email.models.message_stats import MessageStats
from hostway_email.resources._base import Resource

__all__ = ["MessageStatsResource"]


class MessageStatsResource(Resource):
    """The message counts of a regular or Exchange mailbox, at the path of the mailbox."""

    __slots__ = ()

    async def message_stats(self) -> MessageStats:
        """Return the message counts of the inbox, the sent and the spam folder.

        - `GET /accounts/{account}/email/{domain}/usernames/{name}/mailbox/messagestats`
        - `GET /accounts/{account}/email/{domain}/usernames/{name}/exchange/messagestats`

        Raises:
            VirtualMailboxError: a virtual mailbox has no message counts.
            NotFoundError: no such account, domain or mailbox.
            ImapGatewayError: the messages cannot be counted at the moment; `reason` says why.
            ServerError: for example, records of the domain are missing; a retry does not help.
        """
        return (await self._session.send("GET", self._path / "messagestats")).model(MessageStats)

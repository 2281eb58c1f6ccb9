"""The operations that regular and Exchange mailboxes share."""

from __future__ import annotations

from typing import Final

from hostway_email.models import RequestModel
from hostway_email.models.results import PutResult
from hostway_email.resources.message_stats import MessageStatsResource
from hostway_email.resources.passwords import PasswordResource

__all__ = ["HostedResource"]

_CREATED: Final = 201


class HostedResource(MessageStatsResource, PasswordResource):
    """A regular or Exchange mailbox, at its own path."""

    __slots__ = ()

    async def delete(self) -> None:
        """Delete the mailbox and all its contents.

        - `DELETE /accounts/{account}/email/{domain}/usernames/{name}/mailbox`
        - `DELETE /accounts/{account}/email/{domain}/usernames/{name}/exchange`

        Raises:
            NotFoundError: no such account, domain or mailbox.
            ConflictError: Exchange only: the domain is disabled.
        """
        await self._session.send("DELETE", self._path)

    async def _put(self, body: RequestModel) -> PutResult:
        reply = await self._session.send("PUT", self._path, body=body)
        return PutResult.CREATED if reply.status == _CREATED else PutResult.UPDATED

    @property
    def _name(self) -> str:
        return dict(self._path.values)["name"]

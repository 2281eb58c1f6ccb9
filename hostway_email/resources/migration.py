"""Support tickets for failed migrations."""

from __future__ import annotations

from hostway_email._core.arguments import checked_arguments
from hostway_email.models.migration import MigrationTicket
from hostway_email.resources._base import Resource

__all__ = ["MigrationResource"]


class MigrationResource(Resource):
    """The migration of a username, reached as `domain.username("ana").migration`."""

    __slots__ = ()

    @checked_arguments
    async def create(self, *, subject: str, body: str) -> None:
        """Open a support ticket for the failed migration of this mailbox.

        Each call opens a new ticket; the response does not identify it.

        `POST /accounts/{account}/email/{domain}/usernames/{name}/migration`

        Raises:
            BadRequestError: the API rejected the subject or the body.
            NotFoundError: no such account, domain or username.
        """
        ticket = MigrationTicket(subject=subject, body=body)
        await self._session.send("POST", self._path / "migration", body=ticket)

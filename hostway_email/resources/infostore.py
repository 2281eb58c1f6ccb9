"""The InfoStore of a domain: file storage for its users."""

from __future__ import annotations

from hostway_email._core.arguments import checked_arguments
from hostway_email.models.infostore import InfoStore, InfoStoreUpdate
from hostway_email.resources._base import Resource

__all__ = ["InfoStoreResource"]


class InfoStoreResource(Resource):
    """The InfoStore of a domain, reached as `domain.infostore`."""

    __slots__ = ()

    async def get(self) -> InfoStore:
        """Return the quota and the usage, in MB.

        `GET /accounts/{account}/email/{domain}/infostore`

        Raises:
            NotFoundError: no such account or domain.
        """
        return (await self._session.send("GET", self._path / "infostore")).model(InfoStore)

    @checked_arguments
    async def update(self, *, quota_mb: int) -> None:
        """Set the quota, in MB; 0 is allowed.

        `PUT /accounts/{account}/email/{domain}/infostore`

        Raises:
            InvalidRequestError: the quota is less than 0.
            BadRequestError: the usage exceeds the quota.
            NotFoundError: no such account or domain.
        """
        body = InfoStoreUpdate.made_of(quota_mb=quota_mb)
        await self._session.send("PUT", self._path / "infostore", body=body)

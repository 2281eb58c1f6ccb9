"""The permission of the product to change webmail types."""

from __future__ import annotations

from hostway_email.models.webmail_upgrade import WebmailUpgrade
from hostway_email.resources._base import Resource

__all__ = ["WebmailUpgradeResource"]


class WebmailUpgradeResource(Resource):
    """The permission of the product to change webmail types.

    Reached as `domain.webmail_upgrade`, also in the short form.
    """

    __slots__ = ()

    async def get(self) -> WebmailUpgrade:
        """Return whether the product allows changes of webmail types.

        - `GET /accounts/{account}/email/{domain}/webmailUpgrade`
        - `GET /email/{domain}/webmailUpgrade`
        """
        return (await self._session.send("GET", self._path / "webmailUpgrade")).model(
            WebmailUpgrade
        )

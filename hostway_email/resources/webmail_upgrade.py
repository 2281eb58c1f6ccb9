"""Whether the product lets webmail types be changed."""

from __future__ import annotations

from hostway_email.models.webmail_upgrade import WebmailUpgrade
from hostway_email.resources._base import Resource

__all__ = ["WebmailUpgradeResource"]


class WebmailUpgradeResource(Resource):
    """Whether the product lets webmail types be changed.

    It is reached as `domain.webmail_upgrade`, also in the short form.
    """

    __slots__ = ()

    async def get(self) -> WebmailUpgrade:
        """Return whether the product lets webmail types be changed at all.

        - `GET /accounts/{account}/email/{domain}/webmailUpgrade`
        - `GET /email/{domain}/webmailUpgrade`
        """
        return await self._session.call("GET", self._path / "webmailUpgrade", into=WebmailUpgrade)

"""How many mailboxes of each webmail type a domain may have."""

from __future__ import annotations

from hostway_email.models.webmail_limits import WebmailLimits
from hostway_email.resources._base import Resource

__all__ = ["WebmailLimitsResource"]


class WebmailLimitsResource(Resource):
    """How many mailboxes of each webmail type a domain may have.

    It is reached as `domain.webmail_limits`, also in the short form.
    """

    __slots__ = ()

    async def get(self) -> WebmailLimits:
        """Return the limit of each webmail type; None where there is none.

        - `GET /accounts/{account}/email/{domain}/webmailLimits`
        - `GET /email/{domain}/webmailLimits`
        """
        return await self._session.call("GET", self._path / "webmailLimits", into=WebmailLimits)

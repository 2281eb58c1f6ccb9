"""The antispam control panel of a domain."""

from __future__ import annotations

from pydantic import SecretStr

from hostway_email.models.antispam import SSOLink, SSOLinkResponse
from hostway_email.resources._base import Resource

__all__ = ["AntispamResource"]


class AntispamResource(Resource):
    """The antispam control panel of a domain, reached as `domain.antispam`."""

    __slots__ = ()

    async def sso_link(self) -> SSOLink:
        """Return a sign-in link to the control panel; it needs no password, so keep it secret.

        The manual does not describe the response. If it is a redirect, the link is its target; the
        redirect is not followed.

        `GET /accounts/{account}/avas/{domain}/SSOLink`

        Raises:
            InvalidResponseError: the response has no link.
        """
        reply = await self._session.send(
            "GET", self._path / "SSOLink", confidential=True, keeps_redirect=True
        )
        if reply.location is not None:
            return SSOLink(url=SecretStr(reply.location))
        return reply.model(SSOLinkResponse).link

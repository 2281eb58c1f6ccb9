"""The single sign-on link to the antispam control panel."""

from typing import Annotated

from pydantic import AliasChoices, ConfigDict, Field

from hostway_email._core.decoding import MemoryCost
from hostway_email.models._response import ResponseModel, Token
from hostway_email.models._root import RootResponse

__all__ = ["SSOLink", "SSOLinkResponse"]


class SSOLink(ResponseModel):
    """A link that signs in its user without credentials.

    The manual does not document the response, so the link is accepted under several names. Other
    fields of the response are not kept, as they may give the same access.

    Attributes:
        url: the link; `url.get_secret_value()` reveals it.
    """

    model_config = ConfigDict(extra="ignore")

    url: Annotated[
        Token,
        Field(
            min_length=1,
            validation_alias=AliasChoices(
                "url", "SSOLink", "ssoLink", "ssolink", "sso_link", "link", "href", "location"
            ),
        ),
    ]


class SSOLinkResponse(RootResponse):
    """A response that is an object with the link, or the bare link."""

    memory_cost = MemoryCost(object=1000, array=500, item=260)  # Both forms are tried.

    root: SSOLink | Annotated[Token, Field(min_length=1)]

    @property
    def link(self) -> SSOLink:
        """The link, from either form."""
        return self.root if isinstance(self.root, SSOLink) else SSOLink(url=self.root)

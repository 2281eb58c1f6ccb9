"""The webmail types of a domain, and what they are sold as."""

from typing import Annotated

from pydantic import Field

from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["WebmailNames"]


class WebmailNames(ResponseModel):
    """The webmail types of a domain, and what they are sold as.

    Attributes:
        names: the name of the plan by its type, such as `standard`.
        links: the answer's links.
    """

    names: Annotated[dict[str, Readable[str]], Field(alias="webmailNames")]
    links: LinkList = []

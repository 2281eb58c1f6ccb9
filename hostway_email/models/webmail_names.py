"""The webmail types of a domain, and their product names."""

from typing import Annotated

from pydantic import Field

from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["WebmailNames"]


class WebmailNames(ResponseModel):
    """The webmail types of a domain, and their product names.

    Attributes:
        names: the product name by type, such as `standard`.
        links: the response's links.
    """

    names: Annotated[dict[str, Readable[str]], Field(alias="webmailNames")]
    links: LinkList = []

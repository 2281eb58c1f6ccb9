"""The other domain names of a domain."""

from typing import Annotated

from pydantic import Field

from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["DomainAliases"]


class DomainAliases(ResponseModel):
    """The names that are aliases of a domain.

    Attributes:
        names: the domain names.
        links: the response's links.
    """

    names: Annotated[list[Readable[str]], Field(alias="list")]
    links: LinkList = []

"""The InfoStore of a domain, where its users keep files."""

from typing import Annotated

from pydantic import AliasChoices, AliasPath, Field, Strict

from hostway_email.models._response import Lenient, ResponseModel
from hostway_email.models._types import Body
from hostway_email.models.links import LinkList

__all__ = ["InfoStore", "InfoStoreUpdate"]


class InfoStore(ResponseModel):
    """How much of the InfoStore is used.

    Attributes:
        usage_mb: what is used, in MB.
        quota_mb: what may be used, in MB.
        links: the answer's links.
    """

    usage_mb: Annotated[
        Lenient[int],
        Field(validation_alias=AliasChoices(AliasPath("infoStore", "usage"), "usage")),
    ] = None
    quota_mb: Annotated[
        Lenient[int],
        Field(validation_alias=AliasChoices(AliasPath("infoStore", "quota"), "quota")),
    ] = None
    links: LinkList = []


class InfoStoreUpdate(Body):
    """A new quota of the InfoStore, in MB; 0 is allowed."""

    quota_mb: Annotated[int, Strict(), Field(ge=0, alias="quota")]

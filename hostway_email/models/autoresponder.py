"""The automatic reply of a username."""

from typing import Annotated

from pydantic import AliasChoices, AliasPath, Field

from hostway_email.models._request import RequestModel
from hostway_email.models._response import Lenient, ResponseModel
from hostway_email.models._types import Flag, Text
from hostway_email.models.links import LinkList

__all__ = ["Autoresponder", "AutoresponderSettings"]


def _nested_or_flat(name: str) -> AliasChoices:
    """Return the two documented locations of a field: below `autoresponder`, or at the top."""
    return AliasChoices(AliasPath("autoresponder", name), name)


class Autoresponder(ResponseModel):
    """The automatic reply of a username, and whether it is active.

    Attributes:
        active: whether it is sent; None if the API does not say.
        subject: its subject.
        body: its text.
        links: the response's links.
    """

    active: Annotated[Lenient[bool], Field(validation_alias=_nested_or_flat("active"))] = None
    subject: Annotated[Lenient[str], Field(validation_alias=_nested_or_flat("subject"))] = None
    body: Annotated[Lenient[str], Field(validation_alias=_nested_or_flat("body"))] = None
    links: LinkList = []


class AutoresponderSettings(RequestModel):
    """The automatic reply to set.

    Attributes:
        body: the text; required by the API even to deactivate the reply.
        active: whether the reply is sent.
        subject: the subject; it is not documented whether omitting it keeps the current one.
    """

    leaves_out_none = True

    body: Text
    active: Flag
    subject: Text | None = None

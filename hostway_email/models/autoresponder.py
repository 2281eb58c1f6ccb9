"""The automatic reply of a username."""

from typing import Annotated

from pydantic import AliasChoices, AliasPath, Field

from hostway_email.models._response import Lenient, ResponseModel
from hostway_email.models._types import Body, Flag, Text
from hostway_email.models.links import LinkList

__all__ = ["Autoresponder", "AutoresponderSettings"]


def _either_way(name: str) -> AliasChoices:
    """The API nests the fields under `autoresponder`, or does not: its manual shows both."""
    return AliasChoices(AliasPath("autoresponder", name), name)


class Autoresponder(ResponseModel):
    """The automatic reply of a username, and whether it is switched on.

    Attributes:
        active: whether it is sent; None where the API does not say.
        subject: its subject.
        body: its text.
        links: the answer's links.
    """

    active: Annotated[Lenient[bool], Field(validation_alias=_either_way("active"))] = None
    subject: Annotated[Lenient[str], Field(validation_alias=_either_way("subject"))] = None
    body: Annotated[Lenient[str], Field(validation_alias=_either_way("body"))] = None
    links: LinkList = []


class AutoresponderSettings(Body):
    """The automatic reply to set.

    Attributes:
        body: the text; the API wants it even to switch the reply off.
        active: whether the reply is sent.
        subject: the subject; whether leaving it out keeps the present one is not documented.
    """

    body: Text
    active: Flag
    subject: Text | None = None

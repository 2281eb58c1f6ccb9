"""The automatic reply of a username."""

from hostway_email.models._envelope import EnvelopedResponse
from hostway_email.models._lenient_values import ReadFlag
from hostway_email.models._request import RequestModel
from hostway_email.models._response import Lenient
from hostway_email.models._types import Flag, Text
from hostway_email.models.links import LinkList

__all__ = ["Autoresponder", "AutoresponderSettings"]


class Autoresponder(EnvelopedResponse):
    """The automatic reply of a username, and whether it is active.

    Attributes:
        active: whether it is sent; None if the API does not say.
        subject: its subject.
        body: its text.
        links: the response's links.
    """

    envelope = "autoresponder"

    active: Lenient[ReadFlag] = None
    subject: Lenient[str] = None
    body: Lenient[str] = None
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

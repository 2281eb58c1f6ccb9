"""How many messages a mailbox holds."""

from hostway_email.models._response import Lenient, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["FolderCount", "MessageCount", "MessageStats"]


class FolderCount(ResponseModel):
    """How many messages one folder holds, and how many of them are unread.

    Attributes:
        all_messages: how many messages there are.
        unread_messages: how many of them nobody has read.
    """

    all_messages: Lenient[int] = None
    unread_messages: Lenient[int] = None


class MessageCount(ResponseModel):
    """The three folders that are counted; one that the API left out is None.

    Attributes:
        inbox: what has arrived.
        sent: what was sent.
        spam: what was taken for spam.
    """

    inbox: Lenient[FolderCount] = None
    sent: Lenient[FolderCount] = None
    spam: Lenient[FolderCount] = None


class MessageStats(ResponseModel):
    """How many messages a mailbox holds.

    Attributes:
        message_count: the count for each folder.
        links: the answer's links.
    """

    message_count: MessageCount
    links: LinkList = []

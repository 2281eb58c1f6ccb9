"""Message statistics of a mailbox."""

from hostway_email.models._lenient_values import Number
from hostway_email.models._response import Lenient, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["FolderCount", "MessageCount", "MessageStats"]


class FolderCount(ResponseModel):
    """The number of messages in a folder.

    Attributes:
        all_messages: the number of all messages.
        unread_messages: the number of unread messages.
    """

    all_messages: Lenient[Number] = None
    unread_messages: Lenient[Number] = None


class MessageCount(ResponseModel):
    """The number of messages in each folder; None for a folder missing in the response.

    Attributes:
        inbox: the inbox.
        sent: the sent messages.
        spam: the messages classified as spam.
    """

    inbox: Lenient[FolderCount] = None
    sent: Lenient[FolderCount] = None
    spam: Lenient[FolderCount] = None


class MessageStats(ResponseModel):
    """The message statistics of a mailbox.

    Attributes:
        message_count: the count for each folder.
        links: the response's links.
    """

    message_count: MessageCount
    links: LinkList = []

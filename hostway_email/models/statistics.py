"""The number of mailboxes of each type in a domain."""

from hostway_email.models._lenient_values import Number
from hostway_email.models._response import Lenient, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["MailboxTypeCount"]


class MailboxTypeCount(ResponseModel):
    """The number of mailboxes of each type in a domain; unknown types are in `model_extra`.

    Attributes:
        num_standard: mailboxes with standard webmail.
        num_active_sync: mailboxes with ActiveSync.
        num_premium: mailboxes with premium webmail.
        num_exchange2013_standard: standard Exchange mailboxes.
        num_exchange2013_premium: premium Exchange mailboxes.
        links: the response's links.
    """

    num_standard: Lenient[Number] = None
    num_active_sync: Lenient[Number] = None
    num_premium: Lenient[Number] = None
    num_exchange2013_standard: Lenient[Number] = None
    num_exchange2013_premium: Lenient[Number] = None
    links: LinkList = []

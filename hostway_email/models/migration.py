"""Support tickets for failed migrations of mailboxes."""

from hostway_email.models._request import RequestModel
from hostway_email.models._types import Text

__all__ = ["MigrationTicket"]


class MigrationTicket(RequestModel):
    """A support ticket to open."""

    subject: Text
    body: Text

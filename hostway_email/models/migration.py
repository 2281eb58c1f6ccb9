"""The support ticket for a mailbox whose migration failed."""

from hostway_email.models._base import RequestBody
from hostway_email.models._fields import Text

__all__ = ["MigrationTicket"]


class MigrationTicket(RequestBody):
    """A support ticket to open."""

    subject: Text
    body: Text

"""The usernames of a domain: mailboxes of all kinds."""

from typing import Annotated, Literal

from pydantic import Field, computed_field

from hostway_email._core.decoding import MemoryCost
from hostway_email.models._lenient_values import Date, Number, ReadFlag
from hostway_email.models._page import PageBody
from hostway_email.models._response import Lenient, Readable, ResponseModel
from hostway_email.models.links import Link, LinkList

__all__ = ["MailboxKind", "UsernameDetails", "UsernameEntry", "UsernamePage"]

MailboxKind = Literal["exchange", "mailbox"]
"""The kind of mailbox of a username: Exchange or regular."""


class UsernameEntry(ResponseModel):
    """A username in the list of a domain.

    Attributes:
        username: its name, without the domain.
        type: its access type, such as `imap`; for its kind see `kind`.
        webmail_access: its webmail type; only in a list with details.
        quota_mb: its quota, in MB.
        master: whether it is a master account.
        trial_type: the webmail type of its trial.
        trial_expiration: the day on which the trial ends.
        allow_upgrade: whether its user may change the webmail type.
        unread_links: its links before parsing; use `links`.
    """

    username: str
    type: Lenient[str] = None
    webmail_access: Lenient[str] = None
    quota_mb: Annotated[Lenient[Number], Field(alias="quota")] = None
    master: Lenient[ReadFlag] = None
    trial_type: Lenient[str] = None
    trial_expiration: Lenient[Date] = None
    allow_upgrade: Lenient[ReadFlag] = None
    # Parsed on demand, as links would be half of the objects of a page and are rarely used.
    unread_links: Annotated[object, Field(validation_alias="links", exclude=True, repr=False)] = (
        None
    )

    @computed_field  # type: ignore[prop-decorator] # mypy knows no decorated properties
    @property
    def links(self) -> list[Link]:
        """Its links, one of which leads to its mailbox."""
        return _Links.model_validate({"links": self.unread_links}).links

    def __eq__(self, other: object) -> bool:
        # By its links as they are read: the API has several spellings of the same.
        if not isinstance(other, UsernameEntry):
            return NotImplemented
        return self._compared() == other._compared()

    def _compared(self) -> tuple[object, ...]:
        fields = {name: value for name, value in vars(self).items() if name != "unread_links"}
        return type(self), fields, self.model_extra, self.links

    @property
    def kind(self) -> MailboxKind | None:
        """The kind of mailbox that its links lead to; None if there is no such link."""
        return next((kind for kind in map(_kind_of_target, self.links) if kind), None)


class _Links(ResponseModel):
    links: LinkList = []


class UsernamePage(PageBody):
    """One page of the usernames of a domain."""

    # Less than measured, to accept a list of bare names, which takes 38 times its size.
    memory_cost = MemoryCost(object=480, array=240, item=110)

    items: Annotated[list[Readable[UsernameEntry]], Field(alias="list")]


class UsernameDetails(ResponseModel):
    """The links to the resources of a username.

    Attributes:
        exchange: links to its Exchange mailbox; empty if it has none.
        mailbox: links to its regular mailbox; empty if it has none.
        secrets: links to its secret questions.
        links: its own links.
    """

    exchange: LinkList = []
    mailbox: LinkList = []
    secrets: LinkList = []
    links: LinkList = []

    @property
    def kind(self) -> MailboxKind | None:
        """The kind of its mailbox; None if the API links to neither kind, or to both."""
        if bool(self.exchange) == bool(self.mailbox):
            return None
        return "exchange" if self.exchange else "mailbox"


def _kind_of_target(link: Link) -> MailboxKind | None:
    path = link.href.partition("#")[0].partition("?")[0]
    *above, last = ["", *(segment for segment in path.split("/") if segment)]
    # A username may itself be "exchange": then the segment before it is "usernames".
    if len(above) > 2 and above[-2] != "usernames":
        return None
    if last == "exchange":
        return "exchange"
    return "mailbox" if last == "mailbox" else None

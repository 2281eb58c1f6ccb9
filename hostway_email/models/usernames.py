"""The usernames of a domain: every mailbox, whatever its kind."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, computed_field

from hostway_email._core.decoding import MemoryCost
from hostway_email.models._page import PageBody
from hostway_email.models._response import Lenient, Readable, ResponseModel
from hostway_email.models.links import Link, LinkList

__all__ = ["MailboxKind", "UsernameDetails", "UsernameEntry", "UsernamePage"]

MailboxKind = Literal["exchange", "mailbox"]
"""What is behind a username: an Exchange mailbox or a regular one."""


class UsernameEntry(ResponseModel):
    """One username of a domain, as a list shows it.

    Attributes:
        username: its name, without the domain.
        type: how it is read, such as `imap`; for its kind see `kind`.
        webmail_access: its webmail type; only in a list that was asked for details.
        quota_mb: what it may hold, in MB.
        master: whether it is a master account.
        trial_type: the webmail type it has on trial.
        trial_expiration: the day on which the trial ends.
        allow_upgrade: whether its user may change the webmail type.
        unread_links: its links as they came; read them from `links`.
    """

    username: str
    type: Lenient[str] = None
    webmail_access: Lenient[str] = None
    quota_mb: Annotated[Lenient[int], Field(alias="quota")] = None
    master: Lenient[bool] = None
    trial_type: Lenient[str] = None
    trial_expiration: Lenient[date] = None
    allow_upgrade: Lenient[bool] = None
    # As models the links would be half of what a page of entries is made of, for the sake of the
    # few who look at them.
    unread_links: Annotated[object, Field(validation_alias="links", exclude=True, repr=False)] = (
        None
    )

    @computed_field  # type: ignore[prop-decorator] # mypy knows no decorated properties
    @property
    def links(self) -> list[Link]:
        """Its links, of which one leads to what is behind the username."""
        return _Links.model_validate({"links": self.unread_links}).links

    @property
    def kind(self) -> MailboxKind | None:
        """What its links lead to: an Exchange mailbox or a regular one; None if they don't tell."""
        return next((kind for kind in map(_kind_behind, self.links) if kind), None)


class _Links(ResponseModel):
    links: LinkList = []


class UsernamePage(PageBody):
    """One page of the usernames of a domain."""

    # Less than is measured: a list of bare names, which takes 38 times its bytes, is legal.
    memory_cost = MemoryCost(object=480, array=240, item=110)

    items: Annotated[list[Readable[UsernameEntry]], Field(validation_alias="list")]


class UsernameDetails(ResponseModel):
    """Where to find what belongs to one username.

    Attributes:
        exchange: links to its Exchange mailbox; empty where it has none.
        mailbox: links to its regular mailbox; empty where it has none.
        secrets: links to its secret questions.
        links: its own links.
    """

    exchange: LinkList = []
    mailbox: LinkList = []
    secrets: LinkList = []
    links: LinkList = []

    @property
    def kind(self) -> MailboxKind | None:
        """What is behind the username: None if the API names neither mailbox, or both."""
        if bool(self.exchange) == bool(self.mailbox):
            return None
        return "exchange" if self.exchange else "mailbox"


def _kind_behind(link: Link) -> MailboxKind | None:
    path = link.href.partition("#")[0].partition("?")[0]
    *above, last = ["", *(segment for segment in path.split("/") if segment)]
    # A username may itself be called "exchange": then the segment before it is "usernames".
    if len(above) > 2 and above[-2] != "usernames":
        return None
    if last == "exchange":
        return "exchange"
    return "mailbox" if last == "mailbox" else None

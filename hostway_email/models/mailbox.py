"""A regular mailbox: one with IMAP and webmail, as opposed to Exchange."""

from typing import Annotated

from pydantic import Field

from hostway_email.models._request import Secret
from hostway_email.models._response import Lenient, Listing, ResponseModel, Token
from hostway_email.models._types import Body, Flag, NewName, QuotaMB, TypeName
from hostway_email.models.links import LinkList

__all__ = ["Mailbox", "MailboxCreate", "MailboxUpdate", "SitemailUrl"]


class SitemailUrl(ResponseModel):
    """One address of the webmail program, and its version.

    Attributes:
        url: where it is found.
        version: its version, such as `7`.
    """

    url: str
    version: Lenient[str] = None


class Mailbox(ResponseModel):
    """A regular mailbox.

    Attributes:
        username: its name, without the domain.
        master: whether it is a master account, which administers its domain.
        quota_mb: what it may hold, in MB.
        usage_mb: what it holds, in MB.
        auth_token: signs in to webmail; `auth_token.get_secret_value()` reveals it.
        sitemail_urls: where its webmail is found.
        links: the mailbox's links.
    """

    holds_secret = True

    username: Lenient[str] = None
    master: Lenient[bool] = None
    quota_mb: Annotated[Lenient[int], Field(alias="quota")] = None
    usage_mb: Annotated[Lenient[int], Field(alias="usage")] = None
    auth_token: Lenient[Token] = None
    sitemail_urls: Annotated[Listing[SitemailUrl], Field(alias="sitemail_urls")] = []
    links: LinkList = []


class MailboxCreate(Body):
    """A mailbox to make.

    Attributes:
        password: its password; `password_problems()` tells the documented rules it breaks.
        quota_mb: what it may hold, in MB, more than 0; without it the default of its type holds.
        master: whether it is a master account.
        type: its webmail type, one of `webmail_names`: `standard` without it; `activesync` and
            `premium` are others that are known.
    """

    sets_once = frozenset({"password"})

    password: Secret
    quota_mb: Annotated[QuotaMB | None, Field(alias="quota")] = None
    master: Flag | None = None
    type: TypeName | None = None


class MailboxUpdate(Body):
    """What to change of a mailbox: at least one field, and only those that are given are sent.

    Attributes:
        password: a new password, one that was never used before.
        quota_mb: what it may hold, in MB, more than 0.
        master: whether it is a master account.
        type: its webmail type, one of `webmail_names`.
        username: a new name; the mailbox is no longer found under the old one.
    """

    needs_a_field = True
    sets_once = frozenset({"password", "username"})

    password: Secret | None = None
    quota_mb: Annotated[QuotaMB | None, Field(alias="quota")] = None
    master: Flag | None = None
    type: TypeName | None = None
    username: NewName | None = None

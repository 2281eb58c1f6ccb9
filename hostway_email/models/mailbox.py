"""Regular mailboxes, with IMAP and webmail, as opposed to Exchange."""

from typing import Annotated

from pydantic import Field

from hostway_email.models._lenient_values import Number, ReadFlag
from hostway_email.models._request import RequestModel, Secret
from hostway_email.models._response import Lenient, Listing, ResponseModel, Token
from hostway_email.models._types import Flag, NewName, QuotaMB, TypeName
from hostway_email.models.links import LinkList

__all__ = ["Mailbox", "MailboxCreate", "MailboxUpdate", "SitemailUrl"]


class SitemailUrl(ResponseModel):
    """The URL and the version of a webmail program.

    Attributes:
        url: its URL.
        version: its version, such as `7`.
    """

    url: str
    version: Lenient[str] = None


class Mailbox(ResponseModel):
    """A regular mailbox.

    Attributes:
        username: its name, without the domain.
        master: whether it is a master account, which administers its domain.
        quota_mb: its quota, in MB.
        usage_mb: the storage used, in MB.
        auth_token: signs in to webmail; `auth_token.get_secret_value()` reveals it.
        sitemail_urls: the URLs of its webmail.
        links: the mailbox's links.
    """

    username: Lenient[str] = None
    master: Lenient[ReadFlag] = None
    quota_mb: Annotated[Lenient[Number], Field(alias="quota")] = None
    usage_mb: Annotated[Lenient[Number], Field(alias="usage")] = None
    auth_token: Lenient[Token] = None
    sitemail_urls: Annotated[Listing[SitemailUrl], Field(alias="sitemail_urls")] = []
    links: LinkList = []


class MailboxCreate(RequestModel):
    """A mailbox to create.

    Attributes:
        password: its password; `password_problems()` returns the documented rules it violates.
        quota_mb: its quota, in MB, more than 0; by default that of its type.
        master: whether it is a master account.
        type: its webmail type, one of `webmail_names`; `standard` by default, `activesync` and
            `premium` are also known.
    """

    leaves_out_none = True
    sets_once = frozenset({"password"})

    password: Secret
    quota_mb: Annotated[QuotaMB | None, Field(alias="quota")] = None
    master: Flag | None = None
    type: TypeName | None = None


class MailboxUpdate(RequestModel):
    """The fields of a mailbox to change, at least one; others stay unchanged.

    Attributes:
        password: a new password that was never used before.
        quota_mb: its quota, in MB, more than 0.
        master: whether it is a master account.
        type: its webmail type, one of `webmail_names`.
        username: a new name; the old name no longer exists afterwards.
    """

    leaves_out_none = True
    needs_a_field = True
    sets_once = frozenset({"password", "username"})

    password: Secret | None = None
    quota_mb: Annotated[QuotaMB | None, Field(alias="quota")] = None
    master: Flag | None = None
    type: TypeName | None = None
    username: NewName | None = None

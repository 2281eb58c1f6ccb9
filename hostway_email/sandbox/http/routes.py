"""The 63 operations of the API: id, method, path and required credentials."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["OPERATIONS", "Access", "Operation"]


class Access(Enum):
    """The credentials that an operation requires."""

    ANYONE = "anyone"
    ACCOUNT = "account"
    OWNER = "owner"  # of the mailbox in the path: its address and its password
    ACCOUNT_OR_OWNER = "account or owner"
    ACCOUNT_OR_OWNER_ELSE_403 = "account or owner, 403 for other owners"
    ACCOUNT_OR_ANY_OWNER = "account or any owner"


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path template; braces mark path parameters."""

    id: str
    method: str
    template: str
    access: Access = Access.ACCOUNT
    content_type_required: bool = True
    # The operation's self link ends with a slash, so that path must work too.
    slash: bool = False
    # Its 404 has an empty body where those of other operations have an envelope.
    bare_404: bool = False


_A = "/accounts/{account}/email/{domain}"
_U = _A + "/usernames/{mailboxName}"
_S = "/email/{domain}"
_SU = _S + "/usernames/{mailboxName}"

_Op = Operation
_ANYONE = Access.ANYONE
_OWNER = Access.OWNER
_EITHER = Access.ACCOUNT_OR_OWNER
_ELSE_403 = Access.ACCOUNT_OR_OWNER_ELSE_403
_ANY_OWNER = Access.ACCOUNT_OR_ANY_OWNER

OPERATIONS: tuple[Operation, ...] = (
    _Op("aliases.list", "GET", _A + "/aliases", content_type_required=False, slash=True),
    _Op("domain_blackwhitelist.delete_address", "DELETE", _A + "/blackwhitelist/{address}"),
    _Op("domain_blackwhitelist.get_address", "GET", _A + "/blackwhitelist/{address}", slash=True),
    _Op("domain_blackwhitelist.list", "GET", _A + "/blackwhitelist"),
    _Op("domain_blackwhitelist.put", "PUT", _A + "/blackwhitelist"),
    _Op("domain_cleanmailplus.get", "GET", _A + "/cleanmailplus", bare_404=True),
    _Op("domain_cleanmailplus.put", "PUT", _A + "/cleanmailplus"),
    _Op("contacts.delete", "DELETE", _A + "/contacts/{contact}"),
    _Op("contacts.get", "GET", _A + "/contacts/{contact}", bare_404=True),
    _Op("contacts.put", "PUT", _A + "/contacts/{contact}"),
    _Op("contacts.list", "GET", _A + "/contacts"),
    _Op("contacts.create", "POST", _A + "/contacts"),
    _Op("infostore.get", "GET", _A + "/infostore", slash=True),
    _Op("infostore.put", "PUT", _A + "/infostore"),
    _Op(
        "statistics.mailbox_type_count",
        "GET",
        _A + "/statistics/mailboxTypeCount",
        content_type_required=False,
        slash=True,
    ),
    _Op("autoresponder.get", "GET", _U + "/autoresponder", slash=True),
    _Op("autoresponder.put", "PUT", _U + "/autoresponder"),
    _Op("mailbox_blackwhitelist.delete_address", "DELETE", _U + "/blackwhitelist/{address}"),
    _Op("mailbox_blackwhitelist.get_address", "GET", _U + "/blackwhitelist/{address}", slash=True),
    _Op("mailbox_blackwhitelist.list", "GET", _U + "/blackwhitelist"),
    _Op("mailbox_blackwhitelist.put", "PUT", _U + "/blackwhitelist"),
    _Op("mailbox_cleanmailplus.get", "GET", _U + "/cleanmailplus", bare_404=True),
    _Op("mailbox_cleanmailplus.put", "PUT", _U + "/cleanmailplus"),
    _Op("exchange.action", "POST", _U + "/exchange/action", _ANYONE),
    _Op(
        "exchange.messagestats",
        "GET",
        _U + "/exchange/messagestats",
        content_type_required=False,
        slash=True,
    ),
    _Op("exchange.delete", "DELETE", _U + "/exchange"),
    _Op("exchange.get", "GET", _U + "/exchange", slash=True, bare_404=True),
    _Op("exchange.put", "PUT", _U + "/exchange"),
    _Op("forwards.delete", "DELETE", _U + "/forwards/{fwd-mailbox}"),
    _Op("forwards.get", "GET", _U + "/forwards", slash=True),
    _Op("forwards.create", "POST", _U + "/forwards"),
    _Op("mailbox.action", "POST", _U + "/mailbox/action", _ANYONE),
    _Op("mailbox.delete", "DELETE", _U + "/mailbox"),
    _Op("mailbox.get", "GET", _U + "/mailbox", slash=True),
    _Op("mailbox.put", "PUT", _U + "/mailbox"),
    _Op(
        "mailbox.messagestats",
        "GET",
        _U + "/mailbox/messagestats",
        content_type_required=False,
        slash=True,
    ),
    _Op("migration.create_ticket", "POST", _U + "/migration"),
    _Op("secrets.get", "GET", _U + "/secrets", _ANYONE, slash=True),
    _Op("secrets.put", "PUT", _U + "/secrets", _ELSE_403),
    _Op("webmail.get", "GET", _U + "/webmail", slash=True),
    _Op("webmail.create", "POST", _U + "/webmail"),
    # Its errors for end users are documented on the long path as well.
    _Op("webmail.put", "PUT", _U + "/webmail", _EITHER),
    _Op("usernames.get", "GET", _U, content_type_required=False, slash=True),
    _Op("usernames.list", "GET", _A + "/usernames", content_type_required=False),
    _Op("domain_webmail.get", "GET", _A + "/webmail", slash=True),
    _Op("domain_webmail.put", "PUT", _A + "/webmail"),
    _Op("webmail_limits.get", "GET", _A + "/webmailLimits", slash=True),
    _Op("webmail_names.get", "GET", _A + "/webmailNames", slash=True),
    _Op("webmail_upgrade.get", "GET", _A + "/webmailUpgrade", slash=True),
    _Op("domain.get", "GET", _A, content_type_required=False, slash=True),
    _Op(
        "avas.sso_link",
        "GET",
        "/accounts/{accountId}/avas/{domain}/SSOLink",
        content_type_required=False,
    ),
    _Op("short.exchange.action", "POST", _SU + "/exchange/action", _ANYONE),
    _Op("short.mailbox.action", "POST", _SU + "/mailbox/action", _ANYONE),
    _Op("short.secrets.get", "GET", _SU + "/secrets", _ANYONE),
    _Op("short.secrets.put", "PUT", _SU + "/secrets", _ELSE_403),
    _Op("short.webmail.get", "GET", _SU + "/webmail", _OWNER, slash=True),
    _Op("short.webmail.create", "POST", _SU + "/webmail", _OWNER),
    _Op("short.webmail.put", "PUT", _SU + "/webmail", _OWNER),
    _Op("short.webmail_limits.get", "GET", _S + "/webmailLimits", _ANY_OWNER, slash=True),
    _Op("short.webmail_names.get", "GET", _S + "/webmailNames", _ANY_OWNER, slash=True),
    _Op("short.webmail_upgrade.get", "GET", _S + "/webmailUpgrade", _ANY_OWNER, slash=True),
    _Op("secret_questions.get", "GET", "/email/secretQuestions", _ANYONE, slash=True),
    _Op(
        "secret_question_settings.get",
        "GET",
        "/email/secretQuestionSettings",
        _ANYONE,
        content_type_required=False,
    ),
)

"""The 63 operations of the API: id, method, path, credentials, query parameters and body."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from hostway_email.sandbox.http import documented as doc

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
    query: doc.Query = field(default_factory=dict, hash=False)
    body: doc.Body | None = None
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
    _Op(
        "domain_blackwhitelist.list", "GET", _A + "/blackwhitelist", query=doc.BLACKWHITELIST_QUERY
    ),
    _Op("domain_blackwhitelist.put", "PUT", _A + "/blackwhitelist", body=doc.BLACKWHITELIST),
    _Op("domain_cleanmailplus.get", "GET", _A + "/cleanmailplus", bare_404=True),
    _Op("domain_cleanmailplus.put", "PUT", _A + "/cleanmailplus", body=doc.ATTRIBUTES),
    _Op("contacts.delete", "DELETE", _A + "/contacts/{contact}"),
    _Op("contacts.get", "GET", _A + "/contacts/{contact}", bare_404=True),
    _Op("contacts.put", "PUT", _A + "/contacts/{contact}", body=doc.UPDATED_CONTACT),
    _Op("contacts.list", "GET", _A + "/contacts", query=doc.CONTACT_QUERY),
    _Op("contacts.create", "POST", _A + "/contacts", body=doc.NEW_CONTACT),
    _Op("infostore.get", "GET", _A + "/infostore", slash=True),
    _Op("infostore.put", "PUT", _A + "/infostore", body=doc.INFOSTORE),
    _Op(
        "statistics.mailbox_type_count",
        "GET",
        _A + "/statistics/mailboxTypeCount",
        content_type_required=False,
        slash=True,
    ),
    _Op("autoresponder.get", "GET", _U + "/autoresponder", slash=True),
    _Op("autoresponder.put", "PUT", _U + "/autoresponder", body=doc.AUTORESPONDER),
    _Op("mailbox_blackwhitelist.delete_address", "DELETE", _U + "/blackwhitelist/{address}"),
    _Op("mailbox_blackwhitelist.get_address", "GET", _U + "/blackwhitelist/{address}", slash=True),
    _Op(
        "mailbox_blackwhitelist.list", "GET", _U + "/blackwhitelist", query=doc.BLACKWHITELIST_QUERY
    ),
    _Op("mailbox_blackwhitelist.put", "PUT", _U + "/blackwhitelist", body=doc.BLACKWHITELIST),
    _Op("mailbox_cleanmailplus.get", "GET", _U + "/cleanmailplus", bare_404=True),
    _Op("mailbox_cleanmailplus.put", "PUT", _U + "/cleanmailplus", body=doc.ATTRIBUTES),
    _Op("exchange.action", "POST", _U + "/exchange/action", _ANYONE, body=doc.ACTION),
    _Op(
        "exchange.messagestats",
        "GET",
        _U + "/exchange/messagestats",
        content_type_required=False,
        slash=True,
    ),
    _Op("exchange.delete", "DELETE", _U + "/exchange"),
    _Op("exchange.get", "GET", _U + "/exchange", slash=True, bare_404=True),
    _Op("exchange.put", "PUT", _U + "/exchange", body=doc.EXCHANGE),
    _Op("forwards.delete", "DELETE", _U + "/forwards/{fwd-mailbox}"),
    _Op("forwards.get", "GET", _U + "/forwards", slash=True),
    _Op("forwards.create", "POST", _U + "/forwards", body=doc.TARGETS),
    _Op("mailbox.action", "POST", _U + "/mailbox/action", _ANYONE, body=doc.ACTION),
    _Op("mailbox.delete", "DELETE", _U + "/mailbox"),
    _Op("mailbox.get", "GET", _U + "/mailbox", slash=True),
    _Op("mailbox.put", "PUT", _U + "/mailbox", body=doc.MAILBOX),
    _Op(
        "mailbox.messagestats",
        "GET",
        _U + "/mailbox/messagestats",
        content_type_required=False,
        slash=True,
    ),
    _Op("migration.create_ticket", "POST", _U + "/migration", body=doc.TICKET),
    _Op("secrets.get", "GET", _U + "/secrets", _ANYONE, slash=True),
    _Op("secrets.put", "PUT", _U + "/secrets", _ELSE_403, body=doc.SECRETS),
    _Op("webmail.get", "GET", _U + "/webmail", slash=True),
    _Op("webmail.create", "POST", _U + "/webmail", body=doc.NEW_WEBMAIL),
    # Its errors for end users are documented on the long path as well.
    _Op("webmail.put", "PUT", _U + "/webmail", _EITHER, body=doc.UPDATED_WEBMAIL),
    _Op("usernames.get", "GET", _U, content_type_required=False, slash=True),
    _Op(
        "usernames.list",
        "GET",
        _A + "/usernames",
        content_type_required=False,
        query=doc.USERNAMES_QUERY,
    ),
    _Op("domain_webmail.get", "GET", _A + "/webmail", slash=True),
    _Op("domain_webmail.put", "PUT", _A + "/webmail", body=doc.WEBMAIL_SETTINGS),
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
    _Op("short.exchange.action", "POST", _SU + "/exchange/action", _ANYONE, body=doc.ACTION),
    _Op("short.mailbox.action", "POST", _SU + "/mailbox/action", _ANYONE, body=doc.ACTION),
    _Op("short.secrets.get", "GET", _SU + "/secrets", _ANYONE),
    _Op("short.secrets.put", "PUT", _SU + "/secrets", _ELSE_403, body=doc.SECRETS),
    _Op("short.webmail.get", "GET", _SU + "/webmail", _OWNER, slash=True),
    _Op("short.webmail.create", "POST", _SU + "/webmail", _OWNER, body=doc.NEW_WEBMAIL),
    _Op("short.webmail.put", "PUT", _SU + "/webmail", _OWNER, body=doc.UPDATED_WEBMAIL),
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

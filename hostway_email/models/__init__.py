"""The request and response models, one module for each resource."""

from __future__ import annotations

from hostway_email.models._request import RequestModel
from hostway_email.models.aliases import DomainAliases
from hostway_email.models.antispam import SSOLink, SSOLinkResponse
from hostway_email.models.autoresponder import Autoresponder, AutoresponderSettings
from hostway_email.models.blackwhitelist import (
    BlackWhitelistPage,
    BlackWhitelistUpdate,
    ListedAddress,
)
from hostway_email.models.cleanmailplus import (
    FilterAttribute,
    FilterAttributes,
    FilterOption,
    FilterUpdate,
)
from hostway_email.models.contacts import (
    Contact,
    ContactCreate,
    ContactFilter,
    ContactPage,
    ContactUpdate,
)
from hostway_email.models.domain import DomainInfo
from hostway_email.models.exchange import (
    ExchangeCreate,
    ExchangeMailbox,
    ExchangeUpdate,
    ProxyAddress,
)
from hostway_email.models.exchange_values import ExchangeNumber, ExchangeSize, ExchangeTimestamp
from hostway_email.models.forwards import Forwards, ForwardsCreate, ForwardTarget
from hostway_email.models.infostore import InfoStore, InfoStoreUpdate
from hostway_email.models.mailbox import Mailbox, MailboxCreate, MailboxUpdate, SitemailUrl
from hostway_email.models.message_stats import FolderCount, MessageCount, MessageStats
from hostway_email.models.migration import MigrationTicket
from hostway_email.models.passwords import PasswordReset, password_problems
from hostway_email.models.results import PutResult
from hostway_email.models.secret_questions import SecretQuestions, SecretQuestionSettings
from hostway_email.models.secrets import SecretKeys, SecretsUpdate
from hostway_email.models.statistics import MailboxTypeCount
from hostway_email.models.usernames import (
    MailboxKind,
    UsernameDetails,
    UsernameEntry,
    UsernamePage,
)
from hostway_email.models.webmail import (
    DomainWebmail,
    DomainWebmailUpdate,
    Webmail,
    WebmailCreate,
    WebmailUpdate,
)
from hostway_email.models.webmail_limits import WebmailLimits
from hostway_email.models.webmail_names import WebmailNames
from hostway_email.models.webmail_upgrade import WebmailUpgrade

__all__ = [
    "Autoresponder",
    "AutoresponderSettings",
    "BlackWhitelistPage",
    "BlackWhitelistUpdate",
    "Contact",
    "ContactCreate",
    "ContactFilter",
    "ContactPage",
    "ContactUpdate",
    "DomainAliases",
    "DomainInfo",
    "DomainWebmail",
    "DomainWebmailUpdate",
    "ExchangeCreate",
    "ExchangeMailbox",
    "ExchangeNumber",
    "ExchangeSize",
    "ExchangeTimestamp",
    "ExchangeUpdate",
    "FilterAttribute",
    "FilterAttributes",
    "FilterOption",
    "FilterUpdate",
    "FolderCount",
    "ForwardTarget",
    "Forwards",
    "ForwardsCreate",
    "InfoStore",
    "InfoStoreUpdate",
    "ListedAddress",
    "Mailbox",
    "MailboxCreate",
    "MailboxKind",
    "MailboxTypeCount",
    "MailboxUpdate",
    "MessageCount",
    "MessageStats",
    "MigrationTicket",
    "PasswordReset",
    "ProxyAddress",
    "PutResult",
    "RequestModel",
    "SSOLink",
    "SSOLinkResponse",
    "SecretKeys",
    "SecretQuestionSettings",
    "SecretQuestions",
    "SecretsUpdate",
    "SitemailUrl",
    "UsernameDetails",
    "UsernameEntry",
    "UsernamePage",
    "Webmail",
    "WebmailCreate",
    "WebmailLimits",
    "WebmailNames",
    "WebmailUpdate",
    "WebmailUpgrade",
    "password_problems",
]

"""The operations of the API: one module for each resource, one method for each operation."""

from __future__ import annotations

from hostway_email.resources.aliases import AliasesResource
from hostway_email.resources.antispam import AntispamResource
from hostway_email.resources.autoresponder import AutoresponderResource
from hostway_email.resources.blackwhitelist import BlackWhitelistResource
from hostway_email.resources.cleanmailplus import CleanMailPlusResource
from hostway_email.resources.contacts import ContactsResource
from hostway_email.resources.domain import DomainResource
from hostway_email.resources.exchange import ExchangeResource, ShortExchangeResource
from hostway_email.resources.forwards import ForwardsResource
from hostway_email.resources.infostore import InfoStoreResource
from hostway_email.resources.mailbox import MailboxResource, ShortMailboxResource
from hostway_email.resources.message_stats import MessageStatsResource
from hostway_email.resources.migration import MigrationResource
from hostway_email.resources.passwords import PasswordResource
from hostway_email.resources.secret_questions import (
    SecretQuestionSettingsResource,
    SecretQuestionsResource,
)
from hostway_email.resources.secrets import SecretsResource
from hostway_email.resources.statistics import StatisticsResource
from hostway_email.resources.usernames import UsernameResource, UsernamesResource
from hostway_email.resources.webmail import DomainWebmailResource, WebmailResource
from hostway_email.resources.webmail_limits import WebmailLimitsResource
from hostway_email.resources.webmail_names import WebmailNamesResource
from hostway_email.resources.webmail_upgrade import WebmailUpgradeResource

__all__ = [
    "AliasesResource",
    "AntispamResource",
    "AutoresponderResource",
    "BlackWhitelistResource",
    "CleanMailPlusResource",
    "ContactsResource",
    "DomainResource",
    "DomainWebmailResource",
    "ExchangeResource",
    "ForwardsResource",
    "InfoStoreResource",
    "MailboxResource",
    "MessageStatsResource",
    "MigrationResource",
    "PasswordResource",
    "SecretQuestionSettingsResource",
    "SecretQuestionsResource",
    "SecretsResource",
    "ShortExchangeResource",
    "ShortMailboxResource",
    "StatisticsResource",
    "UsernameResource",
    "UsernamesResource",
    "WebmailLimitsResource",
    "WebmailNamesResource",
    "WebmailResource",
    "WebmailUpgradeResource",
]

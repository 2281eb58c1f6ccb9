"""Handles on an account, a domain and a username, in the long and the short form.

Creating a handle sends no request. Its resources are created at each access, which is cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hostway_email._core.path import ROOT, Path
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
from hostway_email.resources.migration import MigrationResource
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

if TYPE_CHECKING:
    from hostway_email._core.call import Meter
    from hostway_email._core.session import Session
    from hostway_email.retry import RetryPolicy

__all__ = [
    "AccountHandle",
    "DomainHandle",
    "MeteredDomain",
    "ShortDomainHandle",
    "ShortUsernameHandle",
    "UsernameHandle",
]


class AccountHandle:
    """An account, reached as `hostway.account("account007")`.

    Attributes:
        name: the account, as it was given.

    Raises:
        InvalidRequestError: the name is invalid, such as an empty one or `..`.
    """

    __slots__ = ("_session", "name")

    def __init__(self, session: Session, name: str) -> None:
        _account_path(name)
        self._session = session
        self.name = name

    def domain(self, name: str) -> DomainHandle:
        """Return a handle on a domain of the account, without checking that it exists.

        Raises:
            InvalidRequestError: the name is invalid, such as an empty one or `..`.
        """
        return DomainHandle(self._session, self.name, name)

    def __repr__(self) -> str:
        return f"AccountHandle({self.name!r})"


class DomainHandle(DomainResource):
    """A domain of an account, reached as `hostway.account("account007").domain("example.com")`.

    Attributes:
        account: the account, as it was given.
        name: the domain, as it was given.
    """

    __slots__ = ("account", "name")

    def __init__(self, session: Session, account: str, name: str) -> None:
        super().__init__(session, (_account_path(account) / "email").value("domain", name))
        self.account = account
        self.name = name

    def username(self, name: str) -> UsernameHandle:
        """Return a handle on a username of the domain, without checking that it exists.

        Raises:
            InvalidRequestError: the name is invalid, such as an empty one or `..`.
        """
        return UsernameHandle(self._session, _username_path(self._path, name), name)

    @property
    def usernames(self) -> UsernamesResource:
        """All usernames of the domain."""
        return UsernamesResource(self._session, self._path)

    @property
    def aliases(self) -> AliasesResource:
        """The aliases of the domain."""
        return AliasesResource(self._session, self._path)

    @property
    def blackwhitelist(self) -> BlackWhitelistResource:
        """The black/white list of the whole domain."""
        return BlackWhitelistResource(self._session, self._path)

    @property
    def cleanmailplus(self) -> CleanMailPlusResource:
        """The spam and virus filter of the whole domain."""
        return CleanMailPlusResource(self._session, self._path)

    @property
    def contacts(self) -> ContactsResource:
        """The global address book."""
        return ContactsResource(self._session, self._path)

    @property
    def infostore(self) -> InfoStoreResource:
        """The file storage of the users of the domain."""
        return InfoStoreResource(self._session, self._path)

    @property
    def statistics(self) -> StatisticsResource:
        """The statistics of the domain."""
        return StatisticsResource(self._session, self._path)

    @property
    def webmail(self) -> DomainWebmailResource:
        """The webmail settings of the domain."""
        return DomainWebmailResource(self._session, self._path)

    @property
    def webmail_limits(self) -> WebmailLimitsResource:
        """The limits of mailboxes for each webmail type."""
        return WebmailLimitsResource(self._session, self._path)

    @property
    def webmail_names(self) -> WebmailNamesResource:
        """The webmail types of the domain."""
        return WebmailNamesResource(self._session, self._path)

    @property
    def webmail_upgrade(self) -> WebmailUpgradeResource:
        """The permission of the product to change webmail types."""
        return WebmailUpgradeResource(self._session, self._path)

    @property
    def antispam(self) -> AntispamResource:
        """The antispam control panel."""
        path = (_account_path(self.account) / "avas").value("domain", self.name)
        return AntispamResource(self._session, path)

    def __repr__(self) -> str:
        return f"DomainHandle({self.account!r}, {self.name!r})"


class MeteredDomain(DomainHandle):
    """A domain with a meter and a retry policy of its own: the audit's view of the client.

    Parameters:
        domain: the domain; its connections, limits and credentials are used.
        meter: counts the requests.
        adapt: returns the retry policy, given that of `domain`.
    """

    __slots__ = ("meter",)

    def __init__(
        self, domain: DomainHandle, meter: Meter, adapt: Callable[[RetryPolicy], RetryPolicy]
    ) -> None:
        session = domain._session.derive(retry=adapt(domain._session.retry), meter=meter)
        super().__init__(session, domain.account, domain.name)
        self.meter = meter

    @property
    def secret_questions(self) -> SecretQuestionsResource:
        """The secret questions that users can answer, of all domains."""
        return SecretQuestionsResource(self._session, ROOT / "email")

    @property
    def secret_question_settings(self) -> SecretQuestionSettingsResource:
        """The number of secret questions that a user must answer, of all domains."""
        return SecretQuestionSettingsResource(self._session, ROOT / "email")


class UsernameHandle(UsernameResource):
    """A username of a domain, reached as `domain.username("ana")`.

    Attributes:
        name: the username, as it was given.
    """

    __slots__ = ("name",)

    def __init__(self, session: Session, path: Path, name: str) -> None:
        super().__init__(session, path)
        self.name = name

    @property
    def mailbox(self) -> MailboxResource:
        """Its regular mailbox."""
        return MailboxResource(self._session, self._path / "mailbox")

    @property
    def exchange(self) -> ExchangeResource:
        """Its Exchange mailbox."""
        return ExchangeResource(self._session, self._path / "exchange")

    @property
    def forwards(self) -> ForwardsResource:
        """Its forwards."""
        return ForwardsResource(self._session, self._path)

    @property
    def autoresponder(self) -> AutoresponderResource:
        """Its autoresponder."""
        return AutoresponderResource(self._session, self._path)

    @property
    def blackwhitelist(self) -> BlackWhitelistResource:
        """Its own black/white list."""
        return BlackWhitelistResource(self._session, self._path)

    @property
    def cleanmailplus(self) -> CleanMailPlusResource:
        """Its own spam and virus filter."""
        return CleanMailPlusResource(self._session, self._path)

    @property
    def secrets(self) -> SecretsResource:
        """Its answered secret questions."""
        return SecretsResource(self._session, self._path)

    @property
    def webmail(self) -> WebmailResource:
        """Its webmail account."""
        return WebmailResource(self._session, self._path)

    @property
    def migration(self) -> MigrationResource:
        """Support tickets for its failed migration."""
        return MigrationResource(self._session, self._path)


class ShortDomainHandle:
    """A domain without its account, reached as `hostway.domain("example.com")`.

    It has the operations that the API documents for the short form only.

    Attributes:
        name: the domain, as it was given.

    Raises:
        InvalidRequestError: the name is invalid, such as an empty one or `..`.
    """

    __slots__ = ("_path", "_session", "name")

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._path = (ROOT / "email").value("domain", name)
        self.name = name

    def username(self, name: str) -> ShortUsernameHandle:
        """Return a handle on a username of the domain, without checking that it exists.

        Raises:
            InvalidRequestError: the name is invalid, such as an empty one or `..`.
        """
        return ShortUsernameHandle(self._session, _username_path(self._path, name), name)

    @property
    def webmail_limits(self) -> WebmailLimitsResource:
        """The limits of mailboxes for each webmail type."""
        return WebmailLimitsResource(self._session, self._path)

    @property
    def webmail_names(self) -> WebmailNamesResource:
        """The webmail types of the domain."""
        return WebmailNamesResource(self._session, self._path)

    @property
    def webmail_upgrade(self) -> WebmailUpgradeResource:
        """The permission of the product to change webmail types."""
        return WebmailUpgradeResource(self._session, self._path)

    def __repr__(self) -> str:
        return f"ShortDomainHandle({self.name!r})"


class ShortUsernameHandle:
    """A username in the short form, reached as `hostway.domain("example.com").username("ana")`.

    Attributes:
        name: the username, as it was given.
    """

    __slots__ = ("_path", "_session", "name")

    def __init__(self, session: Session, path: Path, name: str) -> None:
        self._session = session
        self._path = path
        self.name = name

    @property
    def mailbox(self) -> ShortMailboxResource:
        """Its regular mailbox, whose only operation is the password reset."""
        return ShortMailboxResource(self._session, self._path / "mailbox")

    @property
    def exchange(self) -> ShortExchangeResource:
        """Its Exchange mailbox, whose only operation is the password reset."""
        return ShortExchangeResource(self._session, self._path / "exchange")

    @property
    def secrets(self) -> SecretsResource:
        """Its answered secret questions."""
        return SecretsResource(self._session, self._path)

    @property
    def webmail(self) -> WebmailResource:
        """Its webmail account; the API requires the credentials of the mailbox itself."""
        return WebmailResource(self._session, self._path)

    def __repr__(self) -> str:
        return f"ShortUsernameHandle({self._path.raw!r})"


def _account_path(account: str) -> Path:
    return (ROOT / "accounts").value("account", account)


def _username_path(domain: Path, name: str) -> Path:
    return (domain / "usernames").value("name", name)

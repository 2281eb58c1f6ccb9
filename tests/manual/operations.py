"""The 63 operations of the API, each with its call of the client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from hostway_email import (
    AutoresponderSettings,
    ContactCreate,
    ContactUpdate,
    DomainHandle,
    ExchangeCreate,
    ExchangeUpdate,
    HostwayEmail,
    ListedAddress,
    MailboxCreate,
    MailboxUpdate,
    ShortDomainHandle,
    ShortUsernameHandle,
    UsernameHandle,
    WebmailCreate,
    WebmailUpdate,
)
from hostway_email.sandbox import Sandbox

__all__ = ["OPERATIONS", "Call", "Operation", "documented_sandbox"]

Call = Callable[[HostwayEmail], Awaitable[object]]


@dataclass(frozen=True)
class Operation:
    """One method on one path.

    Attributes:
        id: a name for it, the same as in the sandbox.
        verb: the verb.
        template: the path with names in braces, as docstrings, errors and logs write it.
        call: how the client calls it, in the domain that `documented_sandbox()` makes.
        other: a second method of the client that sends the same verb to the same path.
    """

    id: str
    verb: str
    template: str
    call: Call
    other: Call | None = None

    @property
    def line(self) -> str:
        """Method and template, as in a docstring."""
        return f"{self.verb} {self.template}"


def documented_sandbox() -> Sandbox:
    """Return a sandbox in which every operation of the manual succeeds."""
    sandbox = Sandbox(mailboxes=0, today=date(2026, 3, 2))
    sandbox.add_mailbox("ana", password="Ana-secret-1", forwards=["ana@example.net"])
    sandbox.add_mailbox("ben", password="Ben-secret-1", webmail=None)
    sandbox.add_exchange("eva", password="Eva-secret-1", display_name="Eva Ito")
    sandbox.domain.blackwhitelist["@example.net"] = "B"
    sandbox.mailbox("ana").blackwhitelist["@example.net"] = "B"
    sandbox.domain.contacts["carl"] = {"email": "carl@example.net", "displayName": "Carl"}
    return sandbox


def domain(hostway: HostwayEmail) -> DomainHandle:
    return hostway.account("account007").domain("example.com")


def user(hostway: HostwayEmail, name: str = "ana") -> UsernameHandle:
    return domain(hostway).username(name)


def short(hostway: HostwayEmail) -> ShortDomainHandle:
    return hostway.domain("example.com")


def short_user(hostway: HostwayEmail, name: str = "ana") -> ShortUsernameHandle:
    """Return a username in the short form, with the credentials of its owner."""
    password = f"{name.capitalize()}-secret-1"
    owner = hostway.with_options(username=f"{name}@example.com", password=password)
    return owner.domain("example.com").username(name)


LISTED: Final = [ListedAddress(address="dora@example.net", type="W")]
ANSWERS: Final = {"tk1": "answer1", "tk2": "answer2", "tk3": "answer3"}
NEW: Final = "New-secret-2"

A = "/accounts/{account}/email/{domain}"
U = f"{A}/usernames/{{name}}"
S = "/email/{domain}"
SU = f"{S}/usernames/{{name}}"

OPERATIONS: Final = (
    Operation("domain.get", "GET", A, lambda hostway: domain(hostway).get()),
    Operation(
        "aliases.list", "GET", f"{A}/aliases", lambda hostway: domain(hostway).aliases.list()
    ),
    Operation(
        "infostore.get", "GET", f"{A}/infostore", lambda hostway: domain(hostway).infostore.get()
    ),
    Operation(
        "infostore.put",
        "PUT",
        f"{A}/infostore",
        lambda hostway: domain(hostway).infostore.update(quota_mb=50),
    ),
    Operation(
        "statistics.mailbox_type_count",
        "GET",
        f"{A}/statistics/mailboxTypeCount",
        lambda hostway: domain(hostway).statistics.mailbox_type_count(),
    ),
    Operation(
        "avas.sso_link",
        "GET",
        "/accounts/{account}/avas/{domain}/SSOLink",
        lambda hostway: domain(hostway).antispam.sso_link(),
    ),
    # The address book.
    Operation(
        "contacts.list",
        "GET",
        f"{A}/contacts",
        lambda hostway: domain(hostway).contacts.list().collect(),
    ),
    Operation(
        "contacts.create",
        "POST",
        f"{A}/contacts",
        lambda hostway: domain(hostway).contacts.create(
            ContactCreate(name="dora", email="dora@example.net", display_name="Dora")
        ),
    ),
    Operation(
        "contacts.get",
        "GET",
        f"{A}/contacts/{{contact}}",
        lambda hostway: domain(hostway).contacts.get("carl"),
    ),
    Operation(
        "contacts.put",
        "PUT",
        f"{A}/contacts/{{contact}}",
        lambda hostway: domain(hostway).contacts.update("carl", ContactUpdate(city="Berlin")),
    ),
    Operation(
        "contacts.delete",
        "DELETE",
        f"{A}/contacts/{{contact}}",
        lambda hostway: domain(hostway).contacts.delete("carl"),
    ),
    # Black/white lists, of the domain and of a mailbox.
    Operation(
        "domain_blackwhitelist.list",
        "GET",
        f"{A}/blackwhitelist",
        lambda hostway: domain(hostway).blackwhitelist.list().collect(),
    ),
    Operation(
        "domain_blackwhitelist.put",
        "PUT",
        f"{A}/blackwhitelist",
        lambda hostway: domain(hostway).blackwhitelist.put(LISTED),
    ),
    Operation(
        "domain_blackwhitelist.get_address",
        "GET",
        f"{A}/blackwhitelist/{{address}}",
        lambda hostway: domain(hostway).blackwhitelist.get("@example.net"),
    ),
    Operation(
        "domain_blackwhitelist.delete_address",
        "DELETE",
        f"{A}/blackwhitelist/{{address}}",
        lambda hostway: domain(hostway).blackwhitelist.delete("@example.net"),
    ),
    Operation(
        "mailbox_blackwhitelist.list",
        "GET",
        f"{U}/blackwhitelist",
        lambda hostway: user(hostway).blackwhitelist.list().collect(),
    ),
    Operation(
        "mailbox_blackwhitelist.put",
        "PUT",
        f"{U}/blackwhitelist",
        lambda hostway: user(hostway).blackwhitelist.put(LISTED),
    ),
    Operation(
        "mailbox_blackwhitelist.get_address",
        "GET",
        f"{U}/blackwhitelist/{{address}}",
        lambda hostway: user(hostway).blackwhitelist.get("@example.net"),
    ),
    Operation(
        "mailbox_blackwhitelist.delete_address",
        "DELETE",
        f"{U}/blackwhitelist/{{address}}",
        lambda hostway: user(hostway).blackwhitelist.delete("@example.net"),
    ),
    # Filters, of the domain and of a mailbox.
    Operation(
        "domain_cleanmailplus.get",
        "GET",
        f"{A}/cleanmailplus",
        lambda hostway: domain(hostway).cleanmailplus.get(),
    ),
    Operation(
        "domain_cleanmailplus.put",
        "PUT",
        f"{A}/cleanmailplus",
        lambda hostway: domain(hostway).cleanmailplus.update({"SPAM_LEVEL": "1"}),
    ),
    Operation(
        "mailbox_cleanmailplus.get",
        "GET",
        f"{U}/cleanmailplus",
        lambda hostway: user(hostway).cleanmailplus.get(),
    ),
    Operation(
        "mailbox_cleanmailplus.put",
        "PUT",
        f"{U}/cleanmailplus",
        lambda hostway: user(hostway).cleanmailplus.update({"SPAM_LEVEL": "1"}),
    ),
    # Usernames and mailboxes.
    Operation(
        "usernames.list",
        "GET",
        f"{A}/usernames",
        lambda hostway: domain(hostway).usernames.list().collect(),
    ),
    Operation("usernames.get", "GET", U, lambda hostway: user(hostway).get()),
    Operation("mailbox.get", "GET", f"{U}/mailbox", lambda hostway: user(hostway).mailbox.get()),
    Operation(
        "mailbox.put",
        "PUT",
        f"{U}/mailbox",
        lambda hostway: user(hostway).mailbox.update(MailboxUpdate(quota_mb=85)),
        lambda hostway: user(hostway, "dora").mailbox.create(MailboxCreate(password=NEW)),
    ),
    Operation(
        "mailbox.delete", "DELETE", f"{U}/mailbox", lambda hostway: user(hostway).mailbox.delete()
    ),
    Operation(
        "mailbox.messagestats",
        "GET",
        f"{U}/mailbox/messagestats",
        lambda hostway: user(hostway).mailbox.message_stats(),
    ),
    Operation(
        "mailbox.action",
        "POST",
        f"{U}/mailbox/action",
        lambda hostway: user(hostway).mailbox.reset_password(answers=ANSWERS, password=NEW),
    ),
    Operation(
        "exchange.get", "GET", f"{U}/exchange", lambda hostway: user(hostway, "eva").exchange.get()
    ),
    Operation(
        "exchange.put",
        "PUT",
        f"{U}/exchange",
        lambda hostway: user(hostway, "eva").exchange.update(ExchangeUpdate(city="Berlin")),
        lambda hostway: user(hostway, "dora").exchange.create(
            ExchangeCreate(password=NEW, display_name="Dora")
        ),
    ),
    Operation(
        "exchange.delete",
        "DELETE",
        f"{U}/exchange",
        lambda hostway: user(hostway, "eva").exchange.delete(),
    ),
    Operation(
        "exchange.messagestats",
        "GET",
        f"{U}/exchange/messagestats",
        lambda hostway: user(hostway, "eva").exchange.message_stats(),
    ),
    Operation(
        "exchange.action",
        "POST",
        f"{U}/exchange/action",
        lambda hostway: user(hostway, "eva").exchange.reset_password(answers=ANSWERS, password=NEW),
    ),
    Operation(
        "forwards.get", "GET", f"{U}/forwards", lambda hostway: user(hostway).forwards.list()
    ),
    Operation(
        "forwards.create",
        "POST",
        f"{U}/forwards",
        lambda hostway: user(hostway).forwards.create(["dora@example.net"]),
    ),
    Operation(
        "forwards.delete",
        "DELETE",
        f"{U}/forwards/{{target}}",
        lambda hostway: user(hostway).forwards.delete("ana@example.net"),
    ),
    Operation(
        "autoresponder.get",
        "GET",
        f"{U}/autoresponder",
        lambda hostway: user(hostway).autoresponder.get(),
    ),
    Operation(
        "autoresponder.put",
        "PUT",
        f"{U}/autoresponder",
        lambda hostway: user(hostway).autoresponder.update(
            AutoresponderSettings(body="Back soon", active=True)
        ),
    ),
    Operation(
        "migration.create_ticket",
        "POST",
        f"{U}/migration",
        lambda hostway: user(hostway).migration.create(subject="It failed", body="Please help"),
    ),
    # Webmail.
    Operation(
        "domain_webmail.get", "GET", f"{A}/webmail", lambda hostway: domain(hostway).webmail.get()
    ),
    Operation(
        "domain_webmail.put",
        "PUT",
        f"{A}/webmail",
        lambda hostway: domain(hostway).webmail.update(allow_upgrade=False),
    ),
    Operation("webmail.get", "GET", f"{U}/webmail", lambda hostway: user(hostway).webmail.get()),
    Operation(
        "webmail.create",
        "POST",
        f"{U}/webmail",
        lambda hostway: user(hostway, "ben").webmail.create(WebmailCreate(type="standard")),
    ),
    Operation(
        "webmail.put",
        "PUT",
        f"{U}/webmail",
        lambda hostway: user(hostway).webmail.update(WebmailUpdate(theme="dark")),
    ),
    Operation(
        "webmail_limits.get",
        "GET",
        f"{A}/webmailLimits",
        lambda hostway: domain(hostway).webmail_limits.get(),
    ),
    Operation(
        "webmail_names.get",
        "GET",
        f"{A}/webmailNames",
        lambda hostway: domain(hostway).webmail_names.get(),
    ),
    Operation(
        "webmail_upgrade.get",
        "GET",
        f"{A}/webmailUpgrade",
        lambda hostway: domain(hostway).webmail_upgrade.get(),
    ),
    # Secret questions.
    Operation("secrets.get", "GET", f"{U}/secrets", lambda hostway: user(hostway).secrets.list()),
    Operation(
        "secrets.put", "PUT", f"{U}/secrets", lambda hostway: user(hostway).secrets.set(ANSWERS)
    ),
    Operation(
        "secret_questions.get",
        "GET",
        "/email/secretQuestions",
        lambda hostway: hostway.secret_questions.get(),
    ),
    Operation(
        "secret_question_settings.get",
        "GET",
        "/email/secretQuestionSettings",
        lambda hostway: hostway.secret_question_settings.get(),
    ),
    # Operations without an account in the path.
    Operation(
        "short.mailbox.action",
        "POST",
        f"{SU}/mailbox/action",
        lambda hostway: short_user(hostway).mailbox.reset_password(answers=ANSWERS, password=NEW),
    ),
    Operation(
        "short.exchange.action",
        "POST",
        f"{SU}/exchange/action",
        lambda hostway: short_user(hostway, "eva").exchange.reset_password(
            answers=ANSWERS, password=NEW
        ),
    ),
    Operation(
        "short.secrets.get",
        "GET",
        f"{SU}/secrets",
        lambda hostway: short_user(hostway).secrets.list(),
    ),
    Operation(
        "short.secrets.put",
        "PUT",
        f"{SU}/secrets",
        lambda hostway: short_user(hostway).secrets.set(ANSWERS),
    ),
    Operation(
        "short.webmail.get",
        "GET",
        f"{SU}/webmail",
        lambda hostway: short_user(hostway).webmail.get(),
    ),
    Operation(
        "short.webmail.create",
        "POST",
        f"{SU}/webmail",
        lambda hostway: short_user(hostway, "ben").webmail.create(WebmailCreate(type="standard")),
    ),
    Operation(
        "short.webmail.put",
        "PUT",
        f"{SU}/webmail",
        lambda hostway: short_user(hostway).webmail.update(WebmailUpdate(theme="dark")),
    ),
    Operation(
        "short.webmail_limits.get",
        "GET",
        f"{S}/webmailLimits",
        lambda hostway: short(hostway).webmail_limits.get(),
    ),
    Operation(
        "short.webmail_names.get",
        "GET",
        f"{S}/webmailNames",
        lambda hostway: short(hostway).webmail_names.get(),
    ),
    Operation(
        "short.webmail_upgrade.get",
        "GET",
        f"{S}/webmailUpgrade",
        lambda hostway: short(hostway).webmail_upgrade.get(),
    ),
)
"""All operations, without duplicates."""

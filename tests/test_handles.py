"""Every operation of the API: its call and its request."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CoroutineType
from typing import Any, cast

import pytest

from hostway_email._core.call import Body, Call, CallState, Verb
from hostway_email._core.credentials import Credentials
from hostway_email._core.path import ROOT, Path
from hostway_email._core.reply import Reply
from hostway_email._core.session import Session
from hostway_email.errors import InvalidRequestError
from hostway_email.handles import (
    AccountHandle,
    DomainHandle,
    ShortDomainHandle,
    ShortUsernameHandle,
    UsernameHandle,
)
from hostway_email.models import (
    AutoresponderSettings,
    ContactCreate,
    ContactUpdate,
    ExchangeCreate,
    ExchangeUpdate,
    ListedAddress,
    MailboxCreate,
    MailboxUpdate,
    PutResult,
    SSOLink,
    WebmailCreate,
    WebmailUpdate,
)
from hostway_email.resources._base import Resource
from hostway_email.resources.secret_questions import (
    SecretQuestionSettingsResource,
    SecretQuestionsResource,
)

from .support.transports import response

# The required fields of all responses.
ANSWER = {
    "list": [],
    "targets": [{"target": "a@b"}],
    "quota": 1,
    "minimum": 1,
    "questions": {},
    "messageCount": {},
    "address": "a@b",
    "webmailLimits": {},
    "webmailNames": {},
    "allowed": True,
    "url": "https://panel/",
}


@dataclass
class Recorder:
    """A session that sends nothing and records its requests."""

    status: int = 200
    redirect: str = ""
    sent: list[tuple[str, str, str, dict[str, str], object]] = field(default_factory=list)

    async def send(
        self,
        method: Verb,
        path: Path,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        confidential: bool = False,
        keeps_redirect: bool = False,
    ) -> Reply:
        content = b"" if body is None else body.to_wire()
        given = None if body is None else json.loads(content)
        self.sent.append((method, path.template, path.raw, dict(query or {}), given))
        call = Call(
            method, path, path.raw, body, content, Credentials(), confidential, keeps_redirect
        )
        state = CallState(False, call=call, url=path.raw)
        if self.redirect and keeps_redirect:
            return Reply(state, response(302, headers={"location": self.redirect}))
        is_bare_array = path.template.endswith("cleanmailplus")
        return Reply(state, response(self.status, [] if is_bare_array else ANSWER))


@dataclass
class Handles:
    """The handles of a client over a recording session."""

    domain: DomainHandle
    john: UsernameHandle
    short: ShortDomainHandle
    short_john: ShortUsernameHandle
    questions: SecretQuestionsResource
    settings: SecretQuestionSettingsResource


def session_of(recorder: Recorder) -> Session:
    return cast("Session", recorder)


def handles(recorder: Recorder) -> Handles:
    session = session_of(recorder)
    domain = AccountHandle(session, "acc").domain("d.com")
    short = ShortDomainHandle(session, "d.com")
    return Handles(
        domain,
        domain.username("john"),
        short,
        short.username("john"),
        SecretQuestionsResource(session, ROOT / "email"),
        SecretQuestionSettingsResource(session, ROOT / "email"),
    )


A = "/accounts/{account}/email/{domain}"
U = f"{A}/usernames/{{name}}"
S = "/email/{domain}"
SU = f"{S}/usernames/{{name}}"
PAGED = {"page": "1", "pageSize": "100"}
RESET = {
    "action": "resetPassword",
    "actionData": {"secretQuestionsAnswers": {"tk1": "xy"}, "password": "p"},
}
LISTED = {"list": [{"address": "a@b", "type": "W"}]}
ENTRIES = [ListedAddress(address="a@b", type="W")]
FILTER = {"attributes": [{"attributeName": "SPAM_LEVEL", "attributeValue": "1"}]}

Operation = Callable[[Handles], Awaitable[object]]
OPERATIONS: list[tuple[str, Operation, dict[str, str], object]] = [
    (f"GET {A}", lambda h: h.domain.get(), {}, None),
    (f"GET {A}/aliases", lambda h: h.domain.aliases.list(), {}, None),
    (f"GET {A}/usernames", lambda h: h.domain.usernames.list().collect(), PAGED, None),
    (f"GET {A}/blackwhitelist", lambda h: h.domain.blackwhitelist.list().collect(), PAGED, None),
    (f"PUT {A}/blackwhitelist", lambda h: h.domain.blackwhitelist.put(ENTRIES), {}, LISTED),
    (f"GET {A}/blackwhitelist/{{address}}", lambda h: h.domain.blackwhitelist.get("x"), {}, None),
    (
        f"DELETE {A}/blackwhitelist/{{address}}",
        lambda h: h.domain.blackwhitelist.delete("x"),
        {},
        None,
    ),
    (f"GET {A}/cleanmailplus", lambda h: h.domain.cleanmailplus.get(), {}, None),
    (
        f"PUT {A}/cleanmailplus",
        lambda h: h.domain.cleanmailplus.update({"SPAM_LEVEL": "1"}),
        {},
        FILTER,
    ),
    (
        f"GET {A}/contacts",
        lambda h: h.domain.contacts.list(filter={"name": "x"}, search={"email": "y"}).collect(),
        {"filterName": "x", "searchEmail": "y"},
        None,
    ),
    (
        f"POST {A}/contacts",
        lambda h: h.domain.contacts.create(ContactCreate(name="x", email="a@b", display_name="X")),
        {},
        {"name": "x", "email": "a@b", "displayName": "X"},
    ),
    (f"GET {A}/contacts/{{contact}}", lambda h: h.domain.contacts.get("x"), {}, None),
    (
        f"PUT {A}/contacts/{{contact}}",
        lambda h: h.domain.contacts.update("x", ContactUpdate(city="Y")),
        {},
        {"city": "Y"},
    ),
    (f"DELETE {A}/contacts/{{contact}}", lambda h: h.domain.contacts.delete("x"), {}, None),
    (f"GET {A}/infostore", lambda h: h.domain.infostore.get(), {}, None),
    (f"PUT {A}/infostore", lambda h: h.domain.infostore.update(quota_mb=50), {}, {"quota": 50}),
    (
        f"GET {A}/statistics/mailboxTypeCount",
        lambda h: h.domain.statistics.mailbox_type_count(),
        {},
        None,
    ),
    (f"GET {A}/webmail", lambda h: h.domain.webmail.get(), {}, None),
    (
        f"PUT {A}/webmail",
        lambda h: h.domain.webmail.update(allow_upgrade=True),
        {},
        {"allowUpgrade": True},
    ),
    (f"GET {A}/webmailLimits", lambda h: h.domain.webmail_limits.get(), {}, None),
    (f"GET {A}/webmailNames", lambda h: h.domain.webmail_names.get(), {}, None),
    (f"GET {A}/webmailUpgrade", lambda h: h.domain.webmail_upgrade.get(), {}, None),
    (
        "GET /accounts/{account}/avas/{domain}/SSOLink",
        lambda h: h.domain.antispam.sso_link(),
        {},
        None,
    ),
    (f"GET {U}", lambda h: h.john.get(), {}, None),
    (f"GET {U}/mailbox", lambda h: h.john.mailbox.get(), {}, None),
    (
        f"PUT {U}/mailbox",
        lambda h: h.john.mailbox.create(MailboxCreate(password="p", quota_mb=70)),
        {},
        {"password": "p", "quota": 70},
    ),
    (
        f"PUT {U}/mailbox",
        lambda h: h.john.mailbox.update(MailboxUpdate(quota_mb=85)),
        {},
        {"quota": 85},
    ),
    (f"DELETE {U}/mailbox", lambda h: h.john.mailbox.delete(), {}, None),
    (f"GET {U}/mailbox/messagestats", lambda h: h.john.mailbox.message_stats(), {}, None),
    (
        f"POST {U}/mailbox/action",
        lambda h: h.john.mailbox.reset_password(answers={"tk1": "xy"}, password="p"),
        {},
        RESET,
    ),
    (f"GET {U}/exchange", lambda h: h.john.exchange.get(), {}, None),
    (
        f"PUT {U}/exchange",
        lambda h: h.john.exchange.create(ExchangeCreate(password="p", display_name="J")),
        {},
        {"password": "p", "displayName": "J"},
    ),
    (
        f"PUT {U}/exchange",
        lambda h: h.john.exchange.update(ExchangeUpdate(reset_password=True)),
        {},
        {"resetPassword": True},
    ),
    (f"DELETE {U}/exchange", lambda h: h.john.exchange.delete(), {}, None),
    (f"GET {U}/exchange/messagestats", lambda h: h.john.exchange.message_stats(), {}, None),
    (
        f"POST {U}/exchange/action",
        lambda h: h.john.exchange.reset_password(answers={"tk1": "xy"}, password="p"),
        {},
        RESET,
    ),
    (f"GET {U}/forwards", lambda h: h.john.forwards.list(), {}, None),
    (
        f"POST {U}/forwards",
        lambda h: h.john.forwards.create(["a@b"]),
        {},
        {"targets": [{"target": "a@b"}]},
    ),
    (f"DELETE {U}/forwards/{{target}}", lambda h: h.john.forwards.delete("x"), {}, None),
    (f"GET {U}/autoresponder", lambda h: h.john.autoresponder.get(), {}, None),
    (
        f"PUT {U}/autoresponder",
        lambda h: h.john.autoresponder.update(AutoresponderSettings(body="b", active=False)),
        {},
        {"body": "b", "active": False},
    ),
    (f"GET {U}/blackwhitelist", lambda h: h.john.blackwhitelist.list().collect(), PAGED, None),
    (f"PUT {U}/blackwhitelist", lambda h: h.john.blackwhitelist.put(ENTRIES), {}, LISTED),
    (f"GET {U}/blackwhitelist/{{address}}", lambda h: h.john.blackwhitelist.get("x"), {}, None),
    (
        f"DELETE {U}/blackwhitelist/{{address}}",
        lambda h: h.john.blackwhitelist.delete("x"),
        {},
        None,
    ),
    (f"GET {U}/cleanmailplus", lambda h: h.john.cleanmailplus.get(), {}, None),
    (
        f"PUT {U}/cleanmailplus",
        lambda h: h.john.cleanmailplus.update({"SPAM_LEVEL": "1"}),
        {},
        FILTER,
    ),
    (f"GET {U}/secrets", lambda h: h.john.secrets.list(), {}, None),
    (f"PUT {U}/secrets", lambda h: h.john.secrets.set({"tk1": "xy"}), {}, {"tk1": "xy"}),
    (f"GET {U}/webmail", lambda h: h.john.webmail.get(), {}, None),
    (f"POST {U}/webmail", lambda h: h.john.webmail.create(WebmailCreate()), {}, {}),
    (
        f"PUT {U}/webmail",
        lambda h: h.john.webmail.update(WebmailUpdate(type="premium")),
        {},
        {"type": "premium"},
    ),
    (
        f"POST {U}/migration",
        lambda h: h.john.migration.create(subject="s", body="b"),
        {},
        {"subject": "s", "body": "b"},
    ),
    (f"GET {S}/webmailLimits", lambda h: h.short.webmail_limits.get(), {}, None),
    (f"GET {S}/webmailNames", lambda h: h.short.webmail_names.get(), {}, None),
    (f"GET {S}/webmailUpgrade", lambda h: h.short.webmail_upgrade.get(), {}, None),
    (
        f"POST {SU}/mailbox/action",
        lambda h: h.short_john.mailbox.reset_password(answers={"tk1": "xy"}, password="p"),
        {},
        RESET,
    ),
    (
        f"POST {SU}/exchange/action",
        lambda h: h.short_john.exchange.reset_password(answers={"tk1": "xy"}, password="p"),
        {},
        RESET,
    ),
    (f"GET {SU}/secrets", lambda h: h.short_john.secrets.list(), {}, None),
    (f"PUT {SU}/secrets", lambda h: h.short_john.secrets.set({"tk1": "xy"}), {}, {"tk1": "xy"}),
    (f"GET {SU}/webmail", lambda h: h.short_john.webmail.get(), {}, None),
    (f"POST {SU}/webmail", lambda h: h.short_john.webmail.create(WebmailCreate()), {}, {}),
    (
        f"PUT {SU}/webmail",
        lambda h: h.short_john.webmail.update(WebmailUpdate(type="premium")),
        {},
        {"type": "premium"},
    ),
    ("GET /email/secretQuestions", lambda h: h.questions.get(), {}, None),
    ("GET /email/secretQuestionSettings", lambda h: h.settings.get(), {}, None),
]


def run(call: Awaitable[object]) -> object:
    async def waiting() -> object:
        return await call

    return asyncio.run(waiting())


def test_all_operations_are_here() -> None:
    """The API has 63 operations; a PUT that creates and updates is one, with two calls."""
    assert len({operation for operation, *_ in OPERATIONS}) == 63


@pytest.mark.parametrize(
    ("operation", "call", "query", "body"), OPERATIONS, ids=[entry[0] for entry in OPERATIONS]
)
def test_what_is_sent(operation: str, call: Operation, query: dict[str, str], body: object) -> None:
    """Each call is one request: this method, path, query and body."""
    recorder = Recorder()

    run(call(handles(recorder)))

    method, template = operation.split(" ")
    filled = template
    for name, value in {
        "{account}": "acc",
        "{domain}": "d.com",
        "{name}": "john",
        "{address}": "x",
        "{contact}": "x",
        "{target}": "x",
    }.items():
        filled = filled.replace(name, value)
    assert recorder.sent == [(method, template, filled, query, body)]


def test_every_docstring_has_its_operation() -> None:
    """The docstring of a method has the request that it sends."""
    owners = {resource.__name__: resource for resource in _below(Resource)}
    for operation, call, *_ in OPERATIONS:
        waiting = cast("CoroutineType[object, object, object]", call(handles(Recorder())))
        owner, _, name = waiting.cr_code.co_qualname.partition(".")
        waiting.close()
        if owner in owners:
            method = getattr(owners[owner], name)
            assert f"`{operation}`" in (inspect.getdoc(method) or ""), f"{owner}.{name}"


def _below(resource: type[Resource]) -> Iterator[type[Resource]]:
    for inherited in resource.__subclasses__():
        yield inherited
        yield from _below(inherited)


def test_values_are_encoded_whole() -> None:
    """No value of a caller can address another resource."""
    recorder = Recorder()
    domain = DomainHandle(session_of(recorder), "a/b", "d.com?x")

    run(domain.username("j#1").forwards.delete("a b@c"))
    run(domain.contacts.get("a/b"))
    run(domain.blackwhitelist.get("@x.com"))

    assert [sent[2] for sent in recorder.sent] == [
        "/accounts/a%2Fb/email/d.com%3Fx/usernames/j%231/forwards/a%20b%40c",
        "/accounts/a%2Fb/email/d.com%3Fx/contacts/a%2Fb",
        "/accounts/a%2Fb/email/d.com%3Fx/blackwhitelist/%40x.com",
    ]


@pytest.mark.parametrize("value", ["", " ", ".", "..", "a\nb", None, 5])
def test_invalid_names_are_refused(value: str) -> None:
    """A value that a proxy could normalize to another path is refused."""
    recorder = Recorder()
    session = session_of(recorder)
    domain = DomainHandle(session, "acc", "d.com")
    makes: tuple[Callable[[], object], ...] = (
        lambda: AccountHandle(session, value),
        lambda: AccountHandle(session, "acc").domain(value),
        lambda: domain.username(value),
        lambda: ShortDomainHandle(session, value),
        lambda: ShortDomainHandle(session, "d.com").username(value),
        lambda: run(domain.contacts.delete(value)),
        lambda: run(domain.blackwhitelist.delete(value)),
        lambda: run(domain.username("john").forwards.delete(value)),
    )
    for make in makes:
        with pytest.raises(InvalidRequestError):
            make()
    assert recorder.sent == []


@pytest.mark.parametrize(("status", "result"), [(201, PutResult.CREATED), (204, PutResult.UPDATED)])
def test_put_returns_created_or_updated(status: int, result: PutResult) -> None:
    """Only the status shows whether a misspelt name has created a mailbox."""
    john = handles(Recorder(status=status)).john

    assert run(john.mailbox.create(MailboxCreate(password="p"))) is result
    assert run(john.mailbox.update(MailboxUpdate(quota_mb=1))) is result
    assert run(john.exchange.create(ExchangeCreate(password="p", display_name="J"))) is result
    assert run(john.exchange.update(ExchangeUpdate(city="x"))) is result


def test_only_new_names_are_validated() -> None:
    """A list may have names that would be invalid today; they can still be used."""
    recorder = Recorder()
    domain = handles(recorder).domain
    odd, long = domain.username("jöhn smith"), domain.username("j" * 65)

    with pytest.raises(InvalidRequestError, match="letters, digits"):
        run(odd.mailbox.create(MailboxCreate(password="p")))
    with pytest.raises(InvalidRequestError, match="64"):
        run(long.exchange.create(ExchangeCreate(password="p", display_name="J")))
    assert recorder.sent == []

    run(odd.mailbox.update(MailboxUpdate(quota_mb=1)))
    run(odd.exchange.delete())
    run(long.mailbox.create(MailboxCreate(password="p")))
    assert len(recorder.sent) == 3


def test_list_options() -> None:
    """Options are sent under the API's names, and only the given ones."""
    recorder = Recorder()
    domain = handles(recorder).domain

    run(
        domain.usernames.list(
            filter_username="j*",
            sort_field="quota",
            sort_order="desc",
            details=True,
            page_size=7,
            start_page=3,
        ).collect()
    )
    run(domain.usernames.list(page_size=None).collect())
    run(
        domain.blackwhitelist.list(
            filter_address="*x*", filter_type="W", sort_field="address", sort_order="asc"
        ).first()
    )

    assert [sent[3] for sent in recorder.sent] == [
        {
            "filterUsername": "j*",
            "sortField": "quota",
            "sortOrder": "desc",
            "details": "1",
            "page": "3",
            "pageSize": "7",
        },
        {},
        {"filterAddress": "*x*", "filterType": "W", "sortField": "address", "sortOrder": "asc"}
        | PAGED,
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"filter_username": ""},
        {"filter_username": 5},
        {"sort_field": "name"},
        {"sort_order": "up"},
        {"page_size": 0},
        {"start_page": 0},
        {"read_ahead": 0},
    ],
    ids=str,
)
def test_undocumented_options(options: dict[str, Any]) -> None:
    """An invalid option is refused when the pager is created, as the API would ignore it."""
    usernames = handles(Recorder()).domain.usernames

    with pytest.raises(InvalidRequestError) as caught:
        usernames.list(**options)

    assert list(caught.value.fields) == list(options)


@pytest.mark.parametrize(
    "options",
    [{"filter_type": "X"}, {"sort_field": "type"}, {"sort_order": ""}, {"filter_address": ""}],
    ids=str,
)
def test_options_of_a_black_white_list(options: dict[str, Any]) -> None:
    """The same holds for black/white lists."""
    with pytest.raises(InvalidRequestError) as caught:
        handles(Recorder()).john.blackwhitelist.list(**options)

    assert list(caught.value.fields) == list(options)


@pytest.mark.parametrize("redirect", ["", "https://panel/"])
def test_sso_link_may_be_a_redirect(redirect: str) -> None:
    """The link is the response or the target of a redirect, and is never shown."""
    link = run(handles(Recorder(redirect=redirect)).domain.antispam.sso_link())

    assert isinstance(link, SSOLink)
    assert link.url.get_secret_value() == "https://panel/"
    assert "panel" not in repr(link)


def test_short_form_has_only_what_is_documented() -> None:
    """Undocumented operations of the short form do not exist."""
    made = handles(Recorder())

    assert {name for name in dir(made.short) if name[0] != "_"} == {
        *("name", "username", "webmail_limits", "webmail_names", "webmail_upgrade")
    }
    assert {name for name in dir(made.short_john) if name[0] != "_"} == {
        *("name", "exchange", "mailbox", "secrets", "webmail")
    }
    for mailbox in (made.short_john.mailbox, made.short_john.exchange):
        assert {name for name in dir(mailbox) if name[0] != "_"} == {"reset_password"}


def test_names_of_handles() -> None:
    """Handles keep their names."""
    recorder = Recorder()
    made = handles(recorder)

    assert (made.domain.account, made.domain.name, made.john.name) == ("acc", "d.com", "john")
    assert (made.short.name, made.short_john.name) == ("d.com", "john")
    assert repr(made.domain) == "DomainHandle('acc', 'd.com')"
    assert "john" in repr(made.john) + repr(made.john.forwards) + repr(made.short_john)
    assert "acc" in repr(AccountHandle(session_of(recorder), "acc"))
    assert "d.com" in repr(made.short)

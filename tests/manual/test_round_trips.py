"""Round trips of all writable resources: create, read, change one field, read, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from hostway_email import (
    AuthenticationError,
    AutoresponderSettings,
    BadRequestError,
    ConflictError,
    Contact,
    ContactCreate,
    ContactUpdate,
    DomainHandle,
    ExchangeCreate,
    ExchangeUpdate,
    HostwayEmail,
    ListedAddress,
    MailboxCreate,
    MailboxUpdate,
    NotFoundError,
    PutResult,
    ShortUsernameHandle,
    UsernameHandle,
    WebmailCreate,
    WebmailUpdate,
)
from hostway_email.resources import (
    BlackWhitelistResource,
    CleanMailPlusResource,
    SecretsResource,
)
from hostway_email.resources.passwords import PasswordResource
from hostway_email.sandbox import Sandbox, Ticket

from .wire import Wire

pytestmark = pytest.mark.anyio

PASSWORD = "Secret-word-1"
OTHER_PASSWORD = "Secret-word-2"


def domain_of(hostway: HostwayEmail) -> DomainHandle:
    return hostway.account("account007").domain("example.com")


def user(hostway: HostwayEmail, name: str) -> UsernameHandle:
    return domain_of(hostway).username(name)


def owner(hostway: HostwayEmail, name: str, password: str) -> ShortUsernameHandle:
    """Return the short form of a username, with the credentials of its owner."""
    client = hostway.with_options(username=f"{name}@example.com", password=password)
    return client.domain("example.com").username(name)


FORMS = pytest.mark.parametrize(
    "form",
    [
        pytest.param(user, id="long"),
        pytest.param(
            lambda hostway, name: owner(hostway, name, f"{name.capitalize()}-secret-1"), id="short"
        ),
    ],
)
Form = Callable[[HostwayEmail, str], UsernameHandle | ShortUsernameHandle]


async def test_mailbox(hostway: HostwayEmail, wire: Wire) -> None:
    """A mailbox is created, updated in its quota only, and not found after its deletion."""
    dora = user(hostway, "dora")

    made = await dora.mailbox.create(MailboxCreate(password=PASSWORD, quota_mb=70, master=True))
    assert made is PutResult.CREATED
    before = await dora.mailbox.get()
    assert (before.username, before.quota_mb, before.master) == ("dora", 70, True)
    assert (await dora.get()).kind == "mailbox"

    assert await dora.mailbox.update(MailboxUpdate(quota_mb=85)) is PutResult.UPDATED
    assert wire.body == {"quota": 85}
    assert await dora.mailbox.get() == before.model_copy(update={"quota_mb": 85})

    await dora.mailbox.delete()
    with pytest.raises(NotFoundError):
        await dora.mailbox.get()


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"quota_mb": 85}, {"quota": 85}),
        ({"master": True}, {"master": True}),
        ({"type": "premium"}, {"type": "premium"}),
        ({"username": "anna"}, {"username": "anna"}),
        ({"password": PASSWORD}, {"password": PASSWORD}),
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_each_field_of_a_mailbox(
    hostway: HostwayEmail,
    wire: Wire,
    sandbox: Sandbox,
    changes: dict[str, Any],
    body: dict[str, object],
) -> None:
    """Each field of a mailbox can be changed alone."""
    assert await user(hostway, "ana").mailbox.update(MailboxUpdate(**changes)) is PutResult.UPDATED

    assert wire.body == body
    name = "anna" if "username" in changes else "ana"
    read = await user(hostway, name).mailbox.get()
    seen = {
        "quota_mb": read.quota_mb,
        "master": read.master,
        "username": read.username,
        "type": (await user(hostway, name).webmail.get()).type,
        "password": sandbox.mailbox(name).password,
    }
    assert {field: seen[field] for field in changes} == changes


async def test_renamed_mailbox(hostway: HostwayEmail) -> None:
    """A renamed mailbox is found by its new name only."""
    await user(hostway, "ana").mailbox.update(MailboxUpdate(username="anna"))

    with pytest.raises(NotFoundError):
        await user(hostway, "ana").mailbox.get()
    with pytest.raises(BadRequestError):
        await user(hostway, "anna").mailbox.update(MailboxUpdate(username="ben"))


async def test_exchange(hostway: HostwayEmail, wire: Wire) -> None:
    """An Exchange mailbox is created, updated in its city only, and not found once deleted."""
    dora = user(hostway, "dora")

    made = await dora.exchange.create(
        ExchangeCreate(password=PASSWORD, display_name="Dora", resource_type="room", city="Bonn")
    )
    assert made is PutResult.CREATED
    before = await dora.exchange.get()
    assert (before.display_name, before.resource_type, before.city) == ("Dora", "room", "Bonn")
    assert (await dora.get()).kind == "exchange"

    assert await dora.exchange.update(ExchangeUpdate(city="Berlin")) is PutResult.UPDATED
    assert wire.body == {"city": "Berlin"}
    assert await dora.exchange.get() == before.model_copy(update={"city": "Berlin"})

    await dora.exchange.delete()
    with pytest.raises(NotFoundError):
        await dora.exchange.get()


@pytest.mark.parametrize(
    ("field", "wire_name"),
    [
        ("display_name", "displayName"),
        ("first_name", "firstName"),
        ("last_name", "lastName"),
        ("title", "title"),
        ("company", "company"),
        ("department", "department"),
        ("home_phone", "homePhone"),
        ("mobile_phone", "mobilePhone"),
        ("fax", "fax"),
        ("street", "street"),
        ("city", "city"),
        ("state", "state"),
        ("postal_code", "postalCode"),
        ("country", "country"),
    ],
)
async def test_each_text_of_exchange(
    hostway: HostwayEmail, wire: Wire, field: str, wire_name: str
) -> None:
    """Each text of an Exchange mailbox can be changed alone, and nothing else changes with it."""
    eva = user(hostway, "eva").exchange
    before = await eva.get()

    changes: dict[str, Any] = {field: "Ünïcode & more"}
    await eva.update(ExchangeUpdate(**changes))

    assert wire.body == {wire_name: "Ünïcode & more"}
    after = await eva.get()
    assert isinstance(after.when_changed and after.when_changed.to_datetime(), datetime)
    changes["when_changed"] = after.when_changed
    assert after == before.model_copy(update=changes)


async def test_type_and_passwords_of_exchange(
    hostway: HostwayEmail, wire: Wire, sandbox: Sandbox
) -> None:
    """The account type, the password and the forced change are each sent alone."""
    eva = user(hostway, "eva").exchange

    await eva.update(ExchangeUpdate(type="premium"))
    assert wire.body == {"type": "premium"}
    assert (await eva.get()).type == "premium"

    await eva.update(ExchangeUpdate(reset_password=True))
    assert wire.body == {"resetPassword": True}

    await eva.update(ExchangeUpdate(password=PASSWORD))
    assert wire.body == {"password": PASSWORD}
    assert sandbox.mailbox("eva").password == PASSWORD
    with pytest.raises(BadRequestError):
        await eva.update(ExchangeUpdate(password=PASSWORD))


async def test_forwards(hostway: HostwayEmail, wire: Wire) -> None:
    """Targets are added, and deleted one by one."""
    ben = user(hostway, "ben")
    assert await ben.forwards.list() == []

    await ben.forwards.create(["dora@example.net"])
    await ben.forwards.create(["ana@example.com", "carl+x@example.net"])
    assert wire.body == {
        "targets": [{"target": "ana@example.com"}, {"target": "carl+x@example.net"}]
    }
    assert set(await ben.forwards.list()) >= {"ana@example.com", "carl+x@example.net"}

    await ben.forwards.delete("carl+x@example.net")
    assert "carl+x@example.net" not in await ben.forwards.list()
    with pytest.raises(NotFoundError):
        await ben.forwards.delete("carl+x@example.net")

    await ben.mailbox.delete()
    with pytest.raises(NotFoundError):
        await ben.forwards.list()


@pytest.mark.parametrize("shape", ["flat", "nested"])
async def test_autoresponder(
    hostway: HostwayEmail, wire: Wire, sandbox: Sandbox, shape: str
) -> None:
    """An autoresponder is switched on, and off without its subject; both shapes parse alike."""
    sandbox.faults.autoresponder = shape  # type: ignore[assignment] # a value of a parameter
    ana = user(hostway, "ana")

    await ana.autoresponder.update(AutoresponderSettings(subject="Away", body="Bye", active=True))
    reply = await ana.autoresponder.get()
    assert (reply.subject, reply.body, reply.active) == ("Away", "Bye", True)

    await ana.autoresponder.update(AutoresponderSettings(body="Bye", active=False))
    assert wire.body == {"body": "Bye", "active": False}
    reply = await ana.autoresponder.get()
    assert (reply.body, reply.active) == ("Bye", False)

    await ana.mailbox.delete()
    with pytest.raises(NotFoundError):
        await ana.autoresponder.get()


@pytest.mark.parametrize(
    "listing",
    [
        pytest.param(lambda hostway: domain_of(hostway).blackwhitelist, id="domain"),
        pytest.param(lambda hostway: user(hostway, "ana").blackwhitelist, id="mailbox"),
    ],
)
@pytest.mark.parametrize("address", ["dora@example.net", "@sub.example.net", "a/b?c#d%2e@x.org"])
async def test_black_white_list(
    hostway: HostwayEmail,
    wire: Wire,
    listing: Callable[[HostwayEmail], BlackWhitelistResource],
    address: str,
) -> None:
    """An entry is added, moved to the other side alone, and not found after its deletion."""
    entries = listing(hostway)
    others = [(entry.address, entry.type) async for entry in entries.list()]

    await entries.put([ListedAddress(address=address, type="W")])
    assert (await entries.get(address)).type == "W"

    await entries.put([ListedAddress(address=address, type="B")])
    assert wire.body == {"list": [{"address": address, "type": "B"}]}
    found = await entries.get(address)
    assert (found.address, found.type) == (address, "B")
    now = [(entry.address, entry.type) async for entry in entries.list()]
    assert sorted(now) == sorted([*others, (address, "B")])

    # A parsed entry can be sent.
    await entries.put(await entries.list().collect())

    await entries.delete(address)
    with pytest.raises(NotFoundError):
        await entries.get(address)
    assert [(entry.address, entry.type) async for entry in entries.list()] == others


@pytest.mark.parametrize(
    "filter_of",
    [
        pytest.param(lambda hostway: domain_of(hostway).cleanmailplus, id="domain"),
        pytest.param(lambda hostway: user(hostway, "ana").cleanmailplus, id="mailbox"),
    ],
)
async def test_filter(
    hostway: HostwayEmail, wire: Wire, filter_of: Callable[[HostwayEmail], CleanMailPlusResource]
) -> None:
    """Each setting takes each of its options, and the others stay as they are."""
    resource = filter_of(hostway)

    for attribute in await resource.get():
        for value in [option.value for option in attribute.options] or ["7"]:
            before = {each.field_name: each.selected for each in await resource.get()}

            await resource.update({attribute.field_name: value})

            assert wire.body == {
                "attributes": [{"attributeName": attribute.field_name, "attributeValue": value}]
            }
            after = {each.field_name: each.selected for each in await resource.get()}
            assert after == before | {attribute.field_name: value}


async def test_filter_of_a_deleted_mailbox(hostway: HostwayEmail) -> None:
    """A mailbox that is deleted has no filter."""
    ana = user(hostway, "ana")
    await ana.mailbox.delete()

    with pytest.raises(NotFoundError):
        await ana.cleanmailplus.get()


CONTACT_FIELDS = {
    "email": "email",
    "display_name": "displayName",
    "first_name": "firstName",
    "last_name": "lastName",
    "title": "title",
    "home_phone": "homePhone",
    "mobile_phone": "mobilePhone",
    "business_phone": "businessPhone",
    "business_fax": "businessFax",
    "isdn_number": "isdnNumber",
    "pager": "pager",
    "telex_number": "telexNumber",
    "company": "company",
    "department": "department",
    "room_number": "roomNumber",
    "street_address": "streetAddress",
    "postal_code": "postalCode",
    "city": "city",
    "state": "state",
    "country": "country",
}


@pytest.mark.parametrize("name", ["dora", "Dora Ito", "a/b", "50%?#&=", "%2e", "Jürgen"])
async def test_contact(hostway: HostwayEmail, wire: Wire, name: str) -> None:
    """A contact of any name is created, found, changed by one field, and deleted."""
    contacts = domain_of(hostway).contacts

    await contacts.create(ContactCreate(name=name, email="dora@example.net", display_name="Dora"))
    before = await contacts.get(name)
    assert (before.email, before.display_name) == ("dora@example.net", "Dora")
    (listed,) = await contacts.list(filter={"name": name}).collect()
    assert (listed.name, listed.email) == (name, "dora@example.net")
    with pytest.raises(ConflictError):
        await contacts.create(ContactCreate(name=name, email="x@example.net", display_name="X"))

    await contacts.update(name, ContactUpdate(mobile_phone="123"))
    assert wire.body == {"mobilePhone": "123"}
    assert await contacts.get(name) == before.model_copy(update={"mobile_phone": "123"})

    await contacts.delete(name)
    with pytest.raises(NotFoundError):
        await contacts.get(name)


@pytest.mark.parametrize(("field", "wire_name"), CONTACT_FIELDS.items())
async def test_each_field_of_a_contact(
    hostway: HostwayEmail, wire: Wire, field: str, wire_name: str
) -> None:
    """Each field of a contact can be changed alone, filtered by and searched by."""
    contacts = domain_of(hostway).contacts
    before = await contacts.get("carl")
    value = "new@example.net" if field == "email" else "Ünïcode & more"

    await contacts.update("carl", ContactUpdate(**{field: value}))

    assert wire.body == {wire_name: value}
    assert await contacts.get("carl") == before.model_copy(update={field: value})
    await contacts.create(ContactCreate(name="dora", email="d@example.net", display_name="Dora"))
    found: list[list[Contact]] = [
        await contacts.list(filter={field: value}).collect(),  # type: ignore[arg-type] # the name of a field is a variable
        await contacts.list(search={field: value[1:-1]}).collect(),  # type: ignore[arg-type] # the name of a field is a variable
    ]
    assert [[contact.name for contact in each] for each in found] == [["carl"], ["carl"]]


async def test_infostore(hostway: HostwayEmail, wire: Wire, sandbox: Sandbox) -> None:
    """The quota can be lowered to the usage, and to 0."""
    infostore = domain_of(hostway).infostore

    for quota in (50, 0, 20):
        await infostore.update(quota_mb=quota)
        assert wire.body == {"quota": quota}
        assert (await infostore.get()).quota_mb == quota

    sandbox.domain.infostore.usage = 15
    with pytest.raises(BadRequestError, match="Used storage exceeds"):
        await infostore.update(quota_mb=14)
    store = await infostore.get()
    assert (store.usage_mb, store.quota_mb) == (15, 20)


async def test_domain_webmail(hostway: HostwayEmail, wire: Wire, sandbox: Sandbox) -> None:
    """Upgrades are forbidden and allowed again, unless the product forbids them."""
    webmail = domain_of(hostway).webmail

    for allowed in (False, True):
        await webmail.update(allow_upgrade=allowed)
        assert wire.body == {"allowUpgrade": allowed}
        assert (await webmail.get()).allow_upgrade is allowed

    sandbox.domain.upgrade = False
    with pytest.raises(ConflictError):
        await webmail.update(allow_upgrade=True)


async def test_webmail(hostway: HostwayEmail, wire: Wire) -> None:
    """An account is created, updated in its theme only, and deleted with its mailbox."""
    ben = user(hostway, "ben")
    with pytest.raises(NotFoundError):
        await ben.webmail.get()

    await ben.webmail.create(WebmailCreate(type="activesync", language="de_DE"))
    assert wire.body == {"type": "activesync", "language": "de_DE"}
    before = await ben.webmail.get()
    assert (before.type, before.language) == ("activesync", "de_DE")
    with pytest.raises(ConflictError):
        await ben.webmail.create(WebmailCreate())

    await ben.webmail.update(WebmailUpdate(theme="dark"))
    assert wire.body == {"theme": "dark"}
    assert await ben.webmail.get() == before.model_copy(update={"theme": "dark"})

    await ben.mailbox.delete()
    with pytest.raises(NotFoundError):
        await ben.webmail.get()


async def test_webmail_by_its_owner(hostway: HostwayEmail, wire: Wire) -> None:
    """The owner can do the same in the short form, until the mailbox is deleted."""
    ben = owner(hostway, "ben", "Ben-secret-1")

    await ben.webmail.create(WebmailCreate(timezone="Europe/Berlin"))
    assert wire.body == {"timezone": "Europe/Berlin"}
    before = await ben.webmail.get()
    assert (before.timezone, before.auth_token) == ("Europe/Berlin", None)

    await ben.webmail.update(WebmailUpdate(theme="dark"))
    assert wire.body == {"theme": "dark"}
    assert await ben.webmail.get() == before.model_copy(update={"theme": "dark"})

    await user(hostway, "ben").mailbox.delete()
    with pytest.raises(AuthenticationError):
        await ben.webmail.get()


@FORMS
@pytest.mark.parametrize(
    ("field", "wire_name", "value"),
    [
        ("type", "type", "premium"),
        ("allow_upgrade", "allowUpgrade", False),
        ("reset_password", "resetPassword", True),
        ("theme", "theme", "dark"),
        ("language", "language", "de_DE"),
        ("timezone", "timezone", "Europe/Berlin"),
    ],
)
async def test_each_field_of_webmail(
    hostway: HostwayEmail, wire: Wire, form: Form, field: str, wire_name: str, value: Any
) -> None:
    """Each field can be changed alone, by the account and by the owner."""
    ana = user(hostway, "ana").webmail
    before = await ana.get()

    await form(hostway, "ana").webmail.update(WebmailUpdate(**{field: value}))

    assert wire.body == {wire_name: value}
    assert await ana.get() == before.model_copy(update={field: value})


@FORMS
async def test_secrets(hostway: HostwayEmail, wire: Wire, sandbox: Sandbox, form: Form) -> None:
    """Answers replace all previous ones, cannot be read, and are deleted with the mailbox."""
    secrets: SecretsResource = form(hostway, "ana").secrets
    assert await secrets.list() == ["tk1", "tk2", "tk3"]

    await secrets.set({"tk3": "one", "tk4": "two", "tk5": "three"})

    assert wire.body == {"tk3": "one", "tk4": "two", "tk5": "three"}
    assert await secrets.list() == ["tk3", "tk4", "tk5"]
    with pytest.raises(BadRequestError, match="Shorter than minimum length 3"):
        await secrets.set({"tk1": "one", "tk2": "two"})
    assert sandbox.mailbox("ana").secrets == {"tk3": "one", "tk4": "two", "tk5": "three"}

    await user(hostway, "ana").mailbox.delete()
    with pytest.raises(NotFoundError):
        await secrets.list()


def mailbox_of(scope: UsernameHandle | ShortUsernameHandle, name: str) -> PasswordResource:
    return scope.exchange if name == "eva" else scope.mailbox


@FORMS
@pytest.mark.parametrize("name", ["ana", "eva"])
async def test_password_reset(
    hostway: HostwayEmail, wire: Wire, sandbox: Sandbox, form: Form, name: str
) -> None:
    """A reset needs correct answers, an unused password and an existing mailbox."""
    mailbox = mailbox_of(form(hostway, name), name)

    with pytest.raises(ConflictError, match="Invalid secret questions and answers"):
        await mailbox.reset_password(answers={"tk1": "wrong"}, password=PASSWORD)

    await mailbox.reset_password(answers={"tk1": "answer1"}, password=PASSWORD)
    assert wire.body == {
        "action": "resetPassword",
        "actionData": {"secretQuestionsAnswers": {"tk1": "answer1"}, "password": PASSWORD},
    }
    assert sandbox.mailbox(name).password == PASSWORD

    await mailbox.reset_password(answers={"tk2": "answer2"}, password=OTHER_PASSWORD)
    with pytest.raises(BadRequestError):
        await mailbox.reset_password(answers={"tk1": "answer1"}, password=PASSWORD)
    with pytest.raises(NotFoundError):
        await mailbox_of(form(hostway, "nobody"), name).reset_password(
            answers={"tk1": "answer1"}, password=PASSWORD
        )


async def test_migration(hostway: HostwayEmail, wire: Wire, sandbox: Sandbox) -> None:
    """Each call opens one ticket for the mailbox."""
    migration = user(hostway, "ana").migration

    await migration.create(subject="It failed", body="Please help")

    assert wire.body == {"subject": "It failed", "body": "Please help"}
    assert sandbox.domain.tickets == [Ticket("ana", "It failed", "Please help")]
    await user(hostway, "ana").mailbox.delete()
    with pytest.raises(NotFoundError):
        await migration.create(subject="It failed", body="Please help")


async def test_no_unknown_request(hostway: HostwayEmail, sandbox: Sandbox) -> None:
    """Names that need encoding reach their own resource."""
    for name in ("a/b", "a?b", "a#b", "%2F", "ü", "a b", "exchange", "mailbox"):
        with pytest.raises(NotFoundError):
            await user(hostway, name).mailbox.get()
        with pytest.raises(NotFoundError):
            await user(hostway, name).forwards.delete(name)

    assert sandbox.unknown == []

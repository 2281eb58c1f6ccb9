"""Request bodies: accepted values, refused ones, and the JSON on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import getmembers, isclass
from typing import cast

import pytest
from pydantic import SecretStr

from hostway_email import models
from hostway_email.errors import InvalidRequestError
from hostway_email.models import (
    AutoresponderSettings,
    BlackWhitelistUpdate,
    ContactCreate,
    ContactUpdate,
    DomainWebmailUpdate,
    ExchangeCreate,
    ExchangeUpdate,
    FilterUpdate,
    ForwardsCreate,
    InfoStoreUpdate,
    ListedAddress,
    MailboxCreate,
    MailboxUpdate,
    MigrationTicket,
    PasswordReset,
    RequestModel,
    SecretsUpdate,
    WebmailCreate,
    WebmailUpdate,
)
from hostway_email.models.contacts import ContactFilter, contact_query

CANARY = "canary-5d1f"


def made(model: type[RequestModel], **fields: object) -> RequestModel:
    """Create a body as a caller without a type checker might."""
    return model(**fields)


def wire(body: RequestModel) -> object:
    return json.loads(body.to_wire())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            MailboxCreate(password="pWord123$", master=True),
            {"password": "pWord123$", "master": True},
        ),
        (MailboxCreate(password="p", quota_mb=70), {"password": "p", "quota": 70}),
        (MailboxUpdate(quota_mb=85), {"quota": 85}),
        (MailboxUpdate(master=False), {"master": False}),
        (MailboxUpdate(quota_mb=85, password=None, type=None), {"quota": 85}),
        (MailboxUpdate(username="john.smith2"), {"username": "john.smith2"}),
        (
            ExchangeCreate(password="p", display_name="John", resource_type="room"),
            {"password": "p", "displayName": "John", "resourceType": "room"},
        ),
        (ExchangeUpdate(reset_password=True), {"resetPassword": True}),
        (ExchangeUpdate(city=""), {"city": ""}),
        (AutoresponderSettings(body="", active=False), {"body": "", "active": False}),
        (
            ContactCreate(name="a/b", email="a@b", display_name="A", isdn_number="5", city=None),
            {"name": "a/b", "email": "a@b", "displayName": "A", "isdnNumber": "5"},
        ),
        (ContactUpdate(mobile_phone=""), {"mobilePhone": ""}),
        (WebmailCreate(), {}),
        (WebmailUpdate(type="new-type"), {"type": "new-type"}),
        (WebmailUpdate(reset_password=True), {"resetPassword": True}),
        (DomainWebmailUpdate(allow_upgrade=False), {"allowUpgrade": False}),
        (InfoStoreUpdate(quota_mb=0), {"quota": 0}),
        (MigrationTicket(subject="s", body="b"), {"subject": "s", "body": "b"}),
        (
            BlackWhitelistUpdate.of([ListedAddress(address="@d.com", type="B")]),
            {"list": [{"address": "@d.com", "type": "B"}]},
        ),
        (
            FilterUpdate.of({"SPAM_LEVEL": "1"}),
            {"attributes": [{"attributeName": "SPAM_LEVEL", "attributeValue": "1"}]},
        ),
        (
            ForwardsCreate.of(target for target in ["a@b.com", "local"]),
            {"targets": [{"target": "a@b.com"}, {"target": "local"}]},
        ),
        (
            SecretsUpdate(answers={"tk1": "one", "tk2": SecretStr("two")}),
            {"tk1": "one", "tk2": "two"},
        ),
        (
            PasswordReset(answers={"tk1": "one"}, password=SecretStr("p")),
            {
                "action": "resetPassword",
                "actionData": {"secretQuestionsAnswers": {"tk1": "one"}, "password": "p"},
            },
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, RequestModel) else "",
)
def test_only_what_was_set_is_sent(body: RequestModel, expected: object) -> None:
    """Wire names, and only fields that the caller set: an update must change nothing else."""
    assert wire(body) == expected


@pytest.mark.parametrize(
    ("model", "fields", "broken"),
    [
        (MailboxCreate, {}, ["password"]),
        (MailboxCreate, {"password": ""}, ["password"]),
        (MailboxCreate, {"password": 5}, ["password"]),
        (MailboxCreate, {"password": "p", "quota_mb": 0}, ["quota_mb"]),
        (MailboxCreate, {"password": "p", "quota_mb": True}, ["quota_mb"]),
        (MailboxCreate, {"password": "p", "quota_mb": "85"}, ["quota_mb"]),
        (MailboxCreate, {"password": "p", "master": 1}, ["master"]),
        (MailboxCreate, {"password": "p", "username": "x"}, ["username"]),
        (MailboxUpdate, {"type": ""}, ["type"]),
        (MailboxUpdate, {"qouta_mb": 5}, ["qouta_mb"]),
        (MailboxUpdate, {"username": "a b"}, ["username"]),
        (MailboxUpdate, {"username": "ana\n"}, ["username"]),
        (MailboxUpdate, {"username": ".."}, ["username"]),
        (ExchangeCreate, {"password": "p"}, ["display_name"]),
        (ExchangeCreate, {"password": "p", "display_name": ""}, ["display_name"]),
        (ExchangeCreate, {"password": "p", "display_name": "x" * 257}, ["display_name"]),
        (ExchangeUpdate, {"resource_type": "room"}, ["resource_type"]),
        (ExchangeUpdate, {"type": "deluxe", "first_name": "x" * 65}, ["type", "first_name"]),
        (ExchangeUpdate, {"postal_code": "x" * 41}, ["postal_code"]),
        (ExchangeUpdate, {"street": "x" * 1025, "city": "x" * 129}, ["street", "city"]),
        (AutoresponderSettings, {"active": True}, ["body"]),
        (AutoresponderSettings, {"body": "x", "active": "yes"}, ["active"]),
        (ContactCreate, {}, ["name", "email", "display_name"]),
        (ContactUpdate, {"email": "nobody"}, ["email"]),
        (ContactUpdate, {"email": "a@b@c"}, ["email"]),
        (ContactUpdate, {"name": "renamed"}, ["name"]),
        (WebmailUpdate, {"type": ""}, ["type"]),
        (WebmailCreate, {"reset_password": True}, ["reset_password"]),
        (InfoStoreUpdate, {"quota_mb": -1}, ["quota_mb"]),
        (InfoStoreUpdate, {"quota_mb": 1.0}, ["quota_mb"]),
        (DomainWebmailUpdate, {"allow_upgrade": "no"}, ["allow_upgrade"]),
        (MigrationTicket, {"subject": "s", "body": b"b"}, ["body"]),
        (SecretsUpdate, {"answers": {}}, ["answers"]),
        (SecretsUpdate, {"answers": "tk1"}, ["answers"]),
        (SecretsUpdate, {"answers": {"tk1": "x"}}, ["answers.tk1"]),
        (PasswordReset, {"answers": {"tk1": "xy"}}, ["password"]),
        (PasswordReset, {"answers": {}, "password": "p"}, ["answers"]),
    ],
)
def test_documented_rules(
    model: type[RequestModel], fields: dict[str, object], broken: list[str]
) -> None:
    """A broken rule is an error with the field, before anything is sent."""
    with pytest.raises(InvalidRequestError) as caught:
        made(model, **fields)

    assert sorted(caught.value.fields) == sorted(broken)
    assert all(name in str(caught.value) for name in broken)


@pytest.mark.parametrize(
    "make",
    [
        lambda: made(MailboxCreate, password=[CANARY]),
        lambda: made(MailboxUpdate, username=f"{CANARY} x"),
        lambda: made(MailboxUpdate, password="p", quota_mb=CANARY),
        lambda: made(ExchangeCreate, password=CANARY, display_name=CANARY * 100, type=CANARY),
        lambda: made(ContactCreate, name="n", email=CANARY, display_name=5),
        lambda: made(SecretsUpdate, answers={"tk1": CANARY, "tk2": 7, "tk3": [CANARY]}),
        lambda: made(PasswordReset, answers=CANARY, password=CANARY),
        lambda: made(WebmailUpdate, type=[CANARY]),
        lambda: made(ListedAddress, address=CANARY, type=CANARY),  # type: ignore[arg-type] # invalid on purpose
        lambda: ForwardsCreate.of(CANARY),
        lambda: contact_query(cast("ContactFilter", {"name": [CANARY]})),
    ],
)
def test_errors_never_quote_the_value(make: Callable[[], object]) -> None:
    """Errors end up in logs, and an invalid value may be a password in the wrong field."""
    with pytest.raises(InvalidRequestError) as caught:
        make()

    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@pytest.mark.parametrize(
    "body",
    [
        MailboxCreate(password=CANARY),
        MailboxUpdate(password=SecretStr(CANARY)),
        ExchangeCreate(password=CANARY, display_name="Ana"),
        ExchangeUpdate(password=CANARY),
        SecretsUpdate(answers={"tk1": CANARY}),
        PasswordReset(answers={"tk1": CANARY}, password="p"),
    ],
    ids=lambda body: type(body).__name__,
)
def test_secrets_show_on_the_wire_only(body: RequestModel) -> None:
    """A body can be printed, dumped and logged; only the sent JSON has the secret."""
    shown = f"{body!r} {body} {body.model_dump()} {body.model_dump_json()}"

    assert CANARY not in shown
    assert CANARY in body.to_wire().decode()
    assert CANARY in list(body.secrets())


def test_empty_updates_are_refused() -> None:
    """An update without fields is a mistake."""
    updates = [model for _, model in getmembers(models, isclass) if issubclass(model, RequestModel)]
    for model in updates:
        if model.needs_a_field:
            with pytest.raises(InvalidRequestError, match="at least one field"):
                made(model)
    with pytest.raises(InvalidRequestError, match="at least one field"):
        MailboxUpdate(password=None)
    assert {model.__name__ for model in updates if model.needs_a_field} == {
        *("ContactUpdate", "ExchangeUpdate", "MailboxUpdate", "WebmailUpdate")
    }


def test_both_names_of_a_field() -> None:
    """A service may pass on a body that it received, with either name of a field."""
    assert wire(MailboxUpdate.model_validate_json(b'{"quota": 85, "master": null}')) == {
        "quota": 85
    }
    assert wire(ExchangeUpdate.model_validate({"first_name": "A", "lastName": "B"})) == {
        "firstName": "A",
        "lastName": "B",
    }


def test_passwords_and_renames_are_not_retried() -> None:
    """A password is accepted once, and a renamed mailbox is not found under its old name."""
    assert not MailboxCreate(password="p").retryable()
    assert not MailboxUpdate(password="p").retryable()
    assert not MailboxUpdate(username="x").retryable()
    assert not ExchangeCreate(password="p", display_name="x").retryable()
    assert not ExchangeUpdate(password="p").retryable()
    assert not PasswordReset(answers={"tk": "xy"}, password="p").retryable()
    assert MailboxUpdate(quota_mb=5).retryable()
    assert ExchangeUpdate(city="x").retryable()
    assert SecretsUpdate(answers={"tk": "xy"}).retryable()


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        ("ana@example.com", True),
        ("@example.com", True),
        ("a@b_c", True),
        ("example.com", False),
        ("ana@", False),
        ("@", False),
        ("a b@example.com", False),
        ("", False),
    ],
)
def test_address_of_a_black_white_list(address: str, accepted: bool) -> None:
    """Addresses and `@domain` are valid; a bare domain is not, as the manual shows."""
    if accepted:
        assert ListedAddress(address=address, type="W").address == address
    else:
        with pytest.raises(InvalidRequestError, match="'@' before it"):
            ListedAddress(address=address, type="W")


def test_entries_that_were_read_are_checked_before_they_are_sent() -> None:
    """An entry that the API listed without a type cannot be sent back."""
    read = ListedAddress.model_validate({"address": "a@b", "links": [{"href": "/x"}]})
    good = ListedAddress.model_validate({"address": "a@b", "type": "B", "links": []})

    with pytest.raises(InvalidRequestError) as caught:
        BlackWhitelistUpdate.of([good, read])

    assert list(caught.value.fields) == ["addresses.1.type"]
    assert wire(BlackWhitelistUpdate.of([good])) == {"list": [{"address": "a@b", "type": "B"}]}


@pytest.mark.parametrize(
    "make",
    [
        lambda: BlackWhitelistUpdate.of([]),
        lambda: BlackWhitelistUpdate.of(["a@b"]),  # type: ignore[list-item] # invalid on purpose
        lambda: BlackWhitelistUpdate.of("a@b"),  # type: ignore[arg-type] # invalid on purpose
        lambda: FilterUpdate.of({}),
        lambda: FilterUpdate.of({"SPAM_LEVEL": 1}),  # type: ignore[dict-item] # invalid on purpose
        lambda: FilterUpdate.of({"": "1"}),
        lambda: FilterUpdate.of([("SPAM_LEVEL", "1")]),  # type: ignore[arg-type] # invalid on purpose
        lambda: ForwardsCreate.of([]),
        lambda: ForwardsCreate.of("a@b"),
        lambda: ForwardsCreate.of([""]),
        lambda: ForwardsCreate.of(None),  # type: ignore[arg-type] # invalid on purpose
    ],
)
def test_invalid_collections(make: Callable[[], object]) -> None:
    """An empty collection, or a string instead of a list, is refused."""
    with pytest.raises(InvalidRequestError) as caught:
        make()

    assert caught.value.fields


def test_contact_query() -> None:
    """Each field is sent as `filterName` or `searchName`, in the API's spelling."""
    assert contact_query() == {}
    assert contact_query({"name": "ana", "first_name": ""}, {"isdn_number": "5"}) == {
        "filterName": "ana",
        "filterFirstName": "",
        "searchIsdnNumber": "5",
    }
    with pytest.raises(InvalidRequestError, match="did you mean 'email'"):
        contact_query(cast("ContactFilter", {"emial": "x"}))


def test_contact_filter_has_every_field_of_a_contact() -> None:
    """The fields are declared twice: in a model and in a TypedDict."""
    assert set(ContactFilter.__optional_keys__) == set(ContactCreate.model_fields)
    assert set(models.Contact.model_fields) - {"links"} == set(ContactCreate.model_fields)
    assert set(ContactUpdate.model_fields) == set(ContactCreate.model_fields) - {"name"}


def test_errors_keep_no_input() -> None:
    """Not even the error's context, which error reporters print, has the value."""
    attempts: list[Callable[[], object]] = [
        lambda: MailboxCreate(pasword="CANARY"),  # type: ignore[call-arg] # invalid on purpose
        lambda: MailboxCreate.model_validate({"pasword": "CANARY"}),
        lambda: MailboxCreate.model_validate_json('{"pasword": "CANARY"}'),
        lambda: MailboxCreate(password="CANARY\ud800").to_wire(),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidRequestError) as caught:
            attempt()
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None


def test_model_copy_is_validated() -> None:
    """`model_copy` validates its changes and keeps secrets."""
    update = MailboxUpdate(quota_mb=85)
    changed = update.model_copy(update={"password": "CANARY-7"})
    assert wire(changed) == {"quota": 85, "password": "CANARY-7"}
    assert "CANARY" not in repr(changed)
    assert list(changed.secrets()) == ["CANARY-7"]
    assert wire(update.model_copy()) == {"quota": 85}
    with pytest.raises(InvalidRequestError, match="quota_mb"):
        update.model_copy(update={"quota_mb": 0})

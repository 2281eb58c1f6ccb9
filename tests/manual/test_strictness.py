"""Input that the request models accept is never rejected as malformed by the API."""

from __future__ import annotations

import re
import string
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostway_email import (
    AutoresponderSettings,
    BadRequestError,
    ConflictError,
    ContactCreate,
    ContactUpdate,
    DomainHandle,
    ExchangeCreate,
    ExchangeUpdate,
    HostwayEmail,
    InvalidRequestError,
    ListedAddress,
    MailboxCreate,
    MailboxUpdate,
    UsernameHandle,
    WebmailCreate,
    WebmailUpdate,
    models,
)
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from .operations import documented_sandbox

# Reasons for which the API may reject valid input: present state, past state, or a limit.
STATE = re.compile(
    r"|Number of mailboxes exceeded"
    r"|Current mailbox usage is larger than the new quota value"
    r"|The allowUpgrade option is inconsistent with the provided type"
    r"|The account is already upgraded\. .*"
    r"|.*Used storage exceeds the quota value"
    r"|.*Target not found.*|.*Is the same as current mailbox.*"
    r"|.*Shorter than minimum length 3"
)

Values = Mapping[str, Any]
Send = Callable[[HostwayEmail, Values], Awaitable[object]]


def domain_of(hostway: HostwayEmail) -> DomainHandle:
    return hostway.account("account007").domain("example.com")


def user(hostway: HostwayEmail, name: str = "ana") -> UsernameHandle:
    return domain_of(hostway).username(name)


text = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=string.printable, max_size=12),
    st.text(alphabet="äß漢😀 \t\n", max_size=5),
    st.text(alphabet="x", min_size=38, max_size=130),
    st.sampled_from(["", " ", ".", "..", "a/b", "\x00", "null"]),
)
# The manual shows only an empty type as rejected; the sandbox treats all required fields alike.
given_text = text.filter(bool)
# Nor does it say whether a domain may have no dot, which the sandbox rejects.
email = st.one_of(
    st.emails(),
    st.builds("{}@example.net".format, st.text(alphabet="ab.+-_äß@ \t", max_size=5)),
    st.sampled_from(["ana@example.com", "ben@example.com", "nobody@example.com"]),
)
target = email.filter(re.compile(r"[^@\s]+@[^@\s]+").fullmatch)
entry = st.tuples(
    st.one_of(email, st.sampled_from(["@example.net", "@x.y.z", "example.net", "@a b.net", "@"])),
    st.sampled_from(["W", "B", "A", ""]),
)
flag = st.one_of(st.booleans(), st.sampled_from([0, 1, "true"]))
number = st.one_of(st.integers(-5, 5), st.integers(), st.sampled_from([True, 1.5, "10"]))
name = st.one_of(text, st.sampled_from(["dora", "d.o-r_a", "ben", "x" * 65]))
password = st.one_of(st.text(max_size=140), st.sampled_from(["Ana-secret-1", "pWord123$"]))
# Open sets of the API: the types, questions and settings that exist.
webmail_type = st.sampled_from(["standard", "activesync", "premium", ""])
question = st.sampled_from(["tk1", "tk2", "tk3", "tk4", "tk5"])
answers = st.dictionaries(question, st.one_of(st.just("answer1"), text), max_size=5)
setting = st.sampled_from(
    [("SPAM_LEVEL", "1"), ("SPAM_ACTION", "3"), ("SPAM_DISCARD_LEVEL", "20"), ("SPAM_CHECK", "0")]
)


def values(*required: str, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Values]:
    """Generate the required fields and any subset of the others."""
    return st.fixed_dictionaries(
        {field: fields[field] for field in required},
        optional={field: value for field, value in fields.items() if field not in required},
    )


def texts(*fields: str) -> dict[str, st.SearchStrategy[object]]:
    return dict.fromkeys(fields, text)


CONTACT = texts(
    *("first_name", "last_name", "title", "home_phone", "mobile_phone"),
    *("business_phone", "business_fax", "isdn_number", "pager", "telex_number", "company"),
    *("department", "room_number", "street_address", "postal_code", "city", "state", "country"),
) | {"display_name": given_text}
EXCHANGE = texts(
    *("display_name", "first_name", "last_name", "title", "company", "department", "home_phone"),
    *("mobile_phone", "fax", "street", "city", "state", "postal_code", "country"),
)
EXCHANGE_TYPE = st.sampled_from(["standard", "premium", "Standard", ""])
RESOURCE_TYPE = st.sampled_from(["user", "room", "equipment", "UserMailbox"])
WEBMAIL = {"type": webmail_type, "allow_upgrade": flag} | texts("theme", "language", "timezone")


@dataclass(frozen=True)
class ModelCase:
    """Values and call for a request model."""

    values: st.SearchStrategy[Values]
    send: Send


async def put_entries(hostway: HostwayEmail, given: Values) -> None:
    entries = given.get("entries", [])
    assert isinstance(entries, list)
    await user(hostway).blackwhitelist.put(
        [ListedAddress(address=address, type=side) for address, side in entries]
    )


WAYS: dict[str, ModelCase] = {
    "AutoresponderSettings": ModelCase(
        values("body", "active", body=given_text, active=flag, subject=text),
        lambda hostway, given: user(hostway).autoresponder.update(AutoresponderSettings(**given)),
    ),
    "BlackWhitelistUpdate": ModelCase(
        values(entries=st.lists(entry, max_size=4)),
        put_entries,
    ),
    "ContactCreate": ModelCase(
        values("name", "email", "display_name", name=text, email=email, **CONTACT),
        lambda hostway, given: domain_of(hostway).contacts.create(ContactCreate(**given)),
    ),
    "ContactUpdate": ModelCase(
        values(email=email, **CONTACT),
        lambda hostway, given: domain_of(hostway).contacts.update("carl", ContactUpdate(**given)),
    ),
    "DomainWebmailUpdate": ModelCase(
        values("allow_upgrade", allow_upgrade=flag),
        lambda hostway, given: domain_of(hostway).webmail.update(**given),
    ),
    "ExchangeCreate": ModelCase(
        values(
            *("at", "password", "display_name"),
            at=name,
            password=password,
            type=EXCHANGE_TYPE,
            resource_type=RESOURCE_TYPE,
            reset_password=flag,
            **EXCHANGE,
        ),
        lambda hostway, given: user(hostway, str(given["at"])).exchange.create(
            ExchangeCreate(**without_name(given))
        ),
    ),
    "ExchangeUpdate": ModelCase(
        values(password=password, type=EXCHANGE_TYPE, reset_password=flag, **EXCHANGE),
        lambda hostway, given: user(hostway, "eva").exchange.update(ExchangeUpdate(**given)),
    ),
    "FilterUpdate": ModelCase(
        values("values", values=st.lists(setting, max_size=4).map(dict)),
        lambda hostway, given: user(hostway).cleanmailplus.update(**given),
    ),
    "ForwardsCreate": ModelCase(
        values("targets", targets=st.lists(target, max_size=4)),
        lambda hostway, given: user(hostway).forwards.create(**given),
    ),
    "InfoStoreUpdate": ModelCase(
        values("quota_mb", quota_mb=number),
        lambda hostway, given: domain_of(hostway).infostore.update(**given),
    ),
    "MailboxCreate": ModelCase(
        values(
            *("at", "password"),
            at=name,
            password=password,
            quota_mb=number,
            master=flag,
            type=webmail_type,
        ),
        lambda hostway, given: user(hostway, str(given["at"])).mailbox.create(
            MailboxCreate(**without_name(given))
        ),
    ),
    "MailboxUpdate": ModelCase(
        values(password=password, quota_mb=number, master=flag, type=webmail_type, username=name),
        lambda hostway, given: user(hostway).mailbox.update(MailboxUpdate(**given)),
    ),
    "MigrationTicket": ModelCase(
        values("subject", "body", subject=text, body=text),
        lambda hostway, given: user(hostway).migration.create(**given),
    ),
    "PasswordReset": ModelCase(
        values("answers", "password", answers=answers, password=password),
        lambda hostway, given: user(hostway).mailbox.reset_password(**given),
    ),
    "SecretsUpdate": ModelCase(
        values("answers", answers=answers),
        lambda hostway, given: user(hostway).secrets.set(**given),
    ),
    "WebmailCreate": ModelCase(
        values(**WEBMAIL),
        lambda hostway, given: user(hostway, "ben").webmail.create(WebmailCreate(**given)),
    ),
    "WebmailUpdate": ModelCase(
        values(reset_password=flag, **WEBMAIL),
        lambda hostway, given: user(hostway).webmail.update(WebmailUpdate(**given)),
    ),
}


def without_name(given: Values) -> dict[str, Any]:
    return {field: value for field, value in given.items() if field != "at"}


def test_every_request_model_is_tried() -> None:
    """Every request model has a case for the test below."""
    bodies = {
        name
        for name in models.__all__
        if isinstance(model := getattr(models, name), type)
        and issubclass(model, models.RequestModel)
    }

    assert bodies - {"RequestModel"} == set(WAYS)


CONTACT_ON_WIRE = (
    "email firstName lastName displayName title homePhone mobilePhone businessPhone businessFax "
    "isdnNumber pager telexNumber company department roomNumber streetAddress postalCode city "
    "state country"
)
EXCHANGE_ON_WIRE = (
    "password resetPassword displayName type firstName lastName city company country department "
    "fax homePhone mobilePhone postalCode state street title"
)
WEBMAIL_ON_WIRE = "type allowUpgrade theme language timezone"

# The documented fields; on the wire, secrets have their own text keys.
DOCUMENTED = {
    "AutoresponderSettings": "subject body active",
    "BlackWhitelistUpdate": "list",
    "ContactCreate": f"name {CONTACT_ON_WIRE}",
    "ContactUpdate": CONTACT_ON_WIRE,
    "DomainWebmailUpdate": "allowUpgrade",
    "ExchangeCreate": f"resourceType {EXCHANGE_ON_WIRE}",
    "ExchangeUpdate": EXCHANGE_ON_WIRE,
    "FilterUpdate": "attributes",
    "ForwardsCreate": "targets",
    "InfoStoreUpdate": "quota",
    "MailboxCreate": "password master quota type",
    "MailboxUpdate": "password master quota type username",
    "MigrationTicket": "subject body",
    "PasswordReset": "secretQuestionsAnswers password",
    "SecretsUpdate": "answers",
    "WebmailCreate": WEBMAIL_ON_WIRE,
    "WebmailUpdate": f"resetPassword {WEBMAIL_ON_WIRE}",
}


@pytest.mark.parametrize("model", WAYS)
def test_fields_are_those_of_the_manual(model: str) -> None:
    """A request model has exactly the documented fields."""
    body: type[models.RequestModel] = getattr(models, model)
    body.model_rebuild()

    names = {field.serialization_alias for field in body.model_fields.values()}
    assert names == set(DOCUMENTED[model].split())


@pytest.mark.parametrize("model", WAYS)
@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=60)
def test_valid_input_is_not_malformed(model: str, data: st.DataObject) -> None:
    """A body that its model accepts never comes back as malformed."""
    way = WAYS[model]
    given = data.draw(way.values)

    async def refusal() -> str:
        sandbox = documented_sandbox()
        transport = for_app(sandbox.app)
        async with HostwayEmail("admin", "sandbox", transport=transport) as hostway:
            try:
                await way.send(hostway, given)
            except InvalidRequestError:
                return "" if sandbox.count() == 0 else "refused here, yet sent"
            except ConflictError:
                return ""
            except BadRequestError as error:
                return error.message
        return ""

    assert STATE.fullmatch(anyio.run(refusal))


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["", " ", ".", "..", "a\nb", "\x00"])
async def test_contact_name_without_a_path_is_rejected(
    hostway: HostwayEmail, sandbox: Sandbox, name: str
) -> None:
    """A contact cannot be created with a name that has no valid path."""
    contacts = domain_of(hostway).contacts

    with pytest.raises(InvalidRequestError) as caught:
        await contacts.create(ContactCreate(name=name, email="a@b.net", display_name="A"))

    assert list(caught.value.fields) == ["name"]
    assert sandbox.count() == 0
    with pytest.raises(InvalidRequestError):
        await contacts.get(name)

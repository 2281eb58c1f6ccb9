"""Response models: the manual's examples, and responses that differ from them."""

from __future__ import annotations

import copy
import gc
import json
from collections.abc import Iterator
from datetime import date, datetime
from inspect import getmembers, isclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue, RootModel, ValidationError

from hostway_email import models
from hostway_email.models._response import ResponseModel
from hostway_email.models.antispam import SSOLinkResponse
from hostway_email.models.links import Link

EXAMPLES: dict[str, JsonValue] = json.loads(
    Path(__file__).with_name("examples.json").read_text(encoding="utf-8")
)

# Without these a response would be useless; everything else may be missing or invalid.
REQUIRED: dict[str, str] = {
    "BlackWhitelistPage": "list",
    "ContactPage": "list",
    "DomainAliases": "list",
    "DomainInfo": "quota",
    "Forwards": "targets",
    "ListedAddress": "address",
    "MessageStats": "messageCount",
    "SecretKeys": "list",
    "SecretQuestionSettings": "minimum",
    "SecretQuestions": "questions",
    "UsernamePage": "list",
    "WebmailLimits": "webmailLimits",
    "WebmailNames": "webmailNames",
    "WebmailUpgrade": "allowed",
}


def read(name: str, document: object | None = None) -> BaseModel:
    model: type[BaseModel] = getattr(models, name)
    given = EXAMPLES[name] if document is None else document
    return model.model_validate_json(json.dumps(given))


def fields(response: BaseModel) -> dict[str, object]:
    return {name: value for name, value in response if name != "links"}


def test_every_response_has_an_example() -> None:
    """A response model without an example would not be tested below."""
    responses = {
        name
        for name, model in getmembers(models, isclass)
        if issubclass(model, ResponseModel | RootModel) and name in models.__all__
    }
    parts = {
        *("FilterAttribute", "FilterOption", "FolderCount", "ForwardTarget", "MessageCount"),
        *("ProxyAddress", "SitemailUrl", "UsernameEntry"),
    }
    undocumented = {"SSOLink", "SSOLinkResponse"}

    assert responses - parts - undocumented == set(EXAMPLES)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DomainAliases", {"names": ["test-alias.com", "test-alias-2.com"]}),
        ("ListedAddress", {"address": "mb1-white20150114-0113@somedomain.com", "type": "W"}),
        ("InfoStore", {"usage_mb": 0, "quota_mb": 20}),
        (
            "MailboxTypeCount",
            {
                "num_standard": 1,
                "num_active_sync": 0,
                "num_premium": 0,
                "num_exchange2013_standard": 5,
                "num_exchange2013_premium": 2,
            },
        ),
        ("Autoresponder", {"active": True, "subject": "Subject", "body": "AutoRespond"}),
        ("SecretKeys", {"keys": ["tk1", "tk2", "tk3"]}),
        (
            "DomainWebmail",
            {
                "type": "standard",
                "allow_upgrade": True,
                "trial_type": "premium",
                "trial_expiration": date(2018, 10, 28),
            },
        ),
        (
            "WebmailLimits",
            {"limits": {"activesync": 2, "premium": None, "starter": None, "standard": None}},
        ),
        (
            "WebmailNames",
            {
                "names": {
                    "activesync": "SMX Sync Advanced",
                    "premium": "SMA Collaborate Premium",
                    "standard": "SMX Mail Basic",
                }
            },
        ),
        ("WebmailUpgrade", {"allowed": False}),
        ("DomainInfo", {"quota_mb": 19320}),
        ("SecretQuestionSettings", {"minimum": 3}),
    ],
)
def test_small_responses(name: str, expected: dict[str, object]) -> None:
    """Each field of the manual's example is parsed into its attribute, and nothing else is."""
    response = read(name)

    assert fields(response) == expected
    assert response.model_extra == {}


def test_links_come_under_either_name() -> None:
    """The manual has `href` in one example and `location` in the next."""
    for name, document in EXAMPLES.items():
        if isinstance(document, dict):
            wire = document["links"]
            links = read(name).model_dump()["links"]
            assert isinstance(wire, list)
            assert len(links) == len(wire), name
            assert all(link["href"] and link["rel"] for link in links), name


def test_list_of_usernames() -> None:
    """Totals may be text, flags 0 or 1, and the link has the kind of a mailbox."""
    page = models.UsernamePage.model_validate(EXAMPLES["UsernamePage"])

    (entry,) = page.items
    assert page.total_count == 1
    assert entry.username == "test"
    assert entry.kind == "mailbox"
    assert entry.webmail_access == "standard"
    assert entry.quota_mb == 10
    assert entry.master is False
    assert entry.trial_expiration == date(2018, 10, 28)
    assert entry.model_extra == {}


def test_links_of_an_entry_are_parsed_on_access() -> None:
    """A page creates no models of unused links, and loses none."""
    links = [{"href": "/a", "rel": "self", "new": 1}, 5, {"rel": "none"}, {"location": "/b"}]

    def models_of_links() -> int:
        gc.collect()
        return sum(isinstance(one, Link) for one in gc.get_objects())

    before = models_of_links()
    text = json.dumps({"list": [{"username": "ana", "links": links}]})
    (entry,) = models.UsernamePage.model_validate_json(text).items

    assert models_of_links() == before
    assert [(link.href, link.rel) for link in entry.links] == [("/a", "self"), ("/b", None)]
    assert entry.links[0].model_extra == {"new": 1}
    assert entry.model_extra == {}
    assert models.UsernameEntry.model_validate(entry.model_dump()).links == entry.links


@pytest.mark.parametrize("links", ["none", None, 5, {}])
def test_invalid_links_of_an_entry(links: object) -> None:
    """An invalid list of links is empty, also if it is parsed late."""
    entry = models.UsernameEntry.model_validate({"username": "ana", "links": links})

    assert entry.links == []
    assert entry.kind is None
    assert entry.model_dump()["links"] == []


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("{APIBaseURL}/accounts/a/email/d/usernames/ana/mailbox/", "mailbox"),
        ("https://api.hostway.com/accounts/a/email/d/usernames/ana/exchange", "exchange"),
        ("/accounts/a/email/d/usernames/exchange/mailbox/?x=1#y", "mailbox"),
        ("/accounts/a/email/d/usernames/exchange/", None),
        ("/accounts/a/email/d/usernames/mailbox", None),
        ("/accounts/a/email/d/usernames/ana/secrets", None),
        ("ana/exchange", "exchange"),
        ("mailbox", "mailbox"),
        ("", None),
        ("///", None),
    ],
)
def test_kind_of_an_entry(href: str, kind: str | None) -> None:
    """A username `exchange` is not mistaken for an Exchange mailbox."""
    entry = models.UsernameEntry.model_validate(
        {"username": "ana", "links": [{"href": "/somewhere"}, {"href": href}]}
    )

    assert entry.kind == kind


def test_kind_of_a_username() -> None:
    """The kind depends on which link is there; with both or neither it is None."""
    link = [{"href": "/x", "rel": "related"}]
    kinds = [
        models.UsernameDetails.model_validate(document).kind
        for document in (
            EXAMPLES["UsernameDetails"],
            {"mailbox": link},
            {"mailbox": link, "exchange": link},
            {"mailbox": link, "exchange": None},
            {},
        )
    ]

    assert kinds == ["exchange", "mailbox", None, "mailbox", None]


def test_black_white_list() -> None:
    """Entries may be addresses or whole domains."""
    page = models.BlackWhitelistPage.model_validate(EXAMPLES["BlackWhitelistPage"])

    assert [(entry.type, entry.address) for entry in page.items] == [
        ("W", "mb1-white@somedomain.com"),
        ("B", "@sometestdomain.com"),
    ]


def test_undocumented_type_of_a_listed_address() -> None:
    """An undocumented type can be read, though not sent."""
    page = models.BlackWhitelistPage.model_validate_json(
        b'{"list": [{"address": "not an address", "type": "G", "added": 5}, {"type": "W"}, 7]}'
    )

    (entry,) = page.items
    assert (entry.address, entry.type, entry.model_extra) == ("not an address", "G", {"added": 5})


def test_filter_settings() -> None:
    """The response is a bare array, and a setting without options keeps its value."""
    level, discard = read("FilterAttributes").root

    assert (level.field_name, level.selected) == ("SPAM_LEVEL", "6")
    assert [(option.name, option.value) for option in level.options] == [
        ("Least Aggressive", "6"),
        ("Ultra Aggressive", "1"),
    ]
    assert (discard.selected, discard.options) == ("20", [])


def test_contacts() -> None:
    """A list has the name of each contact; a single contact may have none."""
    contact = models.Contact.model_validate(EXAMPLES["Contact"])
    page = models.ContactPage.model_validate(EXAMPLES["ContactPage"])

    assert contact.name is None
    assert (contact.display_name, contact.email) == ("Display Name", "test@test.com")
    assert (contact.first_name, contact.isdn_number) == ("First", "")
    assert contact.model_extra == {}
    assert [found.name for found in page.items] == ["search-contact"]
    assert page.total_count == 1


@pytest.mark.parametrize("nested", [True, False])
def test_autoresponder_comes_nested_or_flat(nested: bool) -> None:
    """The manual describes one form and shows the other."""
    content = {"body": "Away", "active": 0, "subject": ""}
    response = read("Autoresponder", {"autoresponder": content} if nested else content)

    assert fields(response) == {"active": False, "subject": "", "body": "Away"}


def test_infostore_comes_nested_or_flat() -> None:
    """The autoresponder comes in both forms, so this may as well."""
    assert fields(read("InfoStore", {"usage": "1", "quota": 2})) == {"usage_mb": 1, "quota_mb": 2}


def test_invalid_webmail_limits() -> None:
    """An invalid limit differs from no limit."""
    response = read("WebmailLimits", {"webmailLimits": {"a": "7", "b": "many", "c": None, "d": -1}})

    assert fields(response) == {"limits": {"a": 7, "c": None, "d": None}}


def test_message_stats() -> None:
    """Each folder has two counts; a missing one is None, not zero."""
    stats = models.MessageStats.model_validate(EXAMPLES["MessageStats"])
    partial = models.MessageStats.model_validate({"messageCount": {"inbox": {"allMessages": "7"}}})

    assert stats.message_count.inbox is not None
    assert stats.message_count.inbox.unread_messages == 3
    assert stats.message_count.spam is not None
    assert stats.message_count.spam.all_messages == 0
    assert partial.message_count.inbox is not None
    assert partial.message_count.inbox.all_messages == 7
    assert partial.message_count.inbox.unread_messages is None
    assert partial.message_count.sent is None


def test_exchange_mailbox() -> None:
    """Every field of the manual's example has its own attribute."""
    mailbox = models.ExchangeMailbox.model_validate(EXAMPLES["ExchangeMailbox"])

    assert mailbox.model_extra == {}
    assert mailbox.quota == "1000 MB (1,048,576,000 bytes)"
    assert mailbox.quota is not None
    assert mailbox.quota.bytes == 1_048_576_000
    assert mailbox.total_item_size is not None
    assert mailbox.total_item_size.bytes == 0
    assert mailbox.recipient_limits is not None
    assert mailbox.recipient_limits.number == 100
    assert mailbox.when_changed is not None
    assert mailbox.when_changed.to_datetime() == datetime(2013, 10, 11, 9, 43, 48)
    assert mailbox.active_sync_allowed_device_ids == []
    assert mailbox.active_sync_blocked_device_ids == []
    assert [address.address for address in mailbox.email_addresses if address.primary] == [
        "test-mb@test.com"
    ]
    assert mailbox.forwarding_smtp_address == "smtp:test@google.com"
    assert mailbox.pop_enabled is True
    assert json.loads(mailbox.model_dump_json())["quota"] == mailbox.quota


def test_exchange_fields_that_the_manual_spells_or_types_twice() -> None:
    """A forward must not be missed because of a typo, nor a rule because it is a list."""
    mailbox = models.ExchangeMailbox.model_validate(
        {
            "forwardingSmtAddress": "smtp:a@b.com",
            "rejectMessagesFromSendersOrMembers": ["a", 5, None],
            "activeSyncAllowedDeviceIDs": ["", "phone"],
        }
    )

    assert mailbox.forwarding_smtp_address == "smtp:a@b.com"
    assert mailbox.reject_messages_from_senders_or_members == ["a", "5"]
    assert mailbox.active_sync_allowed_device_ids == ["phone"]


def test_tokens_are_never_shown() -> None:
    """A response with a token can be printed and logged."""
    for name in ("Mailbox", "Webmail"):
        document = EXAMPLES[name]
        assert isinstance(document, dict)
        token = document["authToken"]
        assert isinstance(token, str)
        response = read(name)
        shown = (
            repr(response) + str(response) + response.model_dump_json() + str(response.model_dump())
        )
        assert token not in shown
        assert isinstance(response, models.Mailbox | models.Webmail)
        assert response.auth_token is not None
        assert response.auth_token.get_secret_value() == token


def test_mailbox() -> None:
    """Only the field of webmail addresses is not in camel case."""
    mailbox = models.Mailbox.model_validate(EXAMPLES["Mailbox"])

    assert (mailbox.username, mailbox.master) == ("test", True)
    assert (mailbox.quota_mb, mailbox.usage_mb) == (10, 10)
    assert [(site.url, site.version) for site in mailbox.sitemail_urls] == [
        ("http://sitemaildev7.test", "7"),
        ("http://sitemaildev8.test", "8"),
    ]
    assert mailbox.model_extra == {}


@pytest.mark.parametrize(
    "document",
    [
        {"url": "https://panel/?t=canary"},
        {"SSOLink": "https://panel/?t=canary", "token": "canary"},
        {"href": "https://panel/?t=canary", "links": [{"href": "https://canary"}]},
        "https://panel/?t=canary",
    ],
)
def test_sso_link_is_found_and_hidden(document: object) -> None:
    """This response is not documented; anything in it may be a sign-on link."""
    response = models.SSOLinkResponse.model_validate_json(json.dumps(document))

    assert response.link.url.get_secret_value() == "https://panel/?t=canary"
    assert "canary" not in f"{response!r} {response.link!r} {response.model_dump_json()}"


def test_required_fields() -> None:
    """A response without its main value is an error; any other field may be missing."""
    for name in EXAMPLES:
        if name in REQUIRED:
            with pytest.raises(ValidationError) as caught:
                read(name, {})
            assert [problem["loc"] for problem in caught.value.errors()] == [(REQUIRED[name],)]
        elif name != "FilterAttributes":
            read(name, {})


def test_unknown_fields_are_kept() -> None:
    """New fields of the API can be used before this package knows them."""
    response = read("DomainInfo", {"quota": 1, "diskNode": {"id": 5}})

    assert response.model_extra == {"diskNode": {"id": 5}}


ODD: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["href", "list", "quota", "autoresponder", "body", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
Place = tuple[str | int, ...]


def places(document: JsonValue, place: Place = ()) -> Iterator[Place]:
    """Yield each location where a document can be changed."""
    inside: Iterator[tuple[str | int, JsonValue]] = iter(())
    if isinstance(document, dict):
        inside = iter(document.items())
    elif isinstance(document, list):
        inside = iter(enumerate(document))
    for key, value in inside:
        yield (*place, key)
        yield from places(value, (*place, key))


def change(document: JsonValue, place: Place, kind: str, odd: JsonValue) -> None:
    """Change a document in one location: drop, replace, wrap or add a value."""
    *above, last = place
    parent = document
    for key in above:
        parent = parent[key]  # type: ignore[index] # JSON of any shape
    assert isinstance(parent, dict | list)
    if kind == "drop":
        del parent[last]  # type: ignore[arg-type] # JSON of any shape
    elif kind == "wrap":
        parent[last] = [parent[last]]  # type: ignore[index] # JSON of any shape
    elif kind == "add" and isinstance(parent, dict):
        parent["somethingNew"] = odd
    else:
        parent[last] = odd  # type: ignore[index] # JSON of any shape


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, JsonValue, set[Place]]:
    """Return an example changed in a few places, its model, and the places."""
    name = draw(st.sampled_from(sorted(EXAMPLES)))
    document = copy.deepcopy(EXAMPLES[name])
    touched = set()
    for _ in range(draw(st.integers(0, 4))):
        left = list(places(document))
        if not left:
            break
        place = draw(st.sampled_from(left))
        change(document, place, draw(st.sampled_from(["drop", "odd", "wrap", "add"])), draw(ODD))
        touched.add(place)
    return name, document, touched


@pytest.mark.slow
@settings(max_examples=600)
@given(changed())
def test_dump_by_alias_is_read_back(given: tuple[str, JsonValue, set[Place]]) -> None:
    """A response dumped with the names of the API is the same when it is read again."""
    name, document, _ = given
    try:
        response = read(name, document)
    except ValidationError:
        return

    dumped = response.model_dump(mode="json", by_alias=True)
    again = read(name, dumped.get("root", dumped) if name == "FilterAttributes" else dumped)

    # A secret is dumped as asterisks.
    hidden = {"auth_token"} if "auth_token" in type(response).model_fields else {"url"}
    assert again.model_dump(exclude=hidden) == response.model_dump(exclude=hidden)
    if not hidden & response.model_fields_set:
        assert again == response
    assert again.model_extra == response.model_extra


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - {"FilterAttributes"}))
def test_dump_by_alias_has_the_names_of_the_api(name: str) -> None:
    """A dump by alias has the names that the manual has, unless it has several for one thing."""
    example = EXAMPLES[name]
    assert isinstance(example, dict)
    inner = example.get(NESTED.get(name, ""), {})
    assert isinstance(inner, dict)

    dumped = read(name).model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert dumped.keys() - {"totalCount", "links"} <= example.keys() | inner.keys()


NESTED = {"InfoStore": "infoStore", "Autoresponder": "autoresponder"}


@pytest.mark.parametrize("name", NESTED)
def test_new_fields_below_an_envelope(name: str) -> None:
    """New fields are kept within and beside an envelope, and dumped with the API's names."""
    inner = {"quota": 5, "usage": 1} if name == "InfoStore" else {"active": True, "body": "x"}
    response = read(name, {NESTED[name]: {**inner, "new": {"id": 5}}, "other": 1})

    assert response.model_extra == {"new": {"id": 5}, "other": 1}
    dumped = response.model_dump(by_alias=True, exclude_none=True, exclude={"links"})
    assert dumped == {**inner, "new": {"id": 5}, "other": 1}
    assert read(name, {**inner, "new": {"id": 5}, "other": 1}) == response


@pytest.mark.slow
@settings(max_examples=600)
@given(changed())
def test_invalid_fields_never_fail_except_required_ones(
    given: tuple[str, JsonValue, set[Place]],
) -> None:
    """An invalid value is skipped, and the others are kept."""
    name, document, touched = given

    try:
        response = read(name, document)
    except ValidationError:
        assert (REQUIRED.get(name),) in touched
        return

    repr(response)
    response.model_dump_json()
    for part in [response, *getattr(response, "items", [])]:
        getattr(part, "kind", None)


DATES: dict[object, date | None] = {
    "2018-10-28": date(2018, 10, 28),
    " 2018-10-28 ": date(2018, 10, 28),
    "2018-10-28T10:30:00Z": date(2018, 10, 28),
    "2018-10-28 00:00": date(2018, 10, 28),
    **dict.fromkeys(
        [
            *(0, 1, -1, 1540684800, 1.5, True, "0", "1540684800", "0000-00-00", "2018-13-01", ""),
            *("28.10.2018", "2018-10-28x", "20181028", "never", None),
        ]
    ),
}
NUMBERS = [
    *((5, 5), (0, 0), (-1, -1), ("5", 5), (" 7 ", 7), ("-1", -1), (5.0, 5), ("5.0", 5)),
    *((bad, None) for bad in (True, False, "1_0", 5.5, "5.5", "x", "", "1e3", "0x5", "\u0663")),
    *((bad, None) for bad in (None, [], {}, [5], 1e300, "9" * 5000)),
]
READ_FLAGS = [
    *((True, True), (False, False), (1, True), (0, False), (1.0, True)),
    *(("true", True), ("False", False), ("1", True), (" 0 ", False)),
    *((bad, None) for bad in (2, -1, 0.5, "yes", "no", "on", "off", "t", "n", "", "2", None, [])),
]


@pytest.mark.parametrize("mode", ["json", "python"])
@pytest.mark.parametrize(
    ("name", "field", "value", "meant"),
    [
        *(("DomainWebmail", "trialExpiration", *pair) for pair in DATES.items()),
        *(("Mailbox", "quota", *pair) for pair in NUMBERS),
        *(("InfoStore", "usage", *pair) for pair in NUMBERS),
        *(("MailboxTypeCount", "numStandard", *pair) for pair in NUMBERS),
        *(("Mailbox", "master", *pair) for pair in READ_FLAGS),
        *(("ExchangeMailbox", "popEnabled", *pair) for pair in READ_FLAGS),
        *(("Autoresponder", "active", *pair) for pair in READ_FLAGS),
    ],
)
def test_values_that_the_api_can_mean(
    name: str, field: str, value: JsonValue, meant: object, mode: str
) -> None:
    """A date, number or flag is what the API can mean by it, or None; no other conversion."""
    model: type[BaseModel] = getattr(models, name)

    if mode == "json":
        response = model.model_validate_json(json.dumps({field: value}))
    else:
        response = model.model_validate({field: value})

    (attribute,) = [key for key, info in model.model_fields.items() if info.alias == field]
    result = getattr(response, attribute)
    assert result == meant
    assert type(result) is type(meant)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("DomainInfo", "quota", True),
        ("WebmailUpgrade", "allowed", "yes"),
        ("SecretQuestionSettings", "minimum", "1_0"),
    ],
)
def test_required_values_that_mean_nothing(name: str, field: str, value: JsonValue) -> None:
    """A required value of an undocumented kind is an invalid response, not a guess."""
    with pytest.raises(ValidationError, match="not documented"):
        read(name, {field: value})


def test_limits_that_cannot_be_read() -> None:
    """A limit that cannot be read does not look like no limit."""
    given = {"standard": 5, "premium": "7", "basic": 0, "free": None, "trial": "many", "x": [1]}

    response = read("WebmailLimits", {"webmailLimits": {**given, "y": True}})

    assert isinstance(response, models.WebmailLimits)
    assert response.limits == {"standard": 5, "premium": 7, "basic": None, "free": None}
    assert response.unreadable == {"trial": "many", "x": [1], "y": True}
    again = read("WebmailLimits", response.model_dump(mode="json", by_alias=True))
    assert again == response
    assert isinstance(again, models.WebmailLimits)
    assert again.unreadable == response.unreadable


@pytest.mark.parametrize("content", ["https://panel.example/?t=c", " HTTPS://panel.example/x\r\n"])
def test_sign_on_link_as_plain_text(content: str) -> None:
    """The undocumented response may be a bare link, which is no JSON."""
    for body in (content, content.encode(), json.dumps(content.strip())):
        response = SSOLinkResponse.model_validate_json(body)
        assert response.link.url.get_secret_value() == content.strip()


@pytest.mark.parametrize("content", ["<html>https://x</html>", "https://", "javascript:x", "a b"])
def test_plain_text_that_is_no_link(content: str) -> None:
    """Other text is no link."""
    with pytest.raises(ValidationError):
        SSOLinkResponse.model_validate_json(content)

"""The types of the arguments of every operation, which are checked before anything is sent."""

from __future__ import annotations

import functools
import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType

import httpx
import pytest
from pydantic import JsonValue, SecretStr

from hostway_email import (
    AutoresponderSettings,
    HostwayEmail,
    InvalidRequestError,
    ListedAddress,
    MailboxUpdate,
    RetryPolicy,
)
from hostway_email.models import InfoStoreUpdate
from hostway_email.pagination import AsyncPager

from .operations import OPERATIONS, Operation, documented_sandbox, domain, user
from .test_completeness import CLASSES, METHODS, perform
from .wire import Wire

pytestmark = pytest.mark.anyio

BY_ID = [pytest.param(operation, id=operation.id) for operation in OPERATIONS]

WRONG: dict[str, tuple[object, ...]] = {
    "": (object(), 1.5, b"x", InfoStoreUpdate(quota_mb=1), MailboxUpdate, 1 + 2j),
    "None": (None,),
    "bool": (True, False),
    "int": (1, 2),
    "str": ("x", ""),
    "Iterable": ([], (), iter(["x"])),
    "Mapping": ({}, {"quota": 85}),
}
"""Values that are wrong unless the annotation of the argument has the word."""
ALSO = {"ContactFilter": "Mapping", "Literal": "str", "Mapping": "Iterable"}

Arguments = Mapping[str, object]


def wrong_for(parameter: inspect.Parameter) -> Iterator[object]:
    """Yield values of other types than the annotation of a parameter."""
    annotation = str(parameter.annotation)
    words = annotation + "".join(also for word, also in ALSO.items() if word in annotation)
    for word, values in WRONG.items():
        if not word or word not in words.replace("Mapping" if word == "Iterable" else "", ""):
            yield from values
    if "Iterable" in annotation:
        yield from ("x", b"x", {"x": "y"}, ListedAddress(address="@x", type="W"))


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Call every method with each argument replaced by wrong ones, before the call itself."""
    refused: list[str] = []

    def trying(method: Callable[..., object]) -> Callable[..., object]:
        signature = inspect.signature(method)

        @functools.wraps(method)
        async def call(*args: object, **options: object) -> object:
            given = signature.bind(*args, **options).arguments
            for parameter in [*signature.parameters.values()][1:]:
                for value in wrong_for(parameter):
                    label = f"{parameter.name} = {value!r}"
                    with pytest.raises(InvalidRequestError) as caught:
                        await done(method, signature, {**given, parameter.name: value})
                    assert parameter.name in caught.value.fields, label
                    assert parameter.name in str(caught.value)
                    refused.append(f"{method.__qualname__}: {label}")
            return await done(method, signature, given)

        return call

    for owner in {owner for cls in CLASSES.values() for owner in cls.__mro__}:
        for name in [*vars(owner)]:
            method = METHODS.get(f"{owner.__name__}.{name}")
            if method is not None and inspect.iscoroutinefunction(method):
                monkeypatch.setattr(owner, name, trying(method))
    return refused


async def done(
    method: Callable[..., object], signature: inspect.Signature, arguments: Arguments
) -> object:
    """Call a method with arguments by name, as its signature allows."""
    bound = inspect.BoundArguments(signature, OrderedDict(arguments))
    result = method(*bound.args, **bound.kwargs)
    return await result if inspect.isawaitable(result) else result


@pytest.mark.parametrize("operation", BY_ID)
async def test_wrong_types_are_refused(operation: Operation, refused: list[str]) -> None:
    """An argument of a wrong type is refused by its name, and nothing is sent for it."""
    for call in filter(None, (operation.call, operation.other)):
        wire = Wire(documented_sandbox())

        await perform(call, wire)

        assert len(wire.requests) == 1, "only the call with the right arguments was sent"


LISTS = [
    pytest.param(lambda hostway: domain(hostway).usernames, id="usernames"),
    pytest.param(lambda hostway: domain(hostway).blackwhitelist, id="blackwhitelist of a domain"),
    pytest.param(lambda hostway: user(hostway).blackwhitelist, id="blackwhitelist of a username"),
    pytest.param(lambda hostway: domain(hostway).contacts, id="contacts"),
]


@pytest.mark.parametrize("resource", LISTS)
async def test_wrong_types_of_lists_are_refused(
    resource: Callable[[HostwayEmail], object], hostway: HostwayEmail, wire: Wire
) -> None:
    """Each argument of a list is checked before the first step of its pager."""
    method = getattr(resource(hostway), "list")  # noqa: B009 # each has another signature
    for parameter in inspect.signature(method).parameters.values():
        for value in wrong_for(parameter):
            with pytest.raises(InvalidRequestError) as caught:
                method(**{parameter.name: value})
            assert parameter.name in caught.value.fields

    assert wire.requests == []


@pytest.mark.parametrize("name", ["collect", "page"])
async def test_wrong_types_of_pagers_are_refused(
    name: str, hostway: HostwayEmail, wire: Wire
) -> None:
    """So are the arguments of the pager itself."""
    method = getattr(AsyncPager, name)
    pager = domain(hostway).usernames.list()
    (_, parameter) = inspect.signature(method).parameters.values()
    for value in wrong_for(parameter):
        with pytest.raises(InvalidRequestError, match=parameter.name):
            await method(pager, value)

    assert wire.requests == []


async def test_every_method_with_arguments_is_tried(refused: list[str]) -> None:
    """No method of a resource that takes arguments is left out by the tests above."""
    for operation in OPERATIONS:
        for call in filter(None, (operation.call, operation.other)):
            await perform(call, Wire(documented_sandbox()))

    tried = {line.partition(":")[0] for line in refused}
    expected = {
        name
        for name, method in METHODS.items()
        if len(inspect.signature(method).parameters) > 1 and inspect.iscoroutinefunction(method)
    }
    assert tried == expected


WRONG_NAMES = [None, 5, True, b"ana", ["ana"], 1.5]


@pytest.mark.parametrize("value", WRONG_NAMES, ids=str)
def test_wrong_names_are_refused(value: str, wire: Wire) -> None:
    """The names of handles are checked where they are given."""
    hostway = HostwayEmail("admin", "sandbox", transport=wire)
    for handle in (
        hostway.account,
        hostway.account("account007").domain,
        hostway.domain,
        domain(hostway).username,
        hostway.domain("example.com").username,
    ):
        with pytest.raises(InvalidRequestError, match="must be a str"):
            handle(value)


@pytest.mark.parametrize(
    "options",
    [
        {"query": {"page": 1}},
        {"query": {"page": None}},
        {"query": {1: "x"}},
        {"query": "page=1"},
        {"query": 0},
        {"into": int},
        {"into": {}},
        {"body": 5},
        {"body": "text"},
        {"body": b"text"},
        {"body": {1, 2}},
        {"method": None},
        {"method": ["GET"]},
        {"path": b"/x"},
    ],
    ids=str,
)
async def test_wrong_types_of_request(
    options: dict[str, JsonValue], hostway: HostwayEmail, wire: Wire
) -> None:
    """A request of the caller's own is checked in the same way."""
    with pytest.raises(InvalidRequestError):
        await hostway.request(**{"method": "GET", "path": "/x", **options})  # type: ignore # wrong on purpose

    assert wire.requests == []


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": "3"},
        {"timeout": True},
        {"timeout": None},
        {"max_concurrency": 2.5},
        {"max_concurrency": True},
        {"max_response_bytes": "1"},
        {"retry": 3},
        {"retry_budget": RetryPolicy()},
        {"base_url": 5},
        {"base_url": b"https://api.example"},
        {"proxy": 5},
        {"ssl_context": True},
        {"http_client": 5},
        {"http_client": httpx.Client()},
        {"transport": 5},
        {"authorization": 5},
        {"username": 5, "password": "x"},
        {"username": "x", "password": b"x"},
    ],
    ids=list,
)
def test_wrong_types_of_options(options: dict[str, object]) -> None:
    """An option of the client of a wrong type is refused when the client is created."""
    with pytest.raises(InvalidRequestError) as caught:
        HostwayEmail(**options)  # type: ignore[arg-type] # wrong on purpose

    assert set(options) & set(caught.value.fields)


class Word(str):
    """A subclass of text."""

    __slots__ = ()


class Name(str, Enum):  # noqa: UP042 # whose text is `Name.ANA`, unlike that of a StrEnum
    """Text as an enumeration, as frameworks give it."""

    ANA = "ana"
    ASC = "asc"


class LoudUpdate(MailboxUpdate):
    """A body of the user's own."""


async def test_subclasses_are_accepted(hostway: HostwayEmail, wire: Wire) -> None:
    """Subclasses of text and of bodies, and any mapping, are as good as their bases."""
    ana = domain(hostway).username(Name.ANA)

    await ana.mailbox.update(LoudUpdate(quota_mb=85))
    await ana.forwards.create(Word(each) for each in ["dora@example.net"])
    await ana.blackwhitelist.put((ListedAddress(address=Word("@b.example"), type="W"),))
    await ana.cleanmailplus.update(MappingProxyType({"SPAM_LEVEL": "1"}))
    await ana.secrets.set(
        MappingProxyType({Word("tk1"): "one", "tk2": SecretStr("two"), "tk3": Word("three")})
    )
    await domain(hostway).usernames.list(sort_order=Name.ASC, sort_field="username").collect()  # type: ignore[arg-type] # not a literal

    assert wire.requests[-1].url.endswith("sortField=username&sortOrder=asc&page=1&pageSize=100")

    where = "/accounts/account007/email/example.com/usernames"
    await hostway.request("GET", where, query={"filterUsername": Name.ANA})
    assert wire.requests[-1].url.endswith("?filterUsername=ana")

    loud = hostway.with_options(username=Name.ANA, password=Name.ASC)
    await loud.request("GET", "/email/secretQuestions")
    assert wire.requests[-1].headers["Authorization"] == "Basic YW5hOmFzYw=="  # ana:asc
    assert len(wire.requests) == 8


async def test_a_refused_call_keeps_no_argument(hostway: HostwayEmail) -> None:
    """No frame of this package holds the arguments of a refused call, as one may be a secret."""
    secret = "Canary-secret-7"
    with pytest.raises(InvalidRequestError) as caught:
        await user(hostway).mailbox.reset_password(answers=5, password=secret)  # type: ignore[arg-type] # wrong on purpose

    traceback = caught.value.__traceback__
    assert traceback is not None
    entry = traceback.tb_next
    while entry is not None:
        assert secret not in repr(entry.tb_frame.f_locals)
        entry = entry.tb_next


async def test_a_rejected_call_keeps_no_argument(hostway: HostwayEmail) -> None:
    """Nor does a frame of a call that the API has rejected."""
    secret = "Canary-secret-7"
    with pytest.raises(Exception, match="404") as caught:
        await user(hostway, "nobody").secrets.set({"tk1": secret, "tk2": secret, "tk3": secret})

    entry = caught.value.__traceback__
    assert entry is not None
    entry = entry.tb_next
    while entry is not None:
        assert secret not in repr(entry.tb_frame.f_locals)
        entry = entry.tb_next


async def test_messages_name_type_and_remedy(hostway: HostwayEmail) -> None:
    """The message says what the argument must be, and the type that it has."""
    with pytest.raises(InvalidRequestError) as caught:
        await user(hostway).mailbox.update({"quota": 85})  # type: ignore[arg-type] # wrong on purpose
    assert str(caught.value) == "changes must be a MailboxUpdate, not dict"

    with pytest.raises(InvalidRequestError) as caught:
        await user(hostway).autoresponder.update(AutoresponderSettings)  # type: ignore[arg-type] # wrong on purpose
    assert (
        str(caught.value)
        == "settings must be an AutoresponderSettings, not the class AutoresponderSettings"
    )

    with pytest.raises(InvalidRequestError) as caught:
        domain(hostway).blackwhitelist.list(filter_type="Q")  # type: ignore[arg-type] # wrong on purpose
    assert str(caught.value) == "filter_type must be one of 'W', 'B' or None"

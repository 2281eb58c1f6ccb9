"""Secrets: nothing printed, logged, raised, pickled or written to disk shows one."""

from __future__ import annotations

import base64
import copy
import enum
import inspect
import json
import logging
import pickle
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from pydantic import BaseModel, SecretStr

import hostway_email
from hostway_email import (
    ConnectError,
    HostwayEmail,
    HostwayEmailError,
    InvalidRequestError,
    Mailbox,
    Request,
    RequestTimeoutError,
    Response,
    RetryEvent,
    RetryPolicy,
    SSOLink,
    StatusError,
    TransportError,
    Webmail,
    audit,
    errors,
    models,
)
from hostway_email._core.credentials import Credentials
from hostway_email._core.json_body import GivenBody
from hostway_email._core.secret_values import holds_secret
from hostway_email.models._response import ResponseModel
from hostway_email.transports.httpx import for_app

from .manual.operations import ANSWERS, NEW, OPERATIONS, documented_sandbox
from .support.transports import FakeTransport, response, result

LOGIN = 'Canary-login/1 &"ö'
BASIC = base64.b64encode(f"admin:{LOGIN}".encode()).decode()
LINK = "https://avas.example/sso?token=Canary-link"

MAILBOXES = ("Ana-secret-1", "Ben-secret-1", "Eva-secret-1")
OWNERS = [
    base64.b64encode(f"{name}@example.com:{name.capitalize()}-secret-1".encode()).decode()
    for name in ("ana", "ben", "eva")
]

NEEDLES = ("Canary", BASIC[:20], NEW, *MAILBOXES, *OWNERS, *ANSWERS.values())
"""Texts that must appear nowhere; tokens of the sandbox are added during the tests."""

POLICY = RetryPolicy(attempts=2, base_delay=0)
Script = Callable[[Request], Response | Exception]


class Wire(FakeTransport):
    """A transport to a sandbox, or to a script, that records requests."""

    def __init__(self, script: Script | None = None) -> None:
        self.sandbox = documented_sandbox()
        self.sandbox._state.password = LOGIN
        self.sandbox.domain.sso_link = LINK
        super().__init__(
            (lambda request: result(request, script(request)))
            if script
            else for_app(self.sandbox.app)
        )

    @property
    def tokens(self) -> list[str]:
        """The webmail tokens of the sandbox."""
        from hostway_email.sandbox.handlers._plans import login_token

        return [login_token(mailbox) for mailbox in self.sandbox.domain.mailboxes]


@asynccontextmanager
async def connected(wire: Wire) -> AsyncIterator[HostwayEmail]:
    async with HostwayEmail("admin", SecretStr(LOGIN), transport=wire, retry=POLICY) as hostway:
        yield hostway


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Log at every level, and assert after each test that the log shows no secret."""
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.get_records("call"):
        assert_hidden(f"{record.getMessage()} {vars(record)!r} {record.exc_text}", "a log record")


def assert_hidden(shown: str | bytes, where: object, more: tuple[str, ...] = ()) -> None:
    text = shown.decode("utf-8", "replace") if isinstance(shown, bytes) else shown
    for needle in (*NEEDLES, *more):
        assert needle not in text, f"{where} shows {needle}"


def shown_by(thing: object) -> Iterator[str]:
    """Yield every text that a program would show of an object without revealing its secrets."""
    yield from (repr(thing), str(thing), f"{thing}", repr([thing]))
    if isinstance(thing, BaseModel):
        yield from (thing.model_dump_json(), repr(thing.model_dump()))
        yield json.dumps(thing.model_dump(mode="json", by_alias=True, warnings=False))
        yield repr(vars(thing))
        yield repr(thing.model_copy(deep=True))
    elif is_dataclass(thing):
        yield repr([copy.copy(thing)])


def parts(thing: object) -> Iterator[object]:
    """Yield an object and all public objects inside it."""
    yield thing
    if isinstance(thing, BaseModel):
        for _, value in thing:
            yield from parts(value)
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from parts(value)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from parts(value)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for each in fields(thing):
            yield from parts(getattr(thing, each.name))


# Responses


@pytest.mark.anyio
async def test_responses_show_no_secret() -> None:
    """For every call, neither its result nor its request shows a secret."""
    seen: set[type] = set()
    for operation in OPERATIONS:
        for call in filter(None, (operation.call, operation.other)):
            wire = Wire()
            tokens = tuple(wire.tokens)
            async with connected(wire) as hostway:
                result = await call(hostway)
            for thing in parts(result):
                seen.add(type(thing))
                for text in shown_by(thing):
                    assert_hidden(text, operation.id, tokens)
            assert_hidden(pickle.dumps(result), operation.id, tokens)
            for request in wire.requests:
                assert_hidden(request.url + unquote(request.url), operation.id, tokens)

    assert {kind for kind in ANSWERS_MET if kind not in seen} == set()


@pytest.mark.anyio
async def test_secrets_can_be_read() -> None:
    """A hidden value can be read by its name."""
    wire = Wire()
    async with connected(wire) as hostway:
        domain = hostway.account("account007").domain("example.com")
        link = await domain.antispam.sso_link()
        mailbox = await domain.username("ana").mailbox.get()
        webmail = await domain.username("ana").webmail.get()

    assert link.url.get_secret_value() == LINK
    assert mailbox.auth_token is not None
    assert mailbox.auth_token.get_secret_value() in wire.tokens
    assert webmail.auth_token is not None
    assert webmail.auth_token.get_secret_value() in wire.tokens


@pytest.mark.parametrize(
    ("model", "document"),
    [
        (Mailbox, {"authToken": "Canary", "quota": 5}),
        (Webmail, {"authToken": "Canary", "type": "standard"}),
        (SSOLink, {"url": "Canary", "token": "Canary", "password": "Canary"}),
    ],
)
def test_models_with_a_secret(model: type[ResponseModel], document: dict[str, object]) -> None:
    """They hide it in every form of printing, and after copying and pickling."""
    assert holds_secret(model)
    parsed = model.model_validate_json(json.dumps(document))

    for thing in (parsed, copy.deepcopy(parsed), pickle.loads(pickle.dumps(parsed))):
        for text in shown_by(thing):
            assert_hidden(text, model)


# Requests

BODIES: dict[str, dict[str, Any]] = {
    "ExchangeCreate": {"password": "Canary", "display_name": "Eva"},
    "ExchangeUpdate": {"password": "Canary", "city": "Berlin"},
    "MailboxCreate": {"password": "Canary", "quota_mb": 5},
    "MailboxUpdate": {"password": "Canary"},
    "PasswordReset": {"answers": {"tk1": "Canary-answer"}, "password": "Canary"},
    "SecretsUpdate": {"answers": {"tk1": "Canary-answer"}},
}


def sealed(value: Any) -> Any:
    """Return the same values with every canary as a `SecretStr`."""
    if isinstance(value, dict):
        return {name: sealed(item) for name, item in value.items()}
    return SecretStr(value) if str(value).startswith("Canary") else value


def test_every_body_with_a_secret_is_listed() -> None:
    """A request model with a secret field is in the list."""
    holders = set()
    for name in models.__all__:
        model = getattr(models, name)
        if inspect.isclass(model) and issubclass(model, models.RequestModel):
            model.model_rebuild()
            if any("Secret" in repr(field) for field in model.model_fields.values()):
                holders.add(name)

    assert holders == set(BODIES)


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("given", [lambda values: values, sealed], ids=["str", "SecretStr"])
def test_bodies_show_no_secret(name: str, given: Callable[[Any], Any]) -> None:
    """A request model shows its secrets on the wire only."""
    body = getattr(models, name)(**given(BODIES[name]))

    for thing in (body, copy.copy(body), copy.deepcopy(body), body.model_copy()):
        for text in shown_by(thing):
            assert_hidden(text, name)
        assert b"Canary" in thing.to_wire()
        assert all(secret.startswith("Canary") for secret in thing.secrets())


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("wrong", [lambda v: [v], lambda v: {v: v}, str.encode, lambda v: (v, 1)])
def test_refusals_of_bodies_show_no_secret(name: str, wrong: Callable[[str], object]) -> None:
    """A secret of the wrong type, or under a wrong name, is refused without being quoted."""
    model, values = getattr(models, name), BODIES[name]
    bad: list[dict[str, Any]] = [values | {"pasword": "Canary"}]
    for field, value in values.items():
        if isinstance(value, dict):
            bad += [values | {field: {"tk1": wrong("Canary")}}, values | {field: "Canary"}]
        elif value == "Canary":
            bad.append(values | {field: wrong("Canary")})

    for arguments in bad:
        for make in (lambda given: model(**given), model.model_validate):
            with pytest.raises(InvalidRequestError) as caught:
                make(arguments)
            assert_error_hides(caught.value)


# Errors


def echo(request: Request) -> str:
    """Return all secrets of a request, as a careless server repeats them."""
    authorization = request.headers.get("Authorization", "")
    scheme, _, token = authorization.partition(" ")
    login = base64.b64decode(token).decode() if scheme == "Basic" else token
    password = login.partition(":")[2]
    return f"{authorization}, {password}, may not send {request.content.decode()}"


def failing(status: int, message: str = "") -> Script:
    """Return a server that returns an error status and repeats the request in different shapes."""
    turn = 0

    def respond(request: Request) -> Response:
        nonlocal turn
        turn += 1
        said = message + " " + echo(request)
        headers = {"location": f"https://elsewhere.example/{unquote(said)}"}
        bodies: list[Any] = [
            {"conflict": {"message": said, "details": {said: said}, "guid": said}},
            {said: said},
            f"<p title='{said}'>{said}</p>",
            json.dumps({"message": said})[:-3],
        ]
        return response(status, bodies[turn % len(bodies)], headers)

    return respond


def lost(kind: type[TransportError]) -> Script:
    return lambda request: kind(f"the connection failed near {echo(request)}")


CAUSES: dict[str, Script] = {
    "AuthenticationError": failing(401),
    "BadGatewayError": failing(502),
    "BadRequestError": failing(400),
    "ConflictError": failing(409),
    "ConnectError": lost(ConnectError),
    "ImapGatewayError": failing(502),
    "InvalidRequestError": lambda request: InvalidRequestError("no such host"),
    "InvalidResponseError": lambda request: response(200, f"<html>{echo(request)}"),
    "NotFoundError": failing(404),
    "PaginationError": lambda request: response(
        200,
        {"list": [], "links": [{"href": f"/elsewhere?{LINK}&{LOGIN}", "rel": "next"}]},
    ),
    "PermissionDeniedError": failing(403),
    "RateLimitedError": failing(429),
    "RequestTimeoutError": lost(RequestTimeoutError),
    "ServerError": failing(500),
    "StatusError": failing(418),
    "TransportError": lost(TransportError),
    "UnexpectedRedirectError": failing(302),
    "VirtualMailboxError": failing(404, "This is a virtual mailbox"),
}

SECRETIVE = [
    operation
    for operation in OPERATIONS
    if operation.id.partition(".")[2] in ("put", "action", "messagestats", "sso_link", "get")
    or operation.id in ("usernames.list", "short.mailbox.action", "short.secrets.put")
]


def test_every_error_is_listed() -> None:
    """Every error class is raised here."""
    classes = {
        name
        for name in errors.__all__
        if inspect.isclass(kind := getattr(errors, name)) and issubclass(kind, HostwayEmailError)
    }

    assert classes - {"HostwayEmailError"} == set(CAUSES)


def assert_error_hides(error: BaseException) -> None:
    """Assert that an error and its chain show no secret."""
    chain: list[BaseException] = [error]
    for one in chain:
        for text in (*shown_by(one), repr(one.args), repr(vars(one))):
            assert_hidden(text, type(one))
        chain += [e for e in (one.__cause__, one.__context__) if e and e not in chain]
    for printed in (traceback.format_exception(error), traceback.format_exception_only(error)):
        assert_hidden("".join(printed), f"the traceback of {type(error)}")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert_hidden(pickle.dumps(error, protocol), f"the pickle of {type(error)}")
    assert_hidden(json.dumps(error.args), f"the JSON of {type(error)}")


async def caught_from(
    call: Callable[[HostwayEmail], Awaitable[object]], wire: Wire
) -> HostwayEmailError | None:
    async with connected(wire) as hostway:
        try:
            await call(hostway)
        except HostwayEmailError as error:
            return error
    return None


@pytest.mark.anyio
@pytest.mark.parametrize("name", CAUSES)
async def test_errors_show_no_secret(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """An error shows neither the caller's secrets nor the body's, even if a server repeats them."""
    raised: set[str] = set()
    for operation in SECRETIVE:
        for call in filter(None, (operation.call, operation.other)):
            wire = Wire(CAUSES[name])
            error = await caught_from(call, wire)
            if error is not None:
                raised.add(type(error).__name__)
                assert_error_hides(error)
                logging.getLogger("a.program").error("failed: %s", error, exc_info=error)
            for request in wire.requests:
                assert_hidden(request.url + unquote(request.url), operation.id)

    assert name in raised
    assert "a.program" in caplog.text
    assert_hidden(caplog.text, "the log")


@pytest.mark.anyio
async def test_given_bodies_and_tokens_show_no_secret() -> None:
    """The same holds for bodies without a model, and for other credentials."""

    async def token() -> str:
        return "Bearer Canary-token"

    for authorization in ("Bearer Canary-token", token):
        wire = Wire(failing(409))
        async with HostwayEmail(authorization=authorization, transport=wire) as hostway:
            assert_hidden(repr(hostway), "a client")
            for body in ({"newPassword": "Canary"}, {"x": SecretStr("Canary")}):
                with pytest.raises(StatusError) as caught:
                    await hostway.request("PUT", "/accounts/a", body=body)
                assert_error_hides(caught.value)
        assert wire.requests[0].headers["Authorization"] == "Bearer Canary-token"


@pytest.mark.anyio
async def test_errors_of_the_constructor_show_no_secret() -> None:
    """The error of an invalid client does not show its arguments."""
    for arguments in (
        {"username": "", "password": LOGIN},
        {"username": "ad:min", "password": LOGIN},
        {"username": "admin", "password": f"{LOGIN}\ud800"},
        {"authorization": f"Bearer {LOGIN}\n"},
        {"base_url": "https://admin:Canary@api.test"},
        {"proxy": "Canary://user:Canary@proxy"},
    ):
        with pytest.raises(InvalidRequestError) as caught:
            HostwayEmail(**arguments)  # type: ignore[arg-type] # options of any type
        assert_error_hides(caught.value)


# Other objects


async def things() -> dict[str, object]:
    """Return one of each public object but responses, errors and bodies, with secrets inside."""
    wire = Wire()
    hostway = HostwayEmail("admin", LOGIN, transport=wire)
    account = hostway.account("account007")
    domain = account.domain("example.com")
    error = await caught_from(lambda it: it.request("GET", "/x"), Wire(failing(500)))
    assert error is not None
    pager = domain.usernames.list()
    page = await pager.page(1)
    return {
        "AccountHandle": account,
        "AsyncPager": pager,
        "DomainHandle": domain,
        "HostwayEmail": hostway,
        "Page": page,
        "Request": Request("PUT", "https://api.test/a", {"Authorization": BASIC}, NEW.encode(), 9),
        "Response": Response(200, {"location": LINK}, b"Canary"),
        "RetryBudget": hostway_email.RetryBudget(),
        "RetryEvent": RetryEvent("GET", "/x", 1, error, 0.5),
        "RetryPolicy": RetryPolicy(on_retry=lambda event: None),
        "ShortDomainHandle": hostway.domain("example.com"),
        "ShortUsernameHandle": hostway.domain("example.com").username("ana"),
        "UsernameHandle": domain.username("ana"),
        "WalkSummary": pager.summary,
        "derived client": hostway.with_options(username="ben", password=SecretStr("Canary-two")),
        "session": hostway._session,
        "credentials": Credentials(f"Basic {BASIC}", (LOGIN, BASIC)),
        "given body": GivenBody({"password": "Canary"}),
        "resource": domain.username("ana").mailbox,
        "pages": pager.pages(),
        "audit run": audit.audit(domain),
    }


@pytest.mark.anyio
async def test_other_objects_show_no_secret() -> None:
    """Clients, handles, pagers, policies and the like are safe to print."""
    for name, thing in (await things()).items():
        for text in shown_by(thing):
            assert_hidden(text, name)


@pytest.mark.anyio
async def test_clients_cannot_be_pickled() -> None:
    """A client, or a handle of it, cannot be pickled with its credentials."""
    everything = await things()
    for name in ("HostwayEmail", "DomainHandle", "UsernameHandle", "AsyncPager"):
        with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
            pickle.dumps(everything[name])


# Audits


@pytest.mark.anyio
async def test_audit_shows_no_secret(tmp_path: Path) -> None:
    """Neither the records file of an audit nor its records have a secret, whatever failed."""
    wire = Wire()
    for name in ("/ana/mailbox", "/ben/mailbox", "/ana/webmail", "/ana/secrets"):
        said = {"conflict": {"message": f"{LOGIN} {BASIC}", "details": {LOGIN: f"Basic {BASIC}"}}}
        wire.sandbox.fail_next("GET", name, status=409, body=said)
    tokens = tuple(wire.tokens)
    path = tmp_path / "records.jsonl"
    kept: list[object] = []

    async with connected(wire) as hostway:
        domain = hostway.account("account007").domain("example.com")
        async with audit.audit(domain, records=path) as run:
            async for record in run:
                kept += [record, run.progress]
    kept += [*run.domains, run.summary, run, *(record for record, _ in audit.read_records(path))]

    content = path.read_bytes()
    assert_hidden(content, "the file", tokens)
    assert b"[hidden]" in content
    seen = set()
    for thing in (part for one in kept for part in parts(one)):
        seen.add(type(thing).__name__)
        for text in shown_by(thing):
            assert_hidden(text, type(thing), tokens)
        if isinstance(thing, BaseModel):
            assert_hidden(pickle.dumps(thing), type(thing), tokens)
    assert seen >= AUDIT_MET
    for request in wire.requests:
        assert_hidden(request.url + unquote(request.url), "a URL", tokens)


@pytest.mark.anyio
async def test_unauthorized_audit(tmp_path: Path) -> None:
    """An audit that ends with a 401 leaves a file without the password."""
    path = tmp_path / "records.jsonl"
    async with connected(Wire(failing(401))) as hostway:
        with pytest.raises(HostwayEmailError) as caught:
            async with audit.audit(
                hostway.account("account007").domain("example.com"), records=path
            ) as run:
                async for _ in run:
                    pass

    assert_error_hides(caught.value)
    assert_hidden(path.read_bytes(), "the file")


# Completeness

ANSWERS_MET = {
    kind
    for name in hostway_email.__all__
    if inspect.isclass(kind := getattr(hostway_email, name)) and issubclass(kind, ResponseModel)
}

AUDIT_MET = {
    *("AuditProgress", "AuditRecord", "AuditRun", "AuditSettings", "AuditSummary"),
    *("DomainFacts", "DomainRecord", "EndRecord", "Finding", "HeaderRecord", "MailboxFacts"),
}

HOLDS_NOTHING = {
    "Acceptance": "a suppression from the user's file",
    "AuditPlan": "numbers, and names of checks and probes",
    "Authorization": "a name for a type",
    "Between": "two numbers",
    "CheckInfo": "the texts of a check",
    "Context": "the input of a check: the date and the settings",
    "ContactFilter": "a name for a type",
    "DomainCheck": "a check",
    "Baseline": "the input of a check from the baseline audit",
    "Evidence": "the text of a finding, asserted in the records",
    "Aggregate": "state of a check, from facts without secrets",
    "AggregateCheck": "a check",
    "LinkedList": "names and links, of operations that document no secret",
    "MailboxCheck": "a check",
    "Suppression": "a suppression from the user's file",
    "SuppressionUse": "the same, and a number",
    "Transport": "a protocol",
    "WorstMailbox": "a name and a number, from the records",
}


@pytest.mark.anyio
async def test_every_public_class_is_listed() -> None:
    """Every class of the package is tested here, or has a reason why not."""
    public = {
        name
        for module in (hostway_email, audit)
        for name in module.__all__
        if inspect.isclass(kind := getattr(module, name)) and not issubclass(kind, enum.Enum)
    }
    bodies = {
        name
        for name in models.__all__
        if inspect.isclass(kind := getattr(models, name)) and issubclass(kind, models.RequestModel)
    }
    examined = {
        *(kind.__name__ for kind in ANSWERS_MET),
        *bodies,
        *errors.__all__,
        *AUDIT_MET,
        *HOLDS_NOTHING,
        *await things(),
    }

    texts = {name for name in public if issubclass(getattr(hostway_email, name, object), str)}
    assert public - examined - texts == set()
    assert all(HOLDS_NOTHING.values())

"""Secrets in errors: hidden in all texts, without effect on any decision."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email import (
    HostwayEmail,
    HostwayEmailError,
    ImapGatewayError,
    InvalidResponseError,
    MailboxUpdate,
    NotFoundError,
    RetryPolicy,
    StatusError,
    TransportError,
    UnexpectedRedirectError,
)
from hostway_email._core.redaction import MASK, MAX_SECRETS, Mask

from ..manual.example import Call
from ..manual.examples import EXAMPLES
from ..support.transports import FakeTransport, client_over, response

pytestmark = pytest.mark.anyio

FAST = RetryPolicy(base_delay=0)
NEUTRAL = "zQ7-neutral-9x"
"""A secret that no text contains."""

IMAP = ["No IMAP connection", "Search failed", "Folder selection failed", "Something else"]


def body_of(document: object) -> str:
    """Return a body as text."""
    return document if isinstance(document, str) else json.dumps(document)


async def _read_statistics(hostway: HostwayEmail) -> object:
    return await hostway.request(
        "GET", "/accounts/a/email/b.test/usernames/ana/mailbox/messagestats"
    )


def documented() -> Iterator[tuple[int, str, Call]]:
    """Yield each error of the manual with its call, and those whose text decides."""
    for one in EXAMPLES:
        if one.status >= 400 and one.answer and one.refused is None:
            yield one.status, body_of(one.answer), one.call
    yield 404, '{"itemNotFound": {"message": "This is a virtual mailbox"}}', _read_statistics
    for text in IMAP:
        page = f"<html><h1>{text}</h1></html>"
        for body in (text, page, body_of({"badGateway": {"message": text}})):
            yield 502, body, _read_statistics


ERRORS = list({one[:2]: one for one in documented()}.values())


def words(body: str) -> set[str]:
    """Return every word of a body, and pieces of words that a secret could be."""
    whole = set(re.findall(r"[^\s\"{}\[\]:,<>/]+", body)) | set(re.findall(r"\w+", body))
    pieces = {word[1:-1] for word in whole} | {word[:4] for word in whole} | {"a", "es"}
    return {word for word in whole | pieces if word}


async def failure(
    password: str, status: int, body: str, call: Call = _read_statistics
) -> StatusError:
    """Return the error of a call that was made with this password."""
    async with HostwayEmail(
        "admin",
        password,
        transport=FakeTransport(lambda request: response(status, body)),
        retry=FAST,
    ) as hostway:
        with pytest.raises(StatusError) as caught:
            await call(hostway)
    return caught.value


def decided(error: StatusError) -> tuple[object, ...]:
    """Return the attributes of an error that programs decide on."""
    reason = error.reason if isinstance(error, ImapGatewayError) else None
    return type(error), [*error.fields], reason, error.attempts, error.retry_after, error.outcome


@pytest.mark.parametrize(
    ("status", "body", "call"), ERRORS, ids=lambda value: "" if callable(value) else str(value)[:60]
)
async def test_decisions_do_not_depend_on_the_password(status: int, body: str, call: Call) -> None:
    """Class, fields, reason and attempts are those of any password, for each word of each error.

    If a password is hidden, the text around it does not reveal it.
    """
    usual = await failure(NEUTRAL, status, body, call)
    keys = [*usual.fields]
    for word in words(body):
        error = await failure(word, status, body, call)

        assert decided(error) == decided(usual), word
        assert error.guid in (usual.guid, MASK)
        for text in (error.message, *error.fields.values()):
            if MASK in text:
                rest = text
                for key in keys:
                    rest = rest.replace(f"{key}: " if key else key, "", 1)
                pieces = re.split(r": |; ", rest)
                assert all(MASK not in piece or piece == MASK for piece in pieces), (word, text)
            else:
                assert text in (usual.message, *usual.fields.values())


async def test_examples_of_passwords() -> None:
    """Fields, addresses, classes and reasons are the same for every password."""
    flat = '{"password": "Required"}'
    assert (await failure("password", 400, flat)).fields == {"password": "Required"}

    virtual = '{"itemNotFound": {"message": "This is a virtual mailbox"}}'
    error = await failure("virtual", 404, virtual)
    assert (type(error).__name__, error.message) == ("VirtualMailboxError", MASK)

    body = '{"conflict": {"message": "Invalid secret questions and answers provided"}}'
    assert (await failure("answer", 409, body)).message == MASK

    error = await failure("folder", 502, "Folder selection failed".lower())
    assert isinstance(error, ImapGatewayError)
    assert (error.reason.value, error.attempts) == ("folder_selection_failed", 2)
    assert error.message == MASK


@pytest.mark.parametrize("secret", ["test", "test.com", "test@test.com", "com"])
async def test_address_as_a_field(secret: str) -> None:
    """An address of the request stays the name of a field, even if it contains the password."""
    body = '{"test@test.com": "Is the same as current mailbox"}'
    hostway = HostwayEmail("admin", secret, transport=FakeTransport(lambda _: response(400, body)))
    ana = hostway.account("a").domain("example.com").username("ana")

    with pytest.raises(StatusError) as caught:
        await ana.forwards.create(["test@test.com"])

    assert caught.value.fields == {"test@test.com": "Is the same as current mailbox"}


async def test_secret_as_a_field() -> None:
    """A name that neither the API documents nor the request contains is masked."""
    body = {"details": {"Canary-7": "taken", "quota": "of Canary-7", "xCanary-7": "too"}}
    hostway, _ = client_over([response(400, body)])

    with pytest.raises(StatusError) as caught:
        await hostway.request("PUT", "/a", body={"password": "Canary-7"})

    assert caught.value.fields == {MASK: "taken", "quota": f"of {MASK}", f"x{MASK}": "too"}


@pytest.mark.parametrize("secret", ["Domain", "domain", "account", "x", "not found", NEUTRAL])
@pytest.mark.parametrize(
    ("text", "gone"),
    [("Domain not found", False), ("No such account", False), ("Username not found", True)],
)
async def test_retried_deletion(text: str, gone: bool, secret: str) -> None:
    """Whether a retried deletion has succeeded does not depend on the password either."""
    script = iter([response(502), response(404, {"itemNotFound": {"message": text}})])
    hostway = HostwayEmail(
        "admin", secret, transport=FakeTransport(lambda _: next(script)), retry=FAST
    )
    ana = hostway.account("a").domain("example.com").username("ana")

    if gone:
        await ana.mailbox.delete()
        return
    with pytest.raises(NotFoundError):
        await ana.mailbox.delete()


async def test_pickled_error_keeps_its_reason() -> None:
    """The reason is read from the unmasked text, and pickled with the error."""
    error = await failure("connection", 502, "No IMAP connection")

    assert isinstance(error, ImapGatewayError)
    assert (error.message, error.reason.value, error.attempts) == (MASK, "no_connection", 4)
    for other in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert other.reason is error.reason
        assert other.args == error.args
    by_hand = ImapGatewayError(502, "GET", "/x", "Search failed")
    assert by_hand.reason.value == "search_failed"
    assert ImapGatewayError(*json.loads(json.dumps(error.args))).reason is error.reason


# Masked texts


@pytest.mark.parametrize("secret", ["a", "abc1", "word", "Two words", "12345678", "a.b@c.test"])
def test_guessable_secret_hides_the_whole_text(secret: str) -> None:
    """The gap in a known text would reveal a word, a number or a short secret."""
    mask = Mask([secret])

    assert mask.redact(f"before {secret} after") == MASK
    assert mask.redact("-") == "-"


def test_other_secrets_leave_the_text() -> None:
    """The gap reveals nothing of other secrets, and the rest of the text helps."""
    assert Mask(["Canary-7"]).redact("no 'Canary-7' here") == f"no '{MASK}' here"


def test_too_many_secrets_hide_every_text() -> None:
    """With too many secrets, every text is hidden, as a search for each would take too long."""
    mask = Mask(f"secret{number}" for number in range(MAX_SECRETS + 1))

    assert (mask.redact("whatever"), mask.redact("")) == (MASK, "")


def test_beginning_of_a_very_long_secret() -> None:
    """Texts are cut off: the beginning of a secret is masked too."""
    secret = "S3cret" * 20_000

    assert Mask([secret]).redact(f"it is {secret[:5_000]}") == MASK


@given(st.text(min_size=1), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_is_shown(secret: str, before: str, after: str) -> None:
    """Any secret is removed, or only the mask is left."""
    shown = Mask([secret]).redact(f"{before}{secret}{after}")

    assert shown == MASK or secret not in shown.replace(MASK, "")


# Other parts of a response


def _success(headers: dict[str, str]) -> FakeTransport:
    return FakeTransport(lambda request: response(200, "<p>", headers))


@pytest.mark.parametrize("secret", ["CanaryPw", "Canary-7", "json", "x/y"])
@pytest.mark.parametrize("template", ["{}/{}", "text/{}; a={}", "{}", "a{}b/c"])
async def test_content_type_shows_no_secret(template: str, secret: str) -> None:
    """The content type of an unreadable body is masked."""
    declared = template.format(secret, secret)
    async with HostwayEmail(
        "admin", secret, transport=_success({"content-type": declared})
    ) as hostway:
        with pytest.raises(InvalidResponseError, match="not JSON") as caught:
            await hostway.request("GET", "/a")

    assert secret not in caught.value.message.replace("is not JSON", "")


async def test_content_type_is_bounded() -> None:
    """The quoted part of a header is limited."""
    for declared in ("a" * 60_000 + "/b", "a/" + "b" * 60_000, "é" * 60_000):
        async with HostwayEmail(transport=_success({"content-type": declared})) as hostway:
            with pytest.raises(InvalidResponseError) as caught:
                await hostway.request("GET", "/a")
        assert len(caught.value.message) < 250


async def test_content_type_of_a_secret_is_not_quoted() -> None:
    """Responses that contain a secret are not quoted at all."""
    transport = _success({"content-type": "canary/token-of-the-response"})
    async with HostwayEmail("admin", "pw", transport=transport) as hostway:
        domain = hostway.account("a").domain("example.com")
        for call in (domain.antispam.sso_link, domain.username("ana").mailbox.get):
            with pytest.raises(InvalidResponseError) as caught:
                await call()
            assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "location",
    [
        *("https://{}/", "https://{}.evil.test/x", "//a:{}@evil.test/", "https://evil.test/{}"),
        *("https://x{}x:80/", "http://[{}", "https://EVIL.test/?q={}"),
    ],
)
@pytest.mark.parametrize("secret", ["CanaryPw", "Canary-7"])
async def test_redirect_shows_no_secret(location: str, secret: str) -> None:
    """A host is masked in lower case as well."""
    async with HostwayEmail(
        "admin",
        secret,
        transport=FakeTransport(
            lambda request: response(302, b"", {"location": location.format(secret)})
        ),
    ) as hostway:
        with pytest.raises(UnexpectedRedirectError, match="is not followed") as caught:
            await hostway.request("GET", "/a")

    assert "canary" not in str(caught.value).lower()
    assert len(caught.value.message) < 400


async def test_fields_are_bounded() -> None:
    """Thousands of fields, or long ones, do not make an error of that size."""
    for fields in ({str(n): "x" for n in range(3_000)}, {"a" * 20_000: "b" * 20_000}):
        error = await failure(NEUTRAL, 400, json.dumps({"details": fields}))

        assert len(error.fields) <= 100
        assert max(map(len, [*error.fields, *error.fields.values(), error.message])) <= 500


async def test_names_of_unknown_fields_are_masked() -> None:
    """An invalid field of a model with open names is quoted with its secrets masked."""
    body = {"webmailLimits": {"Canary-7": {"limit": []}, "quota": 1}, "x": 1}
    async with HostwayEmail(
        "admin", "Canary-7", transport=FakeTransport(lambda request: response(200, body))
    ) as hostway:
        error: Any = None
        try:
            await hostway.account("a").domain("example.com").webmail_limits.get()
        except HostwayEmailError as caught:
            error = caught

    assert "Canary" not in str(error)


async def test_transport_error_shows_no_secret() -> None:
    """Messages of HTTP libraries are masked too."""
    hostway, _ = client_over([TransportError("broke at s3cret-Pass")])
    with pytest.raises(TransportError) as caught:
        await hostway.request("POST", "/a", body=MailboxUpdate(quota=1))
    assert caught.value.message == f"broke at {MASK}"

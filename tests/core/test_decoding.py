"""Decoding of bodies: charsets, limits of cost, and linear time."""

from __future__ import annotations

import encodings
import json
import pkgutil
import time
from collections.abc import Callable
from encodings import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email import HostwayEmail, InvalidResponseError, SSOLink
from hostway_email._core.decoding import LARGE, as_utf8, costs_too_much, read_text
from hostway_email._core.error_parsing import explain, redirect_host, retry_after
from hostway_email.models import DomainAliases, UsernamePage

from ..support.transports import FakeTransport, client_over, response

pytestmark = pytest.mark.anyio

WHERE = "/accounts/a"
CODECS = sorted(
    {module.name for module in pkgutil.iter_modules(encodings.__path__)} | {*aliases.aliases}
)
MEANT = {"latin", "cp1252", "1252", "8859", "utf_16", "utf16", "l1", "l9", "iso_ir_100", "cp819"}


# Charsets


def test_unsupported_codecs_are_ignored() -> None:
    """Every other codec of Python is ignored: some take minutes, or decode no text."""
    text = '{"name": "Jörg"}'

    used = {
        codec
        for codec in CODECS
        if read_text(text.encode(), f"x/y; charset={codec.replace('_', '-')}") != text
    }

    assert {codec for codec in used if not any(name in codec for name in MEANT)} == set()


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        *(("", "utf-8"), ("utf-8", "utf-8-sig"), ("klingon", "utf-8"), ("us-ascii", "utf-8")),
        *(("iso-8859-1", "latin-1"), ("Latin1", "latin-1"), ("WINDOWS-1252", "cp1252")),
        *(("iso-8859-15", "iso-8859-15"), ("", "utf-16"), ("utf-16", "utf-16")),
        *(("utf-16le", "utf-16-le"), ("UTF-16BE", "utf-16-be"), ("latin-1", "utf-8")),
    ],
)
async def test_responses_in_other_charsets(charset: str, codec: str) -> None:
    """Small or large, with a model or without, a response is read in the charset it is in."""
    declared = {"content-type": f"application/json; charset={charset}"}
    for size in (100, LARGE + 100):
        name = "Jörg" + " " * size
        content = json.dumps({"name": name}, ensure_ascii=False).encode(codec)
        hostway, _ = client_over([response(200, content, declared)] * 2)

        plain = await hostway.request("GET", WHERE)
        contact = await hostway.account("a").domain("example.com").contacts.get("joe")

        assert (plain, contact.name) == ({"name": name}, name)


async def test_invalid_bytes_are_replaced() -> None:
    """Invalid bytes are decoded as UTF-8 with replacement characters."""
    hostway, _ = client_over([response(200, b'{"name": "J\xf6rg"}')])

    assert await hostway.request("GET", WHERE) == {"name": "J\ufffdrg"}


@given(st.binary(max_size=60), st.sampled_from(["", "latin-1", "cp1252", "utf-16le", "utf-7"]))
def test_any_bytes_become_utf8(content: bytes, charset: str) -> None:
    """Any bytes can be parsed, and valid UTF-8 stays unchanged."""
    as_utf8(content, f"x/y; charset={charset}").decode()
    text = content.decode("utf-8", "replace")
    if "\0" not in text[:2] and not text.startswith("\ufeff"):
        assert as_utf8(text.encode(), f"x/y; charset={charset}") == text.encode()


# What is refused before it is parsed


async def test_list_of_100_000_names() -> None:
    """A long list of small entries is parsed."""
    for entry in ({"username": "u{}"}, {"username": "user{}", "links": [], "type": "imap"}):
        text = json.dumps(entry, separators=(",", ":"))
        entries = ",".join(text.replace("{}", f"{n:05}") for n in range(100_000))
        hostway, _ = client_over([response(200, f'{{"list":[{entries}]}}')])

        names = hostway.account("a").domain("example.com").usernames.list(page_size=None)

        assert len(await names.collect()) == 100_000


async def test_list_of_100_000_aliases() -> None:
    """So is a long list of strings."""
    body = json.dumps({"list": [f"a{n}.example.com" for n in range(100_000)]})
    hostway, _ = client_over([response(200, body)])

    assert len(await hostway.account("a").domain("example.com").aliases.list()) == 100_000


@pytest.mark.parametrize("unit", ["{}", "[]", '{"href":""}', '{"a":0}', "[0]", "[[[[]]]]"])
async def test_tiny_values_are_refused(unit: str) -> None:
    """A body of hundreds of thousands of tiny values is refused, with a model and without."""
    body = f'{{"quota": 1, "links": [{",".join([unit] * 200_000)}]}}'
    hostway, _ = client_over(lambda request: response(200, body))

    with pytest.raises(InvalidResponseError, match="30 times as much memory") as caught:
        await hostway.account("a").domain("example.com").get()
    assert caught.value.outcome is None
    if unit not in ('{"href":""}', '{"a":0}'):
        with pytest.raises(InvalidResponseError, match="too many small values"):
            await hostway.request("GET", WHERE)


def test_small_bodies_are_not_counted() -> None:
    """A small body is parsed without an estimate of its cost."""
    assert not costs_too_much(b"[" * LARGE, object())
    assert costs_too_much(b"[" * (LARGE + 1), object())


def test_cost_is_that_of_the_model() -> None:
    """A list of texts may have more of them than one of objects."""
    body = b'{"list":[' + b'"a.example.com",' * 10_000 + b'""]}'
    assert not costs_too_much(body, DomainAliases)
    assert costs_too_much(b'{"list":[' + b'{"username":""},' * 10_000 + b"0]}", UsernamePage)


# Time


def ratio(work: Callable[[int], object], size: int) -> float:
    """Return how many times longer it takes with four times the size, at the best of some runs."""

    def seconds(size: int) -> float:
        taken = []
        for _ in range(5):
            started = time.process_time()
            work(size)
            taken.append(time.process_time() - started)
        return min(taken)

    return seconds(4 * size) / max(seconds(size), 1e-4)


BODIES = {
    "scripts": b"<script>",
    "ends of scripts": b"<script></script ",
    "tags": b"<a ",
    "comments": b"<!--",
    "commas": b",  ",
    "entities": b"&#1",
    "escapes": b"\\u0020",
    "braces": b"{",
    "brackets": b"[",
    "text": b"virtual mailbox ",
    "fields": b'"a": ',
}


@pytest.mark.parametrize("shape", BODIES)
def test_error_parsing_is_linear(shape: str) -> None:
    """An error body of four times the size takes about four times as long, not sixteen."""
    unit = BODIES[shape]
    secrets = ["s3cret/Pass &", "word"]

    assert ratio(lambda size: explain(unit * (size // len(unit)), "", secrets), 16_000) < 10


def test_many_fields_or_secrets_are_bounded() -> None:
    """Thousands of fields or secrets do not multiply."""
    fields = json.dumps({"details": {f"f{n}": "a b" for n in range(3_500)}}).encode()

    def work(secrets: int) -> object:
        return explain(fields, "", [f"s3cret/{n} &" for n in range(secrets)])

    assert ratio(work, 60) < 10
    assert ratio(work, 600) < 10


def test_long_headers_are_cut() -> None:
    """Only the beginning of a long header is parsed."""
    for value in ("(" * 200_000, "Sun, " * 50_000, "9" * 10**6, "a:" * 10**5):
        retry_after({"retry-after": value})
        redirect_host(f"https://{value}/")
        assert (
            ratio(lambda size, value=value: retry_after({"retry-after": value[:size]}), 40_000) < 10
        )


# Redirects as responses


@pytest.mark.parametrize(
    "location",
    [
        *(
            "",
            " ",
            "http://[",
            "http://",
            "http://h:99999/",
            "http://h:x/",
            "javascript:",
        ),
        *("file:///etc/passwd", "data:text/html,x", "mailto:a@b.c", "http://h/\x00", "http://h/\n"),
        *(
            "//[",
            "//:80",
            "https://h:0/",
            "http://h/" + "a" * 20_000,
            "http://[::1",
            "http://[v1.a]:x",
        ),
    ],
    ids=lambda location: location[:20],
)
async def test_invalid_sign_on_link(location: str) -> None:
    """A redirect without a valid target is an error of this package."""
    for status in (300, 302, 303, 304, 307):
        hostway, _ = client_over([response(status, b"", {"location": location})])

        with pytest.raises(InvalidResponseError, match=f"HTTP {status} has no valid URL in") as got:
            await hostway.account("a").domain("example.com").antispam.sso_link()

        assert not location.strip() or location not in str(got.value)


@pytest.mark.parametrize("body", ["{}", '{"url": ""}', '""', "", "null", '{"link": null}', "[]"])
async def test_response_without_a_sign_on_link(body: str) -> None:
    """A response without a link is an error too."""
    hostway, _ = client_over([response(200, body)])

    with pytest.raises(InvalidResponseError):
        await hostway.account("a").domain("example.com").antispam.sso_link()


@pytest.mark.parametrize(
    ("location", "link"),
    [
        ("https://sso.test/?a=b#c", "https://sso.test/?a=b#c"),
        ("/sso?x", "https://api.hostway.com/sso?x"),
        ("//sso.test:8443/", "https://sso.test:8443/"),
        ("http://[::1]/x", "http://[::1]/x"),
    ],
)
async def test_sign_on_link(location: str, link: str) -> None:
    """A valid link is returned, and not followed."""
    hostway, transport = client_over([response(302, b"", {"location": location})])

    found = await hostway.account("a").domain("example.com").antispam.sso_link()

    assert isinstance(found, SSOLink)
    assert found.url.get_secret_value() == link
    assert len(transport.requests) == 1


# Errors of this package only

HEADERS = ["location", "retry-after", "content-type", "content-encoding", "content-length", "x"]


@given(
    status=st.sampled_from([200, 204, 301, 302, 307, 400, 404, 409, 429, 500, 502, 503]),
    headers=st.dictionaries(
        st.sampled_from(HEADERS),
        st.one_of(
            st.text(max_size=30),
            st.from_regex(r"(https?:)?//[\[\]:@a-z0-9%]{0,12}(/[ -~]{0,9})?", fullmatch=True),
            st.sampled_from(["application/json; charset=" + codec for codec in CODECS]),
        ),
    ),
    body=st.one_of(st.binary(max_size=40), st.sampled_from([b"{}", b"[" * 300, b'{"a":' * 300])),
)
def test_only_errors_of_this_package_are_raised(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    """Any headers and bodies end in a value or in a documented error."""
    import anyio

    from hostway_email import HostwayEmailError, RetryPolicy

    async def sleep(seconds: float) -> None:
        pass

    async def run() -> None:
        policy = RetryPolicy(base_delay=0, sleep=sleep, deadline=10**12)
        async with HostwayEmail(
            "admin",
            "Canary-7",
            transport=FakeTransport(lambda request: response(status, body, headers)),
            retry=policy,
        ) as hostway:
            domain = hostway.account("a").domain("example.com")
            for call in (
                domain.get,
                domain.antispam.sso_link,
                domain.usernames.list().collect,
                domain.username("ana").mailbox.delete,
                lambda: hostway.request("PUT", WHERE, body={"password": "Canary-9"}),
            ):
                try:
                    await call()
                except HostwayEmailError as error:
                    shown = f"{error} {error!r}"
                    assert "Canary" not in shown
                    shown.encode()

    anyio.run(run)

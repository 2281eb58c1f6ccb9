"""Parsing of error bodies: all documented shapes, invalid ones, and masked secrets."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hostway_email import (
    AuthenticationError,
    BadGatewayError,
    BadRequestError,
    ConflictError,
    ImapGatewayError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    StatusError,
    UnexpectedRedirectError,
    VirtualMailboxError,
)
from hostway_email._core.decoding import read_text
from hostway_email._core.error_parsing import (
    MAX_FIELDS,
    MAX_MESSAGE,
    Explanation,
    error_class,
    explain,
    redirect_host,
    retry_after,
)
from hostway_email._core.redaction import MASK, Mask

from ..support.transports import client_over, response

JSON = "application/json;charset=UTF-8"


def masked(text: str, secrets: list[str]) -> str:
    """Return what is shown of a text."""
    return Mask(secrets).redact(text)


def explained(body: object, content_type: str = JSON) -> Explanation:
    """Explain a document, or text as it is."""
    text = body if isinstance(body, str) else json.dumps(body)
    return explain(text.encode(), content_type)


def envelope(details: object, name: str = "badRequest", message: str = "POST data error") -> Any:
    return {name: {"message": message, "code": 400, "details": details}}


# Shapes


SHAPES: dict[str, tuple[object, Explanation]] = {
    "envelope with fields": (
        envelope({"list.0.type": "Required", "quota": "-1 is less than minimum value 0"}),
        Explanation(
            "POST data error: list.0.type: Required; quota: -1 is less than minimum value 0",
            {"list.0.type": "Required", "quota": "-1 is less than minimum value 0"},
        ),
    ),
    "envelope with a message in its details": (
        envelope({"message": "Domain not found"}, "itemNotFound", "Resource not found"),
        Explanation("Resource not found: Domain not found"),
    ),
    "envelope with details as text": (
        envelope("Domain not found", "itemNotFound", "Resource not found"),
        Explanation("Resource not found: Domain not found"),
    ),
    "envelope with details and a message": (
        envelope({"message": "Used storage exceeds the quota", "quota": "Too small"}),
        Explanation(
            "POST data error: Used storage exceeds the quota: quota: Too small",
            {"quota": "Too small"},
        ),
    ),
    "guid, and details beside the envelope": (
        {
            "conflict": {"guid": "af4f4c85-4c8f", "code": 409, "message": "Data conflict"},
            "details": "",
        },
        Explanation("Data conflict", {}, "af4f4c85-4c8f"),
    ),
    "fields beside the envelope": (
        {"conflict": {"message": "Data conflict"}, "details": {"password": "Used before"}},
        Explanation("Data conflict: password: Used before", {"password": "Used before"}),
    ),
    "details before the envelope": (
        {"details": {"password": "Used before"}, "guid": "af4f", "conflict": {"code": 409}},
        Explanation("password: Used before", {"password": "Used before"}, "af4f"),
    ),
    "empty details": (
        envelope("", "conflict", "Circular target a@b.com"),
        Explanation("Circular target a@b.com"),
    ),
    "envelope without details": (
        {"conflict": {"message": "Invalid secret questions and answers provided", "code": 409}},
        Explanation("Invalid secret questions and answers provided"),
    ),
    "fields alone": (
        {"password": "Required", "quota": "Not a number"},
        Explanation(
            "password: Required; quota: Not a number",
            {"password": "Required", "quota": "Not a number"},
        ),
    ),
    "fields with indexes": (
        {"attributes.0": "X is not valid"},
        Explanation("attributes.0: X is not valid", {"attributes.0": "X is not valid"}),
    ),
    "address as a key": (
        {"a@b.com": "Is the same as current mailbox"},
        Explanation(
            "a@b.com: Is the same as current mailbox",
            {"a@b.com": "Is the same as current mailbox"},
        ),
    ),
    "compute fault": (
        {"computeFault": "Number of mailboxes exceeded"},
        Explanation("Number of mailboxes exceeded"),
    ),
    "message alone": (
        {"message": "This account is not allowed to be upgraded"},
        Explanation("This account is not allowed to be upgraded"),
    ),
    "empty key": (
        {"details": {"": "Shorter than minimum length 3"}},
        Explanation("Shorter than minimum length 3", {"": "Shorter than minimum length 3"}),
    ),
    "fragment without braces": (
        '"details": {"": "Shorter than minimum length 3"}',
        Explanation("Shorter than minimum length 3", {"": "Shorter than minimum length 3"}),
    ),
    "trailing comma": (
        '{"conflict": {"message": "Invalid answers", "code": 409,\n}}',
        Explanation("Invalid answers"),
    ),
    "trailing commas everywhere": (
        '{"badRequest": {"details": {"a": "Required", }, }, }',
        Explanation("a: Required", {"a": "Required"}),
    ),
    "without its last brace": (
        '{"badRequest": {"message": "POST data error", "details": {"quota": "Required"}}',
        Explanation("POST data error: quota: Required", {"quota": "Required"}),
    ),
    "without its last brace, and a trailing comma": (
        '{"badRequest": {"message": "No", "details": {"quota": "Required"}},\n',
        Explanation("No: quota: Required", {"quota": "Required"}),
    ),
    "plain text": ("resourceType cannot be updated", Explanation("resourceType cannot be updated")),
    "text in quotes": ('"Domain not found"', Explanation("Domain not found")),
    "text that looks like JSON": ("{quota: Required}", Explanation("{quota: Required}")),
    "lines": ("Domain\r\n\t not\x0b found\u2028", Explanation("Domain not found")),
    "list": ('["a", "b"]', Explanation('["a", "b"]')),
    "number": ("404", Explanation("404")),
    "null": ("null", Explanation("null")),
    "empty": ("", Explanation()),
    "blank": (" \r\n\t ", Explanation()),
    "empty object": ({}, Explanation()),
    "other types": (
        {"code": 400, "ok": False, "list": [1], "none": None, "badRequest": {"message": 5}},
        Explanation("5", {"ok": "false", "list": "1"}),
    ),
    "page": (
        "<!DOCTYPE html><html><head><title>502 Bad&nbsp;Gateway</title>"
        "<style>p{color:red}</style><SCRIPT type='a'>if (a<b) {steal()}</SCRIPT ></head>"
        "<body><h1>Bad Gateway</h1><p>nginx &amp; co</p></body></html>",
        Explanation("502 Bad Gateway Bad Gateway nginx & co"),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shape(shape: str) -> None:
    """Each shape of the manual, and of servers in front of the API, is parsed.

    The declared type does not matter: the manual's examples declare none.
    """
    body, said = SHAPES[shape]

    assert explained(body) == explained(body, "") == explained(body, "text/html") == said


def test_truncated_body() -> None:
    """A truncated body is parsed as text or as fields."""
    text = json.dumps(envelope({"quota": "Required"}))

    for lost in range(1, 90):
        said = explained(text[:-lost])

        assert said.fields == ({"quota": "Required"} if lost == 1 else {}), text[:-lost]
        assert said.message, text[:-lost]


# Encodings


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("Zürich".encode(), ""),
        ("Zürich".encode("utf-8-sig"), JSON),
        ("Zürich".encode("utf-16"), JSON),
        ("\ufeffZürich".encode("utf-16-be"), ""),
        ("Zürich".encode("latin-1"), "text/plain; charset=ISO-8859-1"),
        ("Zürich".encode("cp1252"), 'text/plain; Charset = "windows-1252"'),
        ("Zürich".encode(), "text/plain; charset=no-such-thing"),
        ("Zürich".encode(), "text/plain; charset="),
        ("Zürich".encode(), "text/plain; charset=hex"),
        ("Zürich".encode(), "text/plain; charset=ascii"),
    ],
)
def test_encodings(content: bytes, content_type: str) -> None:
    """A byte order mark counts, then what is declared, then UTF-8."""
    assert read_text(content, content_type) == "Zürich"
    assert explain(content, content_type).message == "Zürich"


@pytest.mark.parametrize(
    "charset",
    [
        *("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "hz"),
        *("rot13", "zip", "mbcs", "..", "a" * 5000, "é", "iso2022_jp", "utf-16-le", "cp037"),
    ],
)
def test_odd_charsets(charset: str) -> None:
    """No charset raises, warns, takes long, or gives text that cannot be printed."""
    for content in (b"\\x\\ud800\\N{} \xff+2AA-", b"\\d \\777", b"xn--" + b"-a" * 30_000):
        started = time.process_time()

        read_text(content, f"text/plain; charset={charset}").encode()
        said = explain(content, f"text/plain; charset={charset}")

        assert len(said.message) <= MAX_MESSAGE
        assert time.process_time() - started < 2


# Any input


def check_harmless(said: Explanation) -> None:
    """Assert that an explanation can be printed, and is limited in size."""
    assert len(said.message) <= MAX_MESSAGE
    assert len(said.message.splitlines()) <= 1
    for text in [said.message, said.guid, *said.fields, *said.fields.values()]:
        assert isinstance(text, str)
        text.encode()


@given(st.binary(max_size=300), st.sampled_from(["", JSON, "text/html", "a; charset=utf-16"]))
@example(b"\xef\xbb\xbf", "")
@example(b"\xff\xfe\x00\xd8", "")
@example(b'"\\ud800"', JSON)
@example(b'{"\\udfff": "\\ud800", "guid": "\\ud800"}', JSON)
def test_any_bytes(content: bytes, content_type: str) -> None:
    """Any body is parsed without an exception."""
    check_harmless(explain(content, content_type, ["secret", ""]))


keys = st.one_of(
    st.text(max_size=5),
    st.sampled_from(["message", "details", "guid", "badRequest", "computeFault", "error", "code"]),
)
documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


@given(documents, st.sampled_from(["", "}", ",}"]), st.sampled_from([0, 1, 2]))
@settings(max_examples=200)
def test_any_document(document: object, tail: str, lost: int) -> None:
    """Any JSON, valid or truncated, is parsed without an exception."""
    text = json.dumps(document) + tail

    check_harmless(explain(text[: len(text) - lost].encode(), JSON))


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"details":' * 6_000 + b"1" + b"}" * 6_000,
        b"{" * 60_000 + b"}" * 60_000,
        b"1" * 60_000,
        b"-1e999999999",
        b"NaN",
        b'{"message": NaN, "quota": Infinity, "code": -Infinity}',
        b'{"a": "b", "a": "c"}',
        b"<" * 60_000,
        b"<script>" * 8_000,
        b"<script>" + b"</script " * 7_000,
        b"&" * 60_000,
        b"&#" + b"9" * 60_000 + b";",
        b"&#x" + b"f" * 60_000 + b";",
        b"&#xd800; &#0; &#x110000;",
        b"," * 60_000,
        b", " * 30_000,
        b"," + b" " * 60_000,
        b'{"message": "' + b"x" * 60_000 + b'"}',
        b"\x00" * 60_000,
        b'"' + b"\\u0020" * 10_000,
    ],
    ids=lambda content: f"{content[:12]!r}",
)
def test_malicious_bodies(content: bytes) -> None:
    """Depth, length and repetition cost little and raise nothing."""
    started = time.process_time()

    check_harmless(explain(content, JSON, ["s3cret/Pass &", "x" * 5]))

    assert time.process_time() - started < 2


def test_nan_in_a_body() -> None:
    """`NaN` in a body does not affect the other values."""
    said = explain(b'{"badRequest": {"code": NaN, "message": "No", "details": {"a": "b"}}}', JSON)

    assert (said.message, said.fields) == ("No: a: b", {"a": "b"})


# Secrets


SECRET = "Wörd/1 \"a&b'<c>\\ \U0001f600"

SPELLINGS = {
    "plain": SECRET,
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON, not ASCII": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON with escaped slashes": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "JSON in capitals": re.sub(
        r"(?<=\\u)....", lambda hex: hex[0].upper(), json.dumps(SECRET)[1:-1]
    ),
    "URL": quote(SECRET, safe=""),
    "URL in small letters": re.sub("%..", lambda hex: hex[0].lower(), quote(SECRET, safe="")),
    "URL with slashes": quote(SECRET),
    "URL of JavaScript": quote(SECRET, safe="!'()*"),
    "form": quote_plus(SECRET),
    "HTML": html.escape(SECRET),
    "HTML text": html.escape(SECRET, quote=False),
    "HTML with numbers": html.escape(SECRET).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_secret_is_masked(spelling: str) -> None:
    """A secret is masked in every spelling."""
    text = f"bad: {SPELLINGS[spelling]}, sorry"

    assert masked(text, [SECRET]) == f"bad: {MASK}, sorry"


@pytest.mark.parametrize(
    "template",
    [
        "%s",
        "<p>no: %s</p>",
        '{"message": %s}',
        '{"badRequest": {"message": %s, "guid": %s, "details": {%s: %s}}}',
        '{"computeFault": %s',
        '{"details": {"a": %s',
        '"details": {"a": %s}',
    ],
)
def test_secret_in_any_shape(template: str) -> None:
    """Message, fields and guid mask a secret that a response repeats."""
    for spelling, text in SPELLINGS.items():
        if template.startswith(("{", '"')):
            text = f'"{text}"' if spelling.startswith("JSON") else json.dumps(text)
        content = template.replace("%s", text).encode()

        said = repr(explain(content, JSON, [SECRET]))

        for part in ("W\u00f6rd", "rd/1", "rd\\u", "\\u00F6", "rd%2f", "a&b", "b'<c", "<c>"):
            assert part not in said, spelling
        assert MASK in said, spelling


def test_truncated_secret_is_masked() -> None:
    """A secret at the end of a text is masked before the text is cut off."""
    said = explain(b"x" * (MAX_MESSAGE - 4) + b"S3cret-canary", JSON, ["S3cret-canary"])

    assert said.message.endswith("x" + MASK[:4])


def test_longest_secret_first() -> None:
    """A secret that contains another one is masked as a whole; an empty one is ignored."""
    assert masked("pa55word, pa55word-1", ["pa55word", "", "pa55word-1"]) == f"{MASK}, {MASK}"
    assert masked("nothing", ["", ""]) == "nothing"


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_survives(secret: str, before: str, after: str) -> None:
    """Any secret, quoted in any text, is masked."""
    if secret in MASK or any(secret in part for part in (f"{before}{MASK}", f"{MASK}{after}")):
        return

    assert secret not in masked(f"{before}{secret}{after}", [secret])


# The class of the error


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (300, UnexpectedRedirectError),
        (302, UnexpectedRedirectError),
        (399, UnexpectedRedirectError),
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, ConflictError),
        (418, StatusError),
        (429, RateLimitedError),
        (500, ServerError),
        (502, BadGatewayError),
        (503, ServerError),
        (599, ServerError),
        (100, StatusError),
    ],
)
def test_status_decides(status: int, kind: type[StatusError]) -> None:
    """Only the status decides the class, whatever the body says."""
    assert error_class(status, "/email/{domain}", "Domain not found") is kind


def test_errors_of_message_statistics() -> None:
    """A 502 on message statistics is an `ImapGatewayError`; a virtual mailbox has none."""
    for path in ("/a/{name}/mailbox/messagestats", "/a/{name}/exchange/messagestats"):
        assert error_class(502, path, "") is ImapGatewayError
        assert error_class(503, path, "") is ServerError
        assert error_class(404, path, "It is a Virtual Mailbox") is VirtualMailboxError
    assert error_class(404, "/a", "Mailbox not found") is NotFoundError


# Headers


NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 120 ", 120),
        ("007", 7),
        ("9" * 5000, 999_999_999),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 12:01:00 -0000", 60),
        ("Sun, 01 Mar 2026 14:01:00 +0200", 60),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30),
        ("Sun Mar  1 12:00:30 2026", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_retry_after(value: str, seconds: float) -> None:
    """Seconds and dates are parsed; a past date means now."""
    assert retry_after({"retry-after": value}, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "soon", "-5", "+5", "1.5", "1e3", "٣", "²", "0x10", "5 seconds", "NaN", "inf"),
        *("Sun, 99 Mar 2026 12:00:30 GMT", "Sun, 01 Mar 99999 12:00:00 GMT", "2026-03-01", "\x00"),
        "Sun, 01 Mar 2026 12:00:00 +9999",
        f"Sun, 01 Mar {'9' * 20} 12:00:00 GMT",
    ],
)
def test_invalid_retry_after(value: str) -> None:
    """An invalid value is ignored."""
    assert retry_after({"retry-after": value}, NOW) is None


def test_no_retry_after() -> None:
    """Most responses do not have the header; the current time is the default."""
    assert retry_after({}) is None
    assert retry_after({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}) == 0


@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    *(
                        "Sun",
                        ",",
                        " ",
                        "01",
                        "31",
                        "Mar",
                        "Feb",
                        "2026",
                        "0001",
                        "9999",
                        "12:00:00",
                    ),
                    *("23:59:60", "99", ":", "-", "+", "+2359", "-9999", "GMT", "EST", "(", ")"),
                ]
            ),
            max_size=12,
        ).map("".join),
    )
)
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
def test_any_retry_after(value: str) -> None:
    """Any header gives a number of seconds or None."""
    seconds = retry_after({"retry-after": value}, NOW)

    assert seconds is None or 0 <= seconds < 1e12


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://evil.example:8080/steal?token=abc#x", "evil.example"),
        ("//user:pw@evil.example", "evil.example"),
        ("/elsewhere?token=abc", "the same host"),
        ("", "the same host"),
        ("https://[broken", "an invalid URL"),
    ],
)
def test_redirect_host(location: str, host: str) -> None:
    """Only the host of a redirect is quoted."""
    assert redirect_host(location) == host


@given(st.text("abcXYZ019_.~-", min_size=1))
def test_fast_path_of_the_mask(secret: str) -> None:
    """The fast path of the mask misses no spelling of such a secret."""
    for safe in ("", "/", "!'()*"):
        assert quote(secret, safe=safe) == secret
    assert html.escape(secret) == secret
    assert json.dumps(secret) == f'"{secret}"'
    assert masked(f"<{secret}>", [secret]) in (f"<{MASK}>", MASK)


# Values that are not text


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"subject": ["Too long"]}, {"subject": "Too long"}),
        ({"subject": ["Too long", "Not ASCII"]}, {"subject": "Too long; Not ASCII"}),
        ({"subject": {"0": "Too long"}}, {"subject.0": "Too long"}),
        (
            {"list": [{"type": "Required"}, {"type": ["a", "b"]}]},
            {
                "list.0.type": "Required",
                "list.1.type": "a; b",
            },
        ),
        ({"quota": 85, "active": False, "none": None}, {"quota": "85", "active": "false"}),
        ({"a": {"b": {"c": [[1], [2]]}}}, {"a.b.c.0": "1", "a.b.c.1": "2"}),
    ],
)
@pytest.mark.parametrize("wrapped", [dict, envelope, lambda it: {"x": {"message": "No", **it}}])
def test_fields_that_are_no_text(body: dict[str, object], fields: object, wrapped: Any) -> None:
    """Lists, objects and numbers are fields too, by their path, wherever they are in the body."""
    said = explained(wrapped(body))

    assert said.fields == fields
    for text in cast("dict[str, str]", fields).values():
        assert text in said.message or said.message == "No"


@pytest.mark.parametrize(
    ("details", "message"),
    [
        (["Too long"], "POST data error: Too long"),
        (7, "POST data error: 7"),
        ([], "POST data error"),
    ],
)
def test_details_that_are_no_object(details: object, message: str) -> None:
    """Details of any type explain the message."""
    assert explained(envelope(details)).message == message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"badRequest": {"message": "No", "code": 412}}, 412),
        ({"badRequest": {"message": "No", "code": "E-17"}}, "E-17"),
        ({"message": "No", "code": 1017}, 1017),
        ({"code": 1, "badRequest": {"message": "No", "code": 2}}, 1),
        ({"badRequest": {"message": "No", "code": True}}, None),
        ({"badRequest": {"message": "No", "code": [1]}}, None),
        ({"badRequest": {"message": "No"}}, None),
        ("No", None),
    ],
)
def test_code(body: object, code: object) -> None:
    """The code of the body is kept, wherever it is."""
    assert explained(body).code == code


def test_body_is_masked() -> None:
    """The document keeps its shape, without a secret in any key, value, number or escape."""
    secret, number = "Canary-secret-7", "1234567890123456"
    text = json.dumps(
        {"a": {secret: [f"so {secret}!", int(number), None, True, 1.5]}, "b": "\ud800"}
    )
    text = text.replace("so Canary", "so \\u0043anary")

    said = explain(text.encode(), JSON, [secret, number])

    assert said.body == {
        "a": {"[hidden]": ["so [hidden]!", "[hidden]", None, True, 1.5]},
        "b": "?",
    }


@given(documents)
def test_any_body_is_json(document: object) -> None:
    """The document can be sent through a task queue, and printed."""
    body = explain(json.dumps(document).encode(), JSON).body

    assert json.loads(json.dumps(body, allow_nan=False)) == body


def test_deep_and_long_bodies() -> None:
    """A body of long names and many levels makes no explanation many times its size."""
    name = "n" * 20_000
    many = {name: {name: {name: {str(number): "x" for number in range(500)}}}}
    deep: object = "x"
    for _ in range(400):
        deep = {"a": [deep]}

    said = explained(many)
    assert len(said.fields) <= MAX_FIELDS
    check_harmless(said)
    assert "[hidden]" in str(explained(deep).body)


# In the error of a call


REJECTED = {"badRequest": {"message": "No", "code": 1017, "details": {"subject": ["Too long"]}}}


@pytest.mark.anyio
async def test_code_and_body_of_an_error() -> None:
    """An error has the code where it differs from the status, and the document."""
    hostway, _ = client_over([response(400, REJECTED)])
    with pytest.raises(BadRequestError) as caught:
        await hostway.request("GET", "/x")

    assert caught.value.code == 1017
    assert caught.value.body == REJECTED
    assert caught.value.fields == {"subject": "Too long"}
    assert str(caught.value).startswith("GET /x: HTTP 400 (code 1017): No: subject: Too long")


@pytest.mark.anyio
@pytest.mark.parametrize("code", [400, "400", None])
async def test_code_that_is_the_status(code: object) -> None:
    """A code that only repeats the status is not shown a second time."""
    hostway, _ = client_over([response(400, {"message": "No", "code": code})])
    with pytest.raises(BadRequestError, match="HTTP 400: No") as caught:
        await hostway.request("GET", "/x")

    assert caught.value.code == code


@pytest.mark.anyio
async def test_nothing_of_a_confidential_response() -> None:
    """An operation that documents a secret gives neither code nor body."""
    hostway, _ = client_over([response(400, REJECTED)] * 3)
    ana = hostway.account("a").domain("b.example").username("ana")
    calls: list[Callable[[], Awaitable[object]]] = [
        ana.mailbox.get,
        ana.webmail.get,
        hostway.account("a").domain("b.example").antispam.sso_link,
    ]
    for call in calls:
        with pytest.raises(BadRequestError) as caught:
            await call()
        assert (caught.value.code, caught.value.body, caught.value.fields) == (None, None, {})

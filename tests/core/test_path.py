"""Paths: every value addresses one resource, and no other."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hostway_email import InvalidRequestError
from hostway_email._core.path import ROOT, Path

# One unambiguous segment of RFC 3986: unreserved or percent-encoded characters.
SEGMENT = re.compile(r"([A-Za-z0-9._~-]|%[0-9A-F]{2})+")

DOMAIN = (ROOT / "accounts").value("account", "account007") / "email"

awkward = st.one_of(
    st.text(),
    st.text(alphabet="./%\\?#;&=+ 2eEfF"),
    st.text(alphabet=st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Zs", "Cf"])),
)


@given(awkward)
@example("a/b")
@example("%2e%2e")
@example("..")
@example("a?b#c")
@example("jörg@exämple.com")
@example("\u202e")
@example(" a ")
def test_value_is_encoded_whole_or_refused(value: str) -> None:
    """A value is refused, or becomes one path segment that decodes to this value only."""
    try:
        path = DOMAIN.value("domain", value)
    except InvalidRequestError:
        return

    segment = path.raw.removeprefix(f"{DOMAIN.raw}/")
    assert SEGMENT.fullmatch(segment)
    assert unquote(segment, errors="strict") == value
    assert segment not in (".", "..")
    assert urlsplit(f"https://api.test{path.raw}")[2:] == (path.raw, "", "")


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("", "empty or blank"),
        (" \t", "empty or blank"),
        ("\u3000", "empty or blank"),
        (".", "'.' or '..'"),
        ("..", "'.' or '..'"),
        ("a\x00b", "control characters"),
        ("a\nb", "control characters"),
        ("a\x7f", "control characters"),
        ("a\x85b", "control characters"),
        ("a\u2028b", "control characters"),
        ("\ud800", "valid Unicode"),
        (None, "must be a str, not NoneType"),
        (b"ana", "must be a str, not bytes"),
        (7, "must be a str, not int"),
        (["ana"], "must be a str, not list"),
    ],
)
def test_invalid_values(value: Any, rule: str) -> None:
    """An invalid value is refused with the rule that it breaks."""
    with pytest.raises(InvalidRequestError, match=re.escape(rule)) as caught:
        DOMAIN.value("account", value)

    assert str(caught.value).startswith("account must ")
    assert list(caught.value.fields) == ["account"]


def test_refused_value_is_not_quoted() -> None:
    """The error has the rule; the value, which may be long or private, is not in it."""
    with pytest.raises(InvalidRequestError) as caught:
        DOMAIN.value("name", "private\x00value")

    assert "private" not in repr(caught.value) + str(caught.value)


@pytest.mark.parametrize("value", ["a/b", "...", "..a", ".hidden", "%2e", "*", "null", "a b", "-"])
def test_odd_names(value: str) -> None:
    """Any name that a list could return can be used in a path."""
    assert unquote(DOMAIN.value("name", value).raw).endswith(f"/email/{value}")


def test_template_and_values() -> None:
    """A path keeps its template, for logs and errors, and its values."""
    path = DOMAIN.value("domain", "exämple.com") / "usernames"
    path = path.value("name", "a/b") / "mailbox"

    assert path.template == "/accounts/{account}/email/{domain}/usernames/{name}/mailbox"
    assert path.raw == "/accounts/account007/email/ex%C3%A4mple.com/usernames/a%2Fb/mailbox"
    assert path.values == (("account", "account007"), ("domain", "exämple.com"), ("name", "a/b"))
    assert repr(path) == f"Path({path.raw!r})"


def test_paths_are_values() -> None:
    """Extending a path does not change it, and equal paths are equal."""
    before = DOMAIN.raw

    assert DOMAIN / "x" == DOMAIN / "x"
    assert hash(DOMAIN / "x") == hash(DOMAIN / "x")
    assert DOMAIN / "x" != DOMAIN / "y"
    assert DOMAIN.raw != DOMAIN
    # The same on the wire, but not in logs: a fixed segment and a caller's value.
    assert DOMAIN.value("name", "x") != DOMAIN / "x"
    assert DOMAIN.raw == before


@pytest.mark.parametrize("raw", ["/", "/a", "/a/b%2Fc/", "/a/%C3%A9", "/a/...", "/a:b@c;d=e", "/~"])
def test_given_path(raw: str) -> None:
    """An encoded path of the caller is sent unchanged, and is its own template."""
    path = Path.given(raw)

    assert (path.raw, path.template, path.values) == (raw, raw, ())


@pytest.mark.parametrize(
    "raw",
    [
        *("", "a", "//evil.example/a", "https://evil.example/a", "\\a", None, 7, b"/a"),
        *("/a?b=c", "/a#b", "/a b", "/a\\b", "/a\nb", "/a\x00", "/é", "/\ud800"),
        *("/.", "/..", "/a/../b", "/a/./b", "/%2e%2E/a", "/a/.%2e", "/a/%2e", "/a/.."),
    ],
)
def test_invalid_given_paths(raw: Any) -> None:
    """A path that could leave the API, or be normalized to another one, is never sent."""
    with pytest.raises(InvalidRequestError) as caught:
        Path.given(raw)

    assert list(caught.value.fields) == ["path"]


@given(awkward.map(lambda text: f"/{text}"))
def test_given_path_stays_on_its_host(raw: str) -> None:
    """A given path is appended to the base URL, and never normalized."""
    try:
        path = Path.given(raw)
    except InvalidRequestError:
        return

    assert urlsplit(f"https://api.test{path.raw}")[:] == ("https", "api.test", raw, "", "")
    assert not {".", ".."} & {unquote(segment) for segment in raw.split("/")}

"""Links of a list: all spellings, and only their query is used."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from hostway_email import Link, PaginationError
from hostway_email._core.path import ROOT, Path
from hostway_email.models.links import LinkList, page_query

DOMAIN = ((ROOT / "accounts").value("account", "account007") / "email").value(
    "domain", "Example.com"
)
USERNAMES = DOMAIN / "usernames"
SHORT = (ROOT / "email").value("domain", "example.com") / "usernames"
CONTACT = DOMAIN.value("contact", "a/b é") / "list"

PATH = "/accounts/account007/email/Example.com/usernames"
QUERY = {"page": "2", "pageSize": "10"}


class Document(BaseModel):
    """A response with links."""

    links: LinkList = []


def read(document: object) -> list[Link]:
    """Parse links from the wire."""
    return Document.model_validate_json(json.dumps({"links": document})).links


def query_of(href: str, of: Path = USERNAMES) -> dict[str, str] | None:
    """Return the query of a `next` link."""
    return page_query(read([{"href": href, "rel": "next"}]), "next", of)


@pytest.mark.parametrize("key", ["href", "location"])
@pytest.mark.parametrize(
    "before",
    [
        "",
        "https://api.hostway.com",
        "http://10.1.2.3:8080",
        "HTTPS://internal-host.local",
        "//internal-host",
        "https://user:pw@elsewhere.example/api/v1",
        "/api/v1",
        "{APIBaseURL}",
        "{{APIBaseURL}}",
        "{ {APIBaseURL} }",
        " { { APIBaseURL } } ",
        "{APIBaseURL}/v1",
    ],
)
@pytest.mark.parametrize("after", ["", "/"])
def test_forms_of_one_link(before: str, after: str, key: str) -> None:
    """For every spelling of a link to the list, only its query is used."""
    links = read([{key: f"{before}{PATH}{after}?page=2&pageSize=10", "rel": "next"}])

    assert page_query(links, "next", USERNAMES) == QUERY


@pytest.mark.parametrize(
    "href",
    [
        "?page=2&pageSize=10",
        "usernames?page=2&pageSize=10",
        "./usernames?page=2&pageSize=10",
        "Example.com/usernames/?page=2&pageSize=10#end",
        "accounts/account007/email/Example.com/usernames?page=2&pageSize=10",
        "/accounts/account007/email/example.COM/usernames?page=2&pageSize=10",
        "/accounts/account007/email/Ex%61mple.com/usernames?page=2&pageSize=10",
        "/accounts//account007/email/Example.com/usernames?page=2&pageSize=10",
    ],
)
def test_links_to_the_same_list(href: str) -> None:
    """Relative links, another case of the domain and other encodings are the same list."""
    assert query_of(href) == QUERY


@pytest.mark.parametrize(
    "href",
    [
        "/accounts/account007/email/Example.com/blackwhitelist?page=2",
        "/accounts/account008/email/Example.com/usernames?page=2",
        "/accounts/ACCOUNT007/email/Example.com/usernames?page=2",
        "/accounts/account007/email/example.org/usernames?page=2",
        "/accounts/account007/email/Example.com/Usernames?page=2",
        "/accounts/account007/email/Example.com/usernames/ana?page=2",
        "/accounts/account007/email/Example.com%2Fusernames?page=2",
        "/email/Example.com/usernames?page=2",
        "/usernames?page=2",
        "../contacts?page=2",
        "contacts?page=2",
        "https://api.hostway.com?page=2",
        "https://api.hostway.com/?page=2",
        "{APIBaseURL}/?page=2",
        "/?page=2",
        "javascript:alert(1)",
        "{APIBaseURL",
    ],
)
def test_links_to_another_path(href: str) -> None:
    """A link to anything but the list is an error that names the list, never a request."""
    with pytest.raises(PaginationError, match="'next' does not lead to a page") as caught:
        query_of(href)

    assert caught.value.path == USERNAMES.template
    assert caught.value.values == {"account": "account007", "domain": "Example.com"}
    assert href not in str(caught.value)


def test_short_form_and_encoded_values() -> None:
    """Short forms, and values that need encoding, are recognised too."""
    assert query_of("https://x/email/EXAMPLE.com/usernames/?page=2&pageSize=10", SHORT) == QUERY
    assert query_of(f"{CONTACT.raw}?page=3", CONTACT) == {"page": "3"}
    assert query_of("/accounts/account007/email/example.com/a%2fb%20%c3%a9/list?page=3", CONTACT)
    with pytest.raises(PaginationError):
        query_of("/accounts/account007/email/Example.com/a/b é/list?page=3", CONTACT)


def test_query_of_a_link() -> None:
    """Parameters are decoded, empty ones are kept, and the last of duplicate ones counts."""
    assert query_of("?filterUsername=j%2A+x&sortField=&page=1&page=2") == {
        "filterUsername": "j* x",
        "sortField": "",
        "page": "2",
    }
    assert query_of(PATH) == {}


def test_no_such_link() -> None:
    """Without a link of that relation there is no query; the first of several counts."""
    links = read([{"href": "?page=3", "rel": "next"}, {"href": "?page=4", "rel": "next"}])

    assert page_query(links, "previous", USERNAMES) is None
    assert page_query([], "next", USERNAMES) is None
    assert page_query(links, "next", USERNAMES) == {"page": "3"}


@pytest.mark.parametrize(
    ("document", "kept"),
    [
        (None, []),
        ("links", []),
        ({"href": "a", "rel": "next"}, []),
        ([None, 5, "a", {}, {"rel": "next"}, {"href": None}, {"href": "a", "rel": 5}], ["a"]),
        ([{"href": "a", "rel": {"odd": 1}, "method": "GET"}], ["a"]),
    ],
)
def test_invalid_links(document: object, kept: list[str]) -> None:
    """An invalid link never fails its response."""
    assert [link.href for link in read(document)] == kept


hrefs = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [
                *("https://", "//", "[", "]", "@", ":", "/", "..", "?", "#", "&", "=", "%", "{"),
                *("}", "accounts", "account007", "email", "Example.com", "usernames", "%2F", "%zz"),
                *("page", "2", "\x00", "\ud800", "é", ";", "APIBaseURL", " "),
            ]
        ),
        max_size=20,
    ).map("".join),
)


@given(hrefs)
@example("https://[broken/accounts/account007/email/Example.com/usernames?page=2")
@example("?" + "a&" * 3000)
def test_any_link(href: str) -> None:
    """Any link has a query or is a `PaginationError`."""
    link = Link.model_construct(href=href, rel="next")
    try:
        query = page_query([link], "next", USERNAMES)
    except PaginationError:
        return

    assert query is not None
    assert all(isinstance(part, str) for pair in query.items() for part in pair)

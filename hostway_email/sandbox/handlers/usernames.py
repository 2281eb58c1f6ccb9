"""The usernames of a domain: the paginated list, and the kind of each."""

from __future__ import annotations

from operator import attrgetter

from hostway_email.sandbox.http.links import (
    DOUBLE_BRACES,
    SINGLE_BRACES,
    domain_url,
    link,
    path_segment,
    username_url,
)
from hostway_email.sandbox.http.paging import Page, requested_page, sorting, wildcard_matcher
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, ok
from hostway_email.sandbox.state import Mailbox

__all__ = ["HANDLERS"]


def list_usernames(request: Request) -> Response:
    """Return all usernames, or one page of them."""
    query = request.query
    page = requested_page(query)
    found = _filtered(request, query)
    # The manual's placeholder has one pair of braces in complete lists and two in pages.
    base = SINGLE_BRACES if page is None else DOUBLE_BRACES
    collection = f"{domain_url(request, base)}/usernames"
    shown = found if page is None else found[page.bounds()]
    detailed = query.get("details") == "1"
    document: dict[str, object] = {
        "totalCount": len(found),
        "list": [_entry(mailbox, collection, detailed) for mailbox in shown],
    }
    if page is not None:
        document["links"] = _page_links(request, collection, page, page.last(len(found)))
    return ok(document)


def get_username(request: Request) -> Response:
    """Return links to the details of a username."""
    mailbox = request.mailbox
    url = username_url(request, mailbox, DOUBLE_BRACES)
    kind = "mailbox" if mailbox.exchange is None else "exchange"
    return ok(
        {
            kind: [link(f"{url}/{kind}/", "related")],
            "secrets": [link(f"{url}/secrets/", "related")],
            "links": [link(f"{url}/")],
        }
    )


def _filtered(request: Request, query: dict[str, str]) -> list[Mailbox]:
    name, descending = sorting(query, ("username", "quota"))
    found = request.domain.mailboxes.in_order()
    pattern = query.get("filterUsername")
    if pattern is not None:
        matches = wildcard_matcher(pattern)
        found = [mailbox for mailbox in found if matches(mailbox.username)]
    if name == "quota":
        return sorted(found, key=attrgetter("quota"), reverse=descending)
    return found[::-1] if descending else found


def _entry(mailbox: Mailbox, collection: str, detailed: bool) -> dict[str, object]:
    on_exchange = mailbox.exchange is not None
    kind = "exchange" if on_exchange else "mailbox"
    href = f"{collection}/{path_segment(mailbox.username)}/{kind}/"
    webmail = mailbox.webmail
    entry: dict[str, object] = {"username": mailbox.username}
    if detailed and webmail is not None and not on_exchange:
        entry["webmailAccess"] = webmail.type
    expiration = mailbox.trial_expiration
    entry["links"] = [link(href)]
    entry["type"] = "exchange" if on_exchange else "imap"
    entry["quota"] = mailbox.quota
    entry["master"] = mailbox.master
    entry["trialType"] = mailbox.trial_type
    entry["trialExpiration"] = None if expiration is None else expiration.isoformat()
    entry["allowUpgrade"] = webmail is not None and webmail.allow_upgrade
    return entry


def _page_links(request: Request, collection: str, page: Page, last: int) -> list[dict[str, str]]:
    query = None if request.state.faults.links_lose_parameters else request.query_string
    numbers = {"first": 1}
    if page.number > 1:
        numbers["previous"] = min(page.number - 1, last)
    if page.number < last:
        numbers["next"] = page.number + 1
    numbers["last"] = last
    numbers["self"] = page.number
    return [
        link(f"{collection}?{page.query_string(number, query)}", rel)
        for rel, number in numbers.items()
    ]


HANDLERS: dict[str, Handler] = {
    "usernames.list": list_usernames,
    "usernames.get": get_username,
}

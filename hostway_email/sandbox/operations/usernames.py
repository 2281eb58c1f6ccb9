"""The usernames of a domain: the paginated list, and the kind of each."""

from __future__ import annotations

from operator import attrgetter

from hostway_email.sandbox.answers import Answer, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.links import (
    DOUBLE,
    SINGLE,
    base,
    domain_path,
    link,
    segment,
    username_path,
)
from hostway_email.sandbox.paging import Page, page_of, sorting, wildcard
from hostway_email.sandbox.state import Mailbox

__all__ = ["HANDLERS"]


def list_usernames(call: Call) -> Answer:
    """Return all usernames, or one page of them."""
    query = call.query
    page = page_of(query)
    found = _selected(call, query)
    # The manual's placeholder has one pair of braces in complete lists and two in pages.
    collection = base(call.world, SINGLE if page is None else DOUBLE)
    collection += domain_path(call.world) + "/usernames"
    shown = found if page is None else found[page.cut()]
    detailed = query.get("details") == "1"
    document: dict[str, object] = {
        "totalCount": len(found),
        "list": [_entry(mailbox, collection, detailed) for mailbox in shown],
    }
    if page is not None:
        document["links"] = _page_links(call, collection, page, page.last(len(found)))
    return ok(document)


def get_username(call: Call) -> Answer:
    """Return links to the details of a username."""
    mailbox = call.mailbox
    start = f"{base(call.world, DOUBLE)}{username_path(call.world, mailbox.username)}/"
    kind = "mailbox" if mailbox.exchange is None else "exchange"
    return ok(
        {
            kind: [link(f"{start}{kind}/", "related")],
            "secrets": [link(f"{start}secrets/", "related")],
            "links": [link(start)],
        }
    )


def _selected(call: Call, query: dict[str, str]) -> list[Mailbox]:
    name, downwards = sorting(query, ("username", "quota"))
    found = call.domain.mailboxes.in_order()
    pattern = query.get("filterUsername")
    if pattern:
        matches = wildcard(pattern)
        found = [mailbox for mailbox in found if matches(mailbox.username)]
    if name == "quota":
        return sorted(found, key=attrgetter("quota"), reverse=downwards)
    return found[::-1] if downwards else found


def _entry(mailbox: Mailbox, collection: str, detailed: bool) -> dict[str, object]:
    on_exchange = mailbox.exchange is not None
    href = f"{collection}/{segment(mailbox.username)}/{'exchange' if on_exchange else 'mailbox'}/"
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


def _page_links(call: Call, collection: str, page: Page, last: int) -> list[dict[str, str]]:
    asked = None if call.world.faults.links_lose_parameters else call.query_string
    numbers = {"first": 1}
    if page.number > 1:
        numbers["previous"] = min(page.number - 1, last)
    if page.number < last:
        numbers["next"] = page.number + 1
    numbers["last"] = last
    numbers["self"] = page.number
    return [
        link(f"{collection}?{page.query(number, asked)}", rel) for rel, number in numbers.items()
    ]


HANDLERS: dict[str, Handler] = {
    "usernames.list": list_usernames,
    "usernames.get": get_username,
}

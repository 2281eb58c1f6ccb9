"""The blacklists and whitelists of a domain and of its usernames."""

from __future__ import annotations

from hostway_email.sandbox.handlers._validation import (
    LISTED_ADDRESS,
    FieldErrors,
    optional_choice,
    required_string,
)
from hostway_email.sandbox.http.errors import bad_request, not_found
from hostway_email.sandbox.http.links import (
    DOUBLE_BRACES,
    domain_url,
    link,
    path_segment,
    username_url,
)
from hostway_email.sandbox.http.paging import requested_page, sorting, wildcard_matcher
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, no_content, ok

__all__ = ["HANDLERS"]


def list_entries(request: Request) -> Response:
    """Return all entries, or one page of them."""
    query = request.query
    page = requested_page(query)
    found = _filtered(_entries(request), query)
    collection = _url(request)
    query_string = request.query_string
    if page is None:
        shown = found
        links = [link(f"{collection}?{query_string}" if query_string else collection)]
    else:
        shown = found[page.bounds()]
        last = page.last(len(found))
        numbers = {"next": page.number + 1} if page.number < last else {}
        numbers["last"] = last
        links = [
            link(f"{collection}?{page.query_string(n, query_string)}", rel)
            for rel, n in numbers.items()
        ]
    return ok(
        {
            # In a page this is the length of the page, as the manual shows it.
            "totalCount": len(shown),
            "list": [{"type": kind, "address": address} for address, kind in shown],
            "links": links,
        }
    )


def put_entries(request: Request) -> Response:
    """Add entries or change existing ones."""
    entries = _entries(request)
    for address, kind in _validated(request.body.get("list")):
        entries[_stored_address(entries, address) or address] = kind
    return no_content()


def get_entry(request: Request) -> Response:
    """Return one entry."""
    entries = _entries(request)
    address = _stored_address(entries, request.path_params["address"])
    if address is None:
        raise not_found("Address not found")
    href = f"{_url(request)}/{path_segment(address)}/"
    return ok({"type": entries[address], "address": address, "links": [link(href)]})


def delete_entry(request: Request) -> Response:
    """Delete one entry."""
    entries = _entries(request)
    address = _stored_address(entries, request.path_params["address"])
    if address is None:
        raise not_found("Address not found")
    del entries[address]
    return no_content()


def _entries(request: Request) -> dict[str, str]:
    if "mailboxName" in request.path_params:
        return request.mailbox.blackwhitelist
    return request.domain.blackwhitelist


def _url(request: Request) -> str:
    if "mailboxName" in request.path_params:
        return f"{username_url(request, request.mailbox, DOUBLE_BRACES)}/blackwhitelist"
    return f"{domain_url(request, DOUBLE_BRACES)}/blackwhitelist"


def _stored_address(entries: dict[str, str], address: str) -> str | None:
    if address in entries:
        return address
    lowered = address.lower()
    return next((known for known in entries if known.lower() == lowered), None)


def _filtered(entries: dict[str, str], query: dict[str, str]) -> list[tuple[str, str]]:
    name, descending = sorting(query, ("address", "type"))
    if "sortOrder" in query:
        name = name or "address"
    found = list(entries.items())
    pattern = query.get("filterAddress")
    if pattern is not None:
        matches = wildcard_matcher(pattern)
        found = [entry for entry in found if matches(entry[0])]
    kind = query.get("filterType")
    if kind is not None:
        found = [entry for entry in found if entry[1] == kind]
    if name is not None:
        found.sort(key=lambda entry: entry[0 if name == "address" else 1], reverse=descending)
    return found


def _validated(listed: object) -> list[tuple[str, str]]:
    if not isinstance(listed, list):
        raise bad_request({"list": "Required" if listed is None else "Not of type list"})
    errors: FieldErrors = {}
    entries: list[tuple[str, str]] = []
    for index, item in enumerate(listed):
        invalid: FieldErrors = {}
        entry = item if isinstance(item, dict) else {}
        kind = optional_choice(entry, "type", ("B", "W"), invalid)
        if kind is None:
            invalid.setdefault("type", "Required")
        address = required_string(entry, "address", invalid)
        if "address" not in invalid and not LISTED_ADDRESS.fullmatch(address):
            invalid["address"] = f"Invalid address format: {address}"
        errors.update({f"list.{index}.{name}": reason for name, reason in invalid.items()})
        entries.append((address, kind or ""))
    if errors:
        raise bad_request(errors)
    return entries


HANDLERS: dict[str, Handler] = {
    f"{scope}_blackwhitelist.{verb}": handler
    for scope in ("domain", "mailbox")
    for verb, handler in (
        ("list", list_entries),
        ("put", put_entries),
        ("get_address", get_entry),
        ("delete_address", delete_entry),
    )
}

"""The blacklists and whitelists of a domain and of its usernames."""

from __future__ import annotations

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import envelope, not_found
from hostway_email.sandbox.links import DOUBLE, base, domain_path, link, segment, username_path
from hostway_email.sandbox.paging import page_of, sorting, wildcard

__all__ = ["HANDLERS"]


def list_entries(call: Call) -> Answer:
    """Return all entries, or one page of them."""
    query = call.query
    page = page_of(query)
    found = _selected(_entries(call), query)
    collection = f"{base(call.world, DOUBLE)}{_path(call)}"
    asked = call.query_string
    if page is None:
        shown = found
        links = [link(f"{collection}?{asked}" if asked else collection)]
    else:
        shown = found[page.cut()]
        last = page.last(len(found))
        numbers = {"next": page.number + 1} if page.number < last else {}
        numbers["last"] = last
        links = [link(f"{collection}?{page.query(n, asked)}", rel) for rel, n in numbers.items()]
    return ok(
        {
            # In a page this is the length of the page, as the manual shows it.
            "totalCount": len(shown),
            "list": [{"type": kind, "address": address} for address, kind in shown],
            "links": links,
        }
    )


def put_entries(call: Call) -> Answer:
    """Add entries or change existing ones."""
    entries = _entries(call)
    for address, kind in _wanted(call.body.get("list")):
        entries[_listed(entries, address) or address] = kind
    return no_content()


def get_entry(call: Call) -> Answer:
    """Return one entry."""
    entries = _entries(call)
    address = _listed(entries, call.values["address"])
    if address is None:
        raise not_found("Address not found")
    href = f"{base(call.world, DOUBLE)}{_path(call)}/{segment(address)}/"
    return ok({"type": entries[address], "address": address, "links": [link(href)]})


def delete_entry(call: Call) -> Answer:
    """Delete one entry."""
    entries = _entries(call)
    address = _listed(entries, call.values["address"])
    if address is None:
        raise not_found("Address not found")
    del entries[address]
    return no_content()


def _entries(call: Call) -> dict[str, str]:
    if "mailboxName" in call.values:
        return call.mailbox.blackwhitelist
    return call.domain.blackwhitelist


def _path(call: Call) -> str:
    if "mailboxName" in call.values:
        return f"{username_path(call.world, call.mailbox.username)}/blackwhitelist"
    return f"{domain_path(call.world)}/blackwhitelist"


def _listed(entries: dict[str, str], address: str) -> str | None:
    if address in entries:
        return address
    lowered = address.lower()
    return next((known for known in entries if known.lower() == lowered), None)


def _selected(entries: dict[str, str], query: dict[str, str]) -> list[tuple[str, str]]:
    name, downwards = sorting(query, ("address", "type"))
    found = list(entries.items())
    pattern = query.get("filterAddress")
    if pattern:
        matches = wildcard(pattern)
        found = [entry for entry in found if matches(entry[0])]
    kind = query.get("filterType")
    if kind:
        found = [entry for entry in found if entry[1] == kind]
    if name is not None:
        found.sort(key=lambda entry: entry[0 if name == "address" else 1], reverse=downwards)
    return found


def _wanted(listed: object) -> list[tuple[str, str]]:
    if not isinstance(listed, list):
        raise envelope({"list": "Required" if listed is None else "Not of type list"})
    errors: checks.Errors = {}
    wanted: list[tuple[str, str]] = []
    for index, item in enumerate(listed):
        found: checks.Errors = {}
        entry = item if isinstance(item, dict) else {}
        kind = checks.one_of(entry, "type", ("B", "W"), found)
        if kind is None:
            found.setdefault("type", "Required")
        address = checks.text(entry, "address", found)
        if "address" not in found and not checks.ADDRESS.fullmatch(address):
            found["address"] = f"Invalid address format: {address}"
        errors.update({f"list.{index}.{name}": reason for name, reason in found.items()})
        wanted.append((address, kind or ""))
    if errors:
        raise envelope(errors)
    return wanted


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

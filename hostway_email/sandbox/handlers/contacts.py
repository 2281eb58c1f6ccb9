"""The global address book of a domain."""

from __future__ import annotations

from collections.abc import Callable

from hostway_email.sandbox.handlers._validation import (
    EMAIL_ADDRESS,
    FieldErrors,
    optional_string,
    required_string,
)
from hostway_email.sandbox.http.documented import CONTACT_FIELDS
from hostway_email.sandbox.http.errors import contact_exists, field_errors, not_found
from hostway_email.sandbox.http.links import HOST, domain_url, link, path_segment
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, no_content, ok

__all__ = ["HANDLERS"]


def list_contacts(request: Request) -> Response:
    """Return all contacts that match the filters."""
    conditions = _conditions(request.query)
    found = [
        (name, contact)
        for name, contact in request.domain.contacts.items()
        if all(condition({**contact, "name": name}) for condition in conditions)
    ]
    href = f"{domain_url(request, HOST)}/contacts"
    shown = [
        {**_full(contact), "name": name, "links": _links(request, name)} for name, contact in found
    ]
    return ok({"count": len(shown), "list": shown, "links": [link(href)]})


def get(request: Request) -> Response:
    """Return one contact."""
    # A single contact has no name field, unlike those in the list.
    name = request.path_params["contact"]
    return ok({**_full(_contact(request)), "links": _links(request, name)})


def create(request: Request) -> Response:
    """Add a contact."""
    errors: FieldErrors = {}
    for required in ("displayName", "name", "email"):
        required_string(request.body, required, errors)
    name = required_string(request.body, "name", errors)
    values = _validated(request.body, errors)
    if errors:
        raise field_errors(errors)
    if name in request.domain.contacts:
        raise contact_exists(request.state.guid())
    request.domain.contacts[name] = values
    return no_content()


def put(request: Request) -> Response:
    """Change fields of a contact."""
    contact = _contact(request)
    errors: FieldErrors = {}
    values = _validated(request.body, errors)
    if values.get("displayName") == "":
        errors["displayName"] = "Required"
    if errors:
        raise field_errors(errors)
    contact.update(values)
    return no_content()


def delete(request: Request) -> Response:
    """Delete a contact."""
    _contact(request)
    del request.domain.contacts[request.path_params["contact"]]
    return no_content()


def _contact(request: Request) -> dict[str, str]:
    contact = request.domain.contacts.get(request.path_params["contact"])
    if contact is None:
        raise not_found("Contact not found")
    return contact


def _validated(body: dict[str, object], errors: FieldErrors) -> dict[str, str]:
    read = {name: optional_string(body, name, errors) for name in CONTACT_FIELDS if name in body}
    values = {name: value or "" for name, value in read.items()}
    if "email" in values and "email" not in errors and not EMAIL_ADDRESS.fullmatch(values["email"]):
        errors["email"] = "Invalid email address"
    return values


def _full(contact: dict[str, str]) -> dict[str, object]:
    return {name: contact.get(name, "") for name in CONTACT_FIELDS}


def _links(request: Request, name: str) -> list[dict[str, str]]:
    return [link(f"{domain_url(request, HOST)}/contacts/{path_segment(name)}")]


def _conditions(query: dict[str, str]) -> list[Callable[[dict[str, str]], bool]]:
    """Return the conditions: `filter` compares the complete value, `search` a part of it."""
    conditions: list[Callable[[dict[str, str]], bool]] = []
    known = {name.lower(): name for name in (*CONTACT_FIELDS, "name")}
    for parameter, value in query.items():
        for prefix, complete in (("filter", True), ("search", False)):
            name = known.get(parameter.removeprefix(prefix).lower())
            if parameter.startswith(prefix) and name is not None:
                conditions.append(_condition(name, value.lower(), complete))
    return conditions


def _condition(name: str, expected: str, complete: bool) -> Callable[[dict[str, str]], bool]:
    def matches(contact: dict[str, str]) -> bool:
        value = contact.get(name, "").lower()
        return value == expected if complete else expected in value

    return matches


HANDLERS: dict[str, Handler] = {
    "contacts.list": list_contacts,
    "contacts.get": get,
    "contacts.create": create,
    "contacts.put": put,
    "contacts.delete": delete,
}

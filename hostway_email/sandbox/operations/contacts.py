"""The global address book of a domain."""

from __future__ import annotations

from collections.abc import Callable

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import contact_exists, fields, not_found
from hostway_email.sandbox.links import HOST, base, domain_path, link, segment

__all__ = ["FIELDS", "HANDLERS"]

FIELDS = (
    "email",
    "firstName",
    "lastName",
    "displayName",
    "title",
    "homePhone",
    "mobilePhone",
    "businessPhone",
    "businessFax",
    "isdnNumber",
    "pager",
    "telexNumber",
    "company",
    "department",
    "roomNumber",
    "streetAddress",
    "postalCode",
    "city",
    "state",
    "country",
)


def list_contacts(call: Call) -> Answer:
    """Return all contacts that match the filters."""
    tests = _tests(call.query)
    found = [
        (name, contact)
        for name, contact in call.domain.contacts.items()
        if all(test({**contact, "name": name}) for test in tests)
    ]
    href = f"{base(call.world, HOST)}{domain_path(call.world)}/contacts"
    shown = [
        {**_full(contact), "name": name, "links": _links(call, name)} for name, contact in found
    ]
    return ok({"count": len(shown), "list": shown, "links": [link(href)]})


def get(call: Call) -> Answer:
    """Return one contact."""
    # A single contact has no name field, unlike those in the list.
    return ok({**_full(_contact(call)), "links": _links(call, call.values["contact"])})


def create(call: Call) -> Answer:
    """Add a contact."""
    errors: checks.Errors = {}
    for required in ("displayName", "name", "email"):
        checks.text(call.body, required, errors)
    name = checks.text(call.body, "name", errors)
    written = _written(call.body, errors)
    if errors:
        raise fields(errors)
    if name in call.domain.contacts:
        raise contact_exists(call.world.guid())
    call.domain.contacts[name] = written
    return no_content()


def put(call: Call) -> Answer:
    """Change fields of a contact."""
    contact = _contact(call)
    errors: checks.Errors = {}
    written = _written(call.body, errors)
    if written.get("displayName") == "":
        errors["displayName"] = "Required"
    if errors:
        raise fields(errors)
    contact.update(written)
    return no_content()


def delete(call: Call) -> Answer:
    """Delete a contact."""
    _contact(call)
    del call.domain.contacts[call.values["contact"]]
    return no_content()


def _contact(call: Call) -> dict[str, str]:
    contact = call.domain.contacts.get(call.values["contact"])
    if contact is None:
        raise not_found("Contact not found")
    return contact


def _written(body: dict[str, object], errors: checks.Errors) -> dict[str, str]:
    read = {name: checks.optional_text(body, name, errors) for name in FIELDS if name in body}
    written = {name: value or "" for name, value in read.items()}
    if (
        "email" in written
        and "email" not in errors
        and not checks.EMAIL.fullmatch(written["email"])
    ):
        errors["email"] = "Invalid email address"
    return written


def _full(contact: dict[str, str]) -> dict[str, object]:
    return {name: contact.get(name, "") for name in FIELDS}


def _links(call: Call, name: str) -> list[dict[str, str]]:
    path = f"{domain_path(call.world)}/contacts/{segment(name)}"
    return [link(base(call.world, HOST) + path)]


def _tests(query: dict[str, str]) -> list[Callable[[dict[str, str]], bool]]:
    """Return the conditions: `filter` compares the whole value, `search` a part of it."""
    tests: list[Callable[[dict[str, str]], bool]] = []
    known = {name.lower(): name for name in (*FIELDS, "name")}
    for parameter, value in query.items():
        for prefix, whole in (("filter", True), ("search", False)):
            name = known.get(parameter.removeprefix(prefix).lower())
            if parameter.startswith(prefix) and name is not None:
                tests.append(_test(name, value.lower(), whole))
    return tests


def _test(name: str, wanted: str, whole: bool) -> Callable[[dict[str, str]], bool]:
    def passes(contact: dict[str, str]) -> bool:
        value = contact.get(name, "").lower()
        return value == wanted if whole else wanted in value

    return passes


HANDLERS: dict[str, Handler] = {
    "contacts.list": list_contacts,
    "contacts.get": get,
    "contacts.create": create,
    "contacts.put": put,
    "contacts.delete": delete,
}

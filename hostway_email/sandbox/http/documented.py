"""The query parameters and body fields that the manual documents, for the rows of `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "ACTION",
    "ATTRIBUTES",
    "AUTORESPONDER",
    "BLACKWHITELIST",
    "BLACKWHITELIST_QUERY",
    "CONTACT_FIELDS",
    "CONTACT_QUERY",
    "EXCHANGE",
    "INFOSTORE",
    "MAILBOX",
    "NEW_CONTACT",
    "NEW_WEBMAIL",
    "SECRETS",
    "TARGETS",
    "TICKET",
    "UPDATED_CONTACT",
    "UPDATED_WEBMAIL",
    "USERNAMES_QUERY",
    "WEBMAIL_SETTINGS",
    "Body",
    "Query",
]

Query = Mapping[str, tuple[str, ...]]
"""The parameters of a query with their values; a parameter without values takes any text."""


@dataclass(frozen=True, slots=True)
class Body:
    """The fields of a request body, or of the objects inside it.

    `required` are those without which the API refuses any request of the operation. `inside` has
    the fields whose value is an object or a list of objects. With `any_name` the names are data.
    `envelope` is the shape of the operation's errors: inside `badRequest`, or a flat object.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    inside: Mapping[str, Body] = field(default_factory=dict, hash=False)
    any_name: bool = False
    envelope: bool = False


_ANY_TEXT: tuple[str, ...] = ()
_PAGE: Query = {"page": _ANY_TEXT, "pageSize": _ANY_TEXT}
_ORDER = ("asc", "desc")

USERNAMES_QUERY: Query = {
    **_PAGE,
    "filterUsername": _ANY_TEXT,
    "sortField": ("username", "quota"),
    "sortOrder": _ORDER,
    "details": ("1",),
}
BLACKWHITELIST_QUERY: Query = {
    **_PAGE,
    "filterAddress": _ANY_TEXT,
    "filterType": ("B", "W"),
    "sortField": ("address",),
    "sortOrder": _ORDER,
}

CONTACT_FIELDS = (
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
CONTACT_QUERY: Query = {
    f"{prefix}{name[0].upper()}{name[1:]}": _ANY_TEXT
    for prefix in ("filter", "search")
    for name in ("name", *CONTACT_FIELDS)
}

_NEEDED_BY_CONTACTS = ("displayName", "name", "email")
NEW_CONTACT = Body(_NEEDED_BY_CONTACTS, CONTACT_FIELDS)
UPDATED_CONTACT = Body(optional=CONTACT_FIELDS)

_ENTRY = Body(("address", "type"))
BLACKWHITELIST = Body(("list",), inside={"list": _ENTRY}, envelope=True)
_ATTRIBUTE = Body(("attributeName", "attributeValue"))
ATTRIBUTES = Body(("attributes",), inside={"attributes": _ATTRIBUTE})
TARGETS = Body(("targets",), inside={"targets": Body(("target",))})

AUTORESPONDER = Body(("body", "active"), ("subject",))
INFOSTORE = Body(("quota",), envelope=True)
TICKET = Body(optional=("subject", "body"))
SECRETS = Body(any_name=True)
# The second name of the answers is only in the examples of a wrong answer.
_RESET = Body(("password",), ("secretQuestionsAnswers", "secretQuestionsAnswersList"))
ACTION = Body(("action", "actionData"), inside={"actionData": _RESET})

MAILBOX = Body(optional=("password", "master", "quota", "type", "username"))
EXCHANGE = Body(
    optional=(
        "password",
        "resetPassword",
        "displayName",
        "type",
        "resourceType",
        "firstName",
        "lastName",
        "city",
        "company",
        "country",
        "department",
        "fax",
        "homePhone",
        "mobilePhone",
        "postalCode",
        "state",
        "street",
        "title",
    )
)
WEBMAIL_SETTINGS = Body(("allowUpgrade",))
NEW_WEBMAIL = Body(optional=("type", "allowUpgrade", "theme", "language", "timezone"))
UPDATED_WEBMAIL = Body(optional=(*NEW_WEBMAIL.optional, "resetPassword"))

"""The contacts in the global address book of a domain."""

import difflib
from collections.abc import Mapping
from typing import Generic, TypedDict, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_pascal

from hostway_email.answers import Answer, Lenient
from hostway_email.errors import InvalidRequestError
from hostway_email.links import LinkList
from hostway_email.models._fields import Body, EmailText, PathText, Text
from hostway_email.models._page import PageBody

__all__ = [
    "Contact",
    "ContactCreate",
    "ContactFilter",
    "ContactPage",
    "ContactUpdate",
    "contact_query",
]

T = TypeVar("T")


class _Details(BaseModel, Generic[T]):
    """What can be left out of a contact: read tolerantly, sent strictly, as `T` says."""

    model_config = ConfigDict(defer_build=True)

    first_name: T | None = None
    last_name: T | None = None
    title: T | None = None
    home_phone: T | None = None
    mobile_phone: T | None = None
    business_phone: T | None = None
    business_fax: T | None = None
    isdn_number: T | None = None
    pager: T | None = None
    telex_number: T | None = None
    company: T | None = None
    department: T | None = None
    room_number: T | None = None
    street_address: T | None = None
    postal_code: T | None = None
    city: T | None = None
    state: T | None = None
    country: T | None = None


class Contact(Answer, _Details[Lenient[str]]):
    """A contact of the global address book; what is not set is None or the empty text.

    Attributes:
        name: what the contact is called in paths. A list gives it; asked for one contact, the API
            may leave it out.
        email: the contact's address.
        display_name: the name that is shown.
        links: the contact's links.
    """

    name: Lenient[str] = None
    email: Lenient[str] = None
    display_name: Lenient[str] = None
    links: LinkList = []


class ContactPage(PageBody[Contact]):
    """A list of contacts."""

    item_key = "name"


class ContactCreate(Body, _Details[Text]):
    """A contact to add.

    Attributes:
        name: what the contact is called in paths; it cannot be changed later.
        email: the contact's address.
        display_name: the name that is shown.
    """

    name: PathText
    email: EmailText
    display_name: Text


class ContactUpdate(Body, _Details[Text]):
    """What to change of a contact: at least one field, and only those that are given are sent."""

    needs_a_field = True

    email: EmailText | None = None
    display_name: Text | None = None


class ContactFilter(TypedDict, total=False):
    """What contacts are filtered or searched by: a value for each field that matters."""

    name: str
    email: str
    display_name: str
    first_name: str
    last_name: str
    title: str
    home_phone: str
    mobile_phone: str
    business_phone: str
    business_fax: str
    isdn_number: str
    pager: str
    telex_number: str
    company: str
    department: str
    room_number: str
    street_address: str
    postal_code: str
    city: str
    state: str
    country: str


def contact_query(
    filter: ContactFilter | None = None, search: ContactFilter | None = None
) -> dict[str, str]:
    """Return the query of a contact list: `{"name": x}` is `filterName=x` or `searchName=x`.

    Raises:
        InvalidRequestError: a contact has no such field, or a value is not a `str`.
    """
    return _terms("filter", filter or {}) | _terms("search", search or {})


def _terms(kind: str, wanted: Mapping[str, object]) -> dict[str, str]:
    terms: dict[str, str] = {}
    for field, value in wanted.items():
        if field not in ContactFilter.__optional_keys__:
            near = difflib.get_close_matches(str(field), ContactFilter.__optional_keys__, n=1)
            rule = f"no such field, did you mean {near[0]!r}?" if near else "no such field"
        elif not isinstance(value, str):
            rule = "must be a str"
        else:
            terms[kind + to_pascal(field)] = value
            continue
        raise InvalidRequestError(f"{kind}.{field}: {rule}", {f"{kind}.{field}": rule})
    return terms

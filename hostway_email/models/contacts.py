"""The contacts in the global address book of a domain."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from pydantic import Field
from pydantic.alias_generators import to_pascal

from hostway_email._core.decoding import MemoryCost
from hostway_email._core.suggest import nearest
from hostway_email.errors import InvalidRequestError
from hostway_email.models._page import PageBody
from hostway_email.models._request import RequestModel
from hostway_email.models._response import Lenient, Readable, ResponseModel
from hostway_email.models._types import EmailText, PathText, Text
from hostway_email.models.links import LinkList

__all__ = [
    "Contact",
    "ContactCreate",
    "ContactFilter",
    "ContactPage",
    "ContactUpdate",
    "contact_query",
]


class Contact(ResponseModel):
    """A contact of the global address book; fields that are not set are None or empty.

    Attributes:
        name: the contact's identifier in paths; it may be missing in the response for a single
            contact.
        email: the contact's address.
        display_name: the display name.
        links: the contact's links.
    """

    name: Lenient[str] = None
    email: Lenient[str] = None
    display_name: Lenient[str] = None
    first_name: Lenient[str] = None
    last_name: Lenient[str] = None
    title: Lenient[str] = None
    home_phone: Lenient[str] = None
    mobile_phone: Lenient[str] = None
    business_phone: Lenient[str] = None
    business_fax: Lenient[str] = None
    isdn_number: Lenient[str] = None
    pager: Lenient[str] = None
    telex_number: Lenient[str] = None
    company: Lenient[str] = None
    department: Lenient[str] = None
    room_number: Lenient[str] = None
    street_address: Lenient[str] = None
    postal_code: Lenient[str] = None
    city: Lenient[str] = None
    state: Lenient[str] = None
    country: Lenient[str] = None
    links: LinkList = []


class ContactPage(PageBody):
    """One page of contacts."""

    memory_cost = MemoryCost(object=1600)

    items: Annotated[list[Readable[Contact]], Field(alias="list")]


class _Details(RequestModel):
    """The optional fields of a contact that is sent."""

    leaves_out_none = True

    first_name: Text | None = None
    last_name: Text | None = None
    title: Text | None = None
    home_phone: Text | None = None
    mobile_phone: Text | None = None
    business_phone: Text | None = None
    business_fax: Text | None = None
    isdn_number: Text | None = None
    pager: Text | None = None
    telex_number: Text | None = None
    company: Text | None = None
    department: Text | None = None
    room_number: Text | None = None
    street_address: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    state: Text | None = None
    country: Text | None = None


class ContactCreate(_Details):
    """A contact to add.

    Attributes:
        name: the contact's identifier in paths; it cannot be changed later.
        email: the contact's address.
        display_name: the display name.
    """

    name: PathText
    email: EmailText
    display_name: Text


class ContactUpdate(_Details):
    """The fields of a contact to change, at least one; others stay unchanged."""

    needs_a_field = True

    email: EmailText | None = None
    display_name: Text | None = None


class ContactFilter(TypedDict, total=False):
    """The values by which contacts are filtered or searched, by field."""

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
            similar = nearest(str(field), ContactFilter.__optional_keys__)
            rule = f"no such field, did you mean {similar!r}?" if similar else "no such field"
        elif not isinstance(value, str):
            rule = "must be a str"
        else:
            terms[kind + to_pascal(field)] = value
            continue
        raise InvalidRequestError(f"{kind}.{field}: {rule}", {f"{kind}.{field}": rule})
    return terms

"""The global address book: sections 16 to 25."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from hostway_email import (
    BadRequestError,
    ConflictError,
    Contact,
    ContactCreate,
    ContactUpdate,
    HostwayEmail,
    NotFoundError,
    Page,
)
from hostway_email.resources import ContactsResource

from ..example import Example, Raises, Reads, Refused, link

__all__ = ["EXAMPLES"]

PATH = "/accounts/account007/email/test-domain.com/contacts"
URL = f"https://api.hostway.com{PATH}"
TEMPLATE = "/accounts/{account}/email/{domain}/contacts"

# Each field on the wire, and in Python.
FIELDS = {
    "email": "email",
    "firstName": "first_name",
    "lastName": "last_name",
    "displayName": "display_name",
    "title": "title",
    "homePhone": "home_phone",
    "mobilePhone": "mobile_phone",
    "businessPhone": "business_phone",
    "businessFax": "business_fax",
    "isdnNumber": "isdn_number",
    "pager": "pager",
    "telexNumber": "telex_number",
    "company": "company",
    "department": "department",
    "roomNumber": "room_number",
    "streetAddress": "street_address",
    "postalCode": "postal_code",
    "city": "city",
    "state": "state",
    "country": "country",
}
OUTLINE = {"name": "{name}"} | {name: f"{{{name}}}" for name in FIELDS}
FIRST_LAST = {"displayName": "Display Name", "firstName": "First", "lastName": "Last"}
# In this section an empty text stands for every field that is not set.
SINGLE = dict.fromkeys(FIELDS, "") | FIRST_LAST | {"email": "test@test.com"}
SEARCHED = SINGLE | {"email": "new@test.com", "name": "search-contact"}
TESTED = SINGLE | {"email": "new@test.com", "name": "test-contact", "mobilePhone": "123456789"}

UNCLOSED = "the list is closed, and there are no commas at the end of objects"


def contacts(hostway: HostwayEmail) -> ContactsResource:
    return hostway.account("account007").domain("test-domain.com").contacts


def in_python(contact: Mapping[str, str]) -> dict[str, str]:
    return {FIELDS.get(name, name): value for name, value in contact.items()}


def listing(*found: dict[str, str]) -> dict[str, JsonValue]:
    items: list[JsonValue] = [
        contact | {"links": [link(f"{URL}/{contact['name']}")]} for contact in found
    ]
    return {"count": len(items), "list": items, "links": [link(URL)]}


def reads(*found: dict[str, str]) -> Reads:
    return Reads(Page, {"total_count": len(found), "items": [in_python(each) for each in found]})


TAKEN: JsonValue = {
    "conflict": {
        "guid": "af4f4c85-4c8f-4c63-95d1-f3fb8cb8c479",
        "code": 409,
        "message": "Data conflict",
    },
    "details": "",
}

EXAMPLES = [
    Example(
        section="16.4.1",
        call=lambda hostway: contacts(hostway).delete("test-contact"),
        request=f"DELETE {PATH}/test-contact",
        status=204,
    ),
    Example(
        section="18.2.4",
        call=lambda hostway: (
            hostway.account("{account}").domain("{domain}").contacts.get("{contact}")
        ),
        request=f"GET {TEMPLATE}/{{contact}}",
        status=200,
        answer=OUTLINE | {"links": [link(f"{{APIBaseURL}}{TEMPLATE}/{{name}}")]},
        gives=Reads(Contact, in_python(OUTLINE)),
        corrected="a comma follows the display name",
    ),
    Example(
        section="18.3.1",
        call=lambda hostway: contacts(hostway).get("non-existent-contact"),
        request=f"GET {PATH}/non-existent-contact",
        status=404,
        gives=Raises(NotFoundError),
    ),
    Example(
        section="18.3.2",
        call=lambda hostway: contacts(hostway).get("test-contact"),
        request=f"GET {PATH}/test-contact",
        status=200,
        answer=SINGLE | {"links": [link(f"{URL}/test-contact")]},
        gives=Reads(Contact, in_python(SINGLE), also={"name": None}),
    ),
    Example(
        section="20.4.1",
        call=lambda hostway: contacts(hostway).update(
            "test-contact",
            ContactUpdate(email="updated-email", display_name="Display Name Updated"),
        ),
        refused=Refused.naming("email"),
        request=f"PUT {PATH}/test-contact",
        body={"email": "updated-email", "displayName": "Display Name Updated"},
        status=400,
        answer={"email": "Invalid email address"},
        gives=Raises(BadRequestError, "Invalid email address", {"email": "Invalid email address"}),
    ),
    Example(
        section="20.4.2",
        call=lambda hostway: contacts(hostway).update(
            "test-contact", ContactUpdate(email="new@test.com", mobile_phone="123456789")
        ),
        request=f"PUT {PATH}/test-contact",
        body={"email": "new@test.com", "mobilePhone": "123456789"},
        status=204,
    ),
    Example(
        section="23.2.4",
        call=lambda hostway: (
            hostway.account("{account}").domain("{domain}").contacts.list().page(1)
        ),
        request=f"GET {TEMPLATE}",
        status=200,
        answer={
            "count": 1,
            "list": [OUTLINE | {"links": [link(f"{{APIBaseUrl}}{TEMPLATE}/{{name}}")]}],
            "links": [link(f"{{APIBaseUrl}}{TEMPLATE}")],
        },
        gives=reads(OUTLINE),
        corrected=f"{{count}} is 1, no filter, a comma follows the display name, {UNCLOSED}",
    ),
    Example(
        section="23.3.1",
        call=lambda hostway: (
            contacts(hostway)
            .list(filter={"name": "search-contact", "email": "new@test.com"})
            .page(1)
        ),
        request=f"GET {PATH}?filterName=search-contact&filterEmail=new@test.com",
        status=200,
        answer=listing(SEARCHED),
        gives=reads(SEARCHED),
        corrected=UNCLOSED,
    ),
    Example(
        section="23.3.2",
        call=lambda hostway: contacts(hostway).list(filter={"email": "new@test.com"}).page(1),
        request=f"GET {PATH}?filterEmail=new@test.com",
        status=200,
        answer=listing(SEARCHED, TESTED),
        gives=reads(SEARCHED, TESTED),
        corrected=UNCLOSED,
    ),
    Example(
        section="23.3.3",
        call=lambda hostway: contacts(hostway).list(search={"name": "contact"}).page(1),
        request=f"GET {PATH}?searchName=contact",
        status=200,
        answer=listing(SEARCHED, TESTED),
        gives=reads(SEARCHED, TESTED),
        corrected=UNCLOSED,
    ),
    Example(
        section="23.3.4",
        call=lambda hostway: contacts(hostway).list(filter={"name": "notexisting"}).page(1),
        request=f"GET {PATH}?filterName=notexisting",
        status=200,
        answer=listing(),
        gives=reads(),
        corrected="no comma stands at the end of the response",
    ),
    Example(
        section="23.3.5",
        call=lambda hostway: contacts(hostway).list(search={"name": "notexisting"}).page(1),
        request=f"GET {PATH}?searchName=notexisting",
        status=200,
        answer=listing(),
        gives=reads(),
        corrected="no comma stands at the end of the response",
    ),
    Example(
        section="25.4.1",
        call=lambda hostway: contacts(hostway).create(ContactCreate()),  # type: ignore[call-arg] # invalid on purpose
        refused=Refused.naming("name", "email", "display_name"),
        request=f"POST {PATH}",
        body={},
        status=400,
        answer={"displayName": "Required", "name": "Required", "email": "Required"},
        gives=Raises(
            BadRequestError,
            "Required",
            {"displayName": "Required", "name": "Required", "email": "Required"},
        ),
    ),
    Example(
        section="25.4.2",
        call=lambda hostway: contacts(hostway).create(
            ContactCreate(name="test-contact", email="test", display_name="Display Name")
        ),
        refused=Refused.naming("email"),
        request=f"POST {PATH}",
        body={"name": "test-contact", "email": "test", "displayName": "Display Name"},
        status=400,
        answer={"email": "Invalid email address"},
        gives=Raises(BadRequestError, "Invalid email address", {"email": "Invalid email address"}),
    ),
    *(
        Example(
            section=section,
            call=lambda hostway: contacts(hostway).create(
                ContactCreate(
                    name="test-contact",
                    email="test@test.com",
                    first_name="First",
                    last_name="Last",
                    display_name="Display Name",
                )
            ),
            request=f"POST {PATH}",
            body={
                "name": "test-contact",
                "email": "test@test.com",
                "firstName": "First",
                "lastName": "Last",
                "displayName": "Display Name",
            },
            status=status,
            answer=answer,
            gives=gives,
        )
        for section, status, answer, gives in (
            ("25.4.3", 204, "", None),
            (
                "25.4.4",
                409,
                TAKEN,
                Raises(ConflictError, "Data conflict", guid="af4f4c85-4c8f-4c63-95d1-f3fb8cb8c479"),
            ),
        )
    ),
]

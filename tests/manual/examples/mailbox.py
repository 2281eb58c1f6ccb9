"""Regular mailboxes: sections 66, 68 and 70."""

from __future__ import annotations

from pydantic import JsonValue

from hostway_email import (
    BadRequestError,
    HostwayEmail,
    Mailbox,
    MailboxCreate,
    MailboxUpdate,
    PutResult,
)
from hostway_email.resources import MailboxResource

from ..example import Example, Raises, Reads, Refused, link

__all__ = ["EXAMPLES"]

USERNAMES = "/accounts/test-account123/email/test.com/usernames"
JOHN = f"{USERNAMES}/john.smith/mailbox"
JOHN2 = f"{USERNAMES}/john.smith2/mailbox"
TEMPLATE = "/accounts/{account}/email/{domain}/usernames/{mailboxName}/mailbox"
TOKEN = (
    "NGA8mH65N63ZpakAIYCWZodYRRbsOQ/Uj9TcnWWaUYuHZliHZbmT2eDFQW2zV71PYmmMhUKlTx/5UMYkG4hv2ycGb0p7"
    "C2i4U8Vh1mK4/OrQQjQHLej27zfTMR+"
)
SITEMAIL: JsonValue = [
    {"url": "http://sitemaildev7.test", "version": "7"},
    {"url": "http://sitemaildev8.test", "version": "8"},
]
INSIDE = "the addresses of webmail, printed behind the answer, are part of it"


def john(hostway: HostwayEmail, name: str = "john.smith") -> MailboxResource:
    return hostway.account("test-account123").domain("test.com").username(name).mailbox


def required(name: str) -> Raises:
    return Raises(BadRequestError, "Required", {name: "Required"})


EXAMPLES = [
    Example(
        section="66.4.1",
        call=lambda hostway: (
            hostway.account("test-account").domain("test.com").username("test").mailbox.delete()
        ),
        request="DELETE /accounts/test-account/email/test.com/usernames/test/mailbox",
        status=204,
    ),
    Example(
        section="68.3.2",
        call=lambda hostway: (
            hostway.account("{account}").domain("{domain}").username("{mailboxName}").mailbox.get()
        ),
        request=f"GET {TEMPLATE}",
        status=200,
        answer={
            "username": "{username}",
            "master": False,
            "quota": 10,
            "usage": 5,
            "authToken": "{authToken}",
            "links": [{"location": f"{{APIBaseURL}}{TEMPLATE}/", "rel": "self"}],
            "sitemail_urls": SITEMAIL,
        },
        gives=Reads(
            Mailbox,
            {
                "username": "{username}",
                "master": False,
                "quota_mb": 10,
                "usage_mb": 5,
                "auth_token": "{authToken}",
                "sitemail_urls": SITEMAIL,
            },
        ),
        corrected=f"braces without quotes have values; {INSIDE}",
    ),
    Example(
        section="68.4.1",
        call=lambda hostway: john(hostway).get(),
        request=f"GET {JOHN}",
        status=200,
        answer={
            "username": "test",
            "authToken": TOKEN,
            "master": True,
            "quota": 10,
            "usage": 10,
            "links": [link(f"{{APIBaseURL}}{JOHN}/")],
            "sitemail_urls": SITEMAIL,
        },
        gives=Reads(
            Mailbox,
            {
                "username": "test",
                "auth_token": TOKEN,
                "master": True,
                "quota_mb": 10,
                "usage_mb": 10,
                "sitemail_urls": SITEMAIL,
            },
        ),
        corrected=INSIDE,
    ),
    Example(
        section="70.4.1",
        call=lambda hostway: john(hostway).create(
            MailboxCreate(master=False)  # type: ignore[call-arg] # invalid on purpose
        ),
        refused=Refused.naming("password"),
        request=f"PUT {JOHN}",
        body={"master": False},
        status=400,
        answer={"password": "Required"},
        gives=required("password"),
    ),
    Example(
        section="70.4.2",
        call=lambda hostway: john(hostway).create(MailboxCreate(password="abc1234", master=True)),
        request=f"PUT {JOHN}",
        body={"password": "abc1234", "master": True},
        status=400,
        answer={"password": "Required"},
        gives=required("password"),
    ),
    Example(
        section="70.4.3",
        call=lambda hostway: john(hostway).create(
            MailboxCreate(password="test_password1", quota_mb=0)
        ),
        refused=Refused.naming("quota_mb"),
        request=f"PUT {JOHN}",
        body={"password": "test_password1", "quota": 0},
        status=400,
        answer={"computeFault": "Quota must be greater than 0"},
        gives=Raises(BadRequestError, "Quota must be greater than 0"),
    ),
    Example(
        section="70.4.4",
        call=lambda hostway: john(hostway).create(
            MailboxCreate(password="test_password1", type="activesync")
        ),
        request=f"PUT {JOHN}",
        body={"password": "test_password1", "type": "activesync"},
        status=400,
        answer={"computeFault": "Number of mailboxes exceeded"},
        gives=Raises(BadRequestError, "Number of mailboxes exceeded"),
    ),
    Example(
        section="70.4.5",
        call=lambda hostway: john(hostway).create(MailboxCreate(password="pWord123$", master=True)),
        request=f"PUT {JOHN}",
        body={"password": "pWord123$", "master": True},
        status=201,
        gives=PutResult.CREATED,
    ),
    Example(
        section="70.4.6",
        call=lambda hostway: john(hostway).update(MailboxUpdate(password="!q2w3e4R")),
        request=f"PUT {JOHN}",
        body={"password": "!q2w3e4R"},
        status=204,
        gives=PutResult.UPDATED,
    ),
    Example(
        section="70.4.7",
        call=lambda hostway: john(hostway, "john.smith2").update(
            MailboxUpdate(password="pWord123$")
        ),
        request=f"PUT {JOHN2}",
        body={"password": "pWord123$"},
        status=400,
        gives=Raises(BadRequestError),
    ),
    Example(
        section="70.4.8",
        call=lambda hostway: john(hostway).update(MailboxUpdate(username="john.smith2")),
        request=f"PUT {JOHN}",
        body={"username": "john.smith2"},
        status=204,
        gives=PutResult.UPDATED,
    ),
    Example(
        section="70.4.9",
        call=lambda hostway: john(hostway).update(MailboxUpdate(username="jack.smith")),
        request=f"PUT {JOHN}",
        body={"username": "jack.smith"},
        status=400,
        gives=Raises(BadRequestError),
    ),
    Example(
        section="70.4.10",
        call=lambda hostway: john(hostway, "john.smith2").create(
            MailboxCreate(password="pword1234", quota_mb=70)
        ),
        request=f"PUT {JOHN2}",
        body={"password": "pword1234", "quota": 70},
        status=201,
        gives=PutResult.CREATED,
    ),
    Example(
        section="70.4.11",
        call=lambda hostway: john(hostway, "john.smith2").update(MailboxUpdate(quota_mb=85)),
        request=f"PUT {JOHN2}",
        body={"quota": 85},
        status=204,
        gives=PutResult.UPDATED,
    ),
]

"""Webmail of a domain (90, 92), of its types (94 to 98) and of a mailbox (80 to 84, 111 to 115)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pydantic import JsonValue

from hostway_email import (
    BadRequestError,
    DomainHandle,
    DomainWebmail,
    HostwayEmail,
    Webmail,
    WebmailCreate,
    WebmailLimits,
    WebmailNames,
    WebmailUpdate,
    WebmailUpgrade,
)
from hostway_email.resources import WebmailResource

from ..example import Example, Raises, Reads, Refused, link

__all__ = ["EXAMPLES"]

Of = Callable[[HostwayEmail], WebmailResource]

LONG = "/accounts/test/email/test.com/usernames/john.smith/webmail"
SHORT = "/email/test.com/usernames/john.smith/webmail"
TEMPLATE = "/accounts/{account}/email/{domain}"
SHORT_TEMPLATE = "/email/{domain}/usernames/{mailboxName}/webmail"
TOKEN = (
    "PoiC9iyBehel3ZHWhfa2eArKUJy+RJ5WpyN0eCBs2+Ns8Sidvhgto9zWLDnGZWlgTV9MuJ1F+//XnoKZWxjaRr2qh++437"
    "fChyxZmaHwe7g=="
)
EXCEEDED: JsonValue = {"computeFault": "Number of mailboxes exceeded"}

LOOKS = {"theme": "test_theme", "language": "en_US", "timezone": "America/Chicago"}
ANY_LOOKS = {"theme": "{theme}", "language": "{language}", "timezone": "{timezone}"}


def long(hostway: HostwayEmail) -> WebmailResource:
    return hostway.account("test").domain("test.com").username("john.smith").webmail


def short(hostway: HostwayEmail, name: str = "john.smith") -> WebmailResource:
    return hostway.domain("test.com").username(name).webmail


def anywhere(hostway: HostwayEmail) -> DomainHandle:
    return hostway.account("{account}").domain("{domain}")


def creating(section: str, path: str, of: Of, success: str) -> list[Example]:
    """Return the examples of a new account; `success` is the type that the last of them has."""
    no_type = '"non-existing" is not one of standard, activesync, premium'
    return [
        Example(
            section=f"{section}.4.1",
            call=lambda hostway: of(hostway).create(WebmailCreate(type="non-valid")),
            request=f"POST {path}",
            body={"type": "non-valid"},
            status=400,
            answer={"type": no_type},
            gives=Raises(BadRequestError, no_type, {"type": no_type}),
        ),
        Example(
            section=f"{section}.4.2",
            call=lambda hostway: of(hostway).create(WebmailCreate(type="activesync")),
            request=f"POST {path}",
            body={"type": "activesync"},
            status=400,
            answer=EXCEEDED,
            gives=Raises(BadRequestError, "Number of mailboxes exceeded"),
        ),
        Example(
            section=f"{section}.4.3",
            call=lambda hostway: of(hostway).create(
                WebmailCreate(
                    type=success,
                    allow_upgrade=False,
                    language="en_US",
                    timezone="America/Chicago",
                )
            ),
            request=f"POST {path}",
            body={
                "type": success,
                "allowUpgrade": False,
                "language": "en_US",
                "timezone": "America/Chicago",
            },
            status=201,
        ),
    ]


def breaking_a_rule(
    section: str, path: str, of: Of, says: str, changes: WebmailUpdate, body: JsonValue
) -> Example:
    return Example(
        section=section,
        call=lambda hostway: of(hostway).update(changes),
        request=f"PUT {path}",
        body=body,
        status=400,
        answer={"message": says},
        gives=Raises(BadRequestError, says),
    )


def changing(section: str, path: str, of: Of) -> list[Example]:
    no_type = '"invalid-type" is not one of standard, activesync, premium'
    return [
        Example(
            section=f"{section}.4.1",
            call=lambda hostway: of(hostway).update(WebmailUpdate(type="")),
            refused=Refused.naming("type"),
            request=f"PUT {path}",
            body={"type": ""},
            status=400,
            answer={"type": "Required"},
            gives=Raises(BadRequestError, "Required", {"type": "Required"}),
        ),
        Example(
            section=f"{section}.4.2",
            call=lambda hostway: of(hostway).update(WebmailUpdate(type="invalid-type")),
            request=f"PUT {path}",
            body={"type": "invalid-type"},
            status=400,
            answer={"type": no_type},
            gives=Raises(BadRequestError, no_type, {"type": no_type}),
        ),
        breaking_a_rule(
            f"{section}.4.3",
            path,
            of,
            "The allowUpgrade option is inconsistent with the provided type",
            WebmailUpdate(type="premium", allow_upgrade=False),
            {"type": "premium", "allowUpgrade": False},
        ),
        breaking_a_rule(
            f"{section}.4.4",
            path,
            of,
            "The account is already upgraded. Please downgrade it to standard first.",
            WebmailUpdate(allow_upgrade=False),
            {"allowUpgrade": False},
        ),
        breaking_a_rule(
            f"{section}.4.5",
            path,
            of,
            "This account is not allowed to be upgraded",
            WebmailUpdate(type="premium"),
            {"type": "premium"},
        ),
        Example(
            section=f"{section}.4.6",
            call=lambda hostway: of(hostway).update(WebmailUpdate(type="activesync")),
            request=f"PUT {path}",
            body={"type": "activesync"},
            status=400,
            answer=EXCEEDED,
            gives=Raises(BadRequestError, "Number of mailboxes exceeded"),
        ),
        Example(
            section=f"{section}.4.7",
            call=lambda hostway: of(hostway).update(WebmailUpdate(type="premium")),
            request=f"PUT {path}",
            body={"type": "premium"},
            status=204,
        ),
        # Its path has the long form on both pages.
        breaking_a_rule(
            f"{section}.4.8",
            LONG,
            long,
            "Current mailbox usage is larger than the new quota value",
            WebmailUpdate(type="standard"),
            {"type": "standard"},
        ),
    ]


def other_looks(section: str) -> Example:
    # Its path has the short form on both pages.
    return Example(
        section=section,
        call=lambda hostway: short(hostway).update(
            WebmailUpdate(theme="new_theme", language="en_US", timezone="America/Chicago")
        ),
        request=f"PUT {SHORT}",
        body={"theme": "new_theme", "language": "en_US", "timezone": "America/Chicago"},
        status=204,
    )


OF_MAILBOXES = [
    Example(
        section="80.3.2",
        call=lambda hostway: anywhere(hostway).username("{mailboxName}").webmail.get(),
        request=f"GET {TEMPLATE}/usernames/{{mailboxName}}/webmail",
        status=200,
        answer={
            "authToken": "{authenticationToken}",
            "type": "{type}",
            "allowUpgrade": False,
            "resetPassword": True,
            **ANY_LOOKS,
            "links": [
                {
                    "location": f"{{APIBaseURL}}{TEMPLATE}/usernames/{{mailboxName}}/webmail/",
                    "rel": "self",
                }
            ],
        },
        gives=Reads(
            Webmail,
            {
                "auth_token": "{authenticationToken}",
                "type": "{type}",
                "allow_upgrade": False,
                "reset_password": True,
                **ANY_LOOKS,
            },
        ),
        corrected="braces without quotes are false and true",
    ),
    Example(
        section="80.4.1",
        call=lambda hostway: long(hostway).get(),
        request=f"GET {LONG}",
        status=200,
        answer={
            "authToken": TOKEN,
            "type": "standard",
            "allowUpgrade": True,
            "resetPassword": False,
            **LOOKS,
            "links": [link(f"{{APIBaseURL}}{LONG}/")],
        },
        gives=Reads(
            Webmail,
            {
                "auth_token": TOKEN,
                "type": "standard",
                "allow_upgrade": True,
                "reset_password": False,
                **LOOKS,
            },
        ),
    ),
    *creating("82", LONG, long, "standard"),
    *changing("84", LONG, long),
    Example(
        section="84.4.9",
        # Its path has the short form.
        call=lambda hostway: short(hostway).update(WebmailUpdate(reset_password=True)),
        request=f"PUT {SHORT}",
        body={"resetPassword": True},
        status=204,
    ),
    other_looks("84.4.10"),
    Example(
        section="111.3.2",
        call=lambda hostway: hostway.domain("{domain}").username("{mailboxName}").webmail.get(),
        request=f"GET {SHORT_TEMPLATE}",
        status=200,
        answer={
            "type": "{type}",
            "allowUpgrade": False,
            **ANY_LOOKS,
            "links": [{"location": f"{{APIBaseURL}}{SHORT_TEMPLATE}/", "rel": "self"}],
        },
        gives=Reads(
            Webmail,
            {"type": "{type}", "allow_upgrade": False, **ANY_LOOKS},
            also={"auth_token": None, "reset_password": None},
        ),
        corrected="braces without quotes are false",
    ),
    Example(
        section="111.4.1",
        call=lambda hostway: short(hostway, "test").get(),
        request="GET /email/test.com/usernames/test/webmail",
        status=200,
        answer={
            "type": "standard",
            "allowUpgrade": True,
            **LOOKS,
            "links": [link("{APIBaseURL}/email/test.com/usernames/test/webmail/")],
        },
        gives=Reads(
            Webmail,
            {"type": "standard", "allow_upgrade": True, **LOOKS},
            also={"auth_token": None, "reset_password": None},
        ),
        corrected="the link, of which the first two letters are printed, goes on to its end",
    ),
    *creating("113", SHORT, short, "activesync"),
    *changing("115", SHORT, short),
    other_looks("115.4.9"),
]

OF_DOMAINS = [
    Example(
        section="90.3.2",
        call=lambda hostway: anywhere(hostway).webmail.get(),
        request=f"GET {TEMPLATE}/webmail",
        status=200,
        answer={
            "type": "{type}",
            "allowUpgrade": False,
            "trialType": None,
            "trialExpiration": None,
            "links": [{"location": f"{{APIBaseURL}}{TEMPLATE}/webmail/", "rel": "self"}],
        },
        gives=Reads(
            DomainWebmail,
            {
                "type": "{type}",
                "allow_upgrade": False,
                "trial_type": None,
                "trial_expiration": None,
            },
        ),
        corrected="there is no trial, as the description allows; {allowUpgrade} is false",
    ),
    Example(
        section="90.4.1",
        call=lambda hostway: hostway.account("test").domain("test.com").webmail.get(),
        request="GET /accounts/test/email/test.com/webmail",
        status=200,
        answer={
            "type": "standard",
            "allowUpgrade": True,
            "trialType": "premium",
            "trialExpiration": "2018-10-28",
            "links": [{"location": f"{{APIBaseURL}}{TEMPLATE}/webmail/", "rel": "self"}],
        },
        gives=Reads(
            DomainWebmail,
            {
                "type": "standard",
                "allow_upgrade": True,
                "trial_type": "premium",
                "trial_expiration": date(2018, 10, 28),
            },
        ),
    ),
    Example(
        section="92.4.1",
        call=lambda hostway: (
            hostway.account("test").domain("test.com").webmail.update()  # type: ignore[call-arg] # invalid on purpose
        ),
        refused=Refused.naming("allow_upgrade", by=TypeError),
        request="PUT /accounts/test/email/test.com/webmail",
        body={},
        status=400,
        answer={"allowUpgrade": "Required"},
        gives=Raises(BadRequestError, "Required", {"allowUpgrade": "Required"}),
    ),
    Example(
        section="92.4.2",
        call=lambda hostway: (
            hostway.account("test").domain("test.com").webmail.update(allow_upgrade=True)
        ),
        request="PUT /accounts/test/email/test.com/webmail",
        body={"allowUpgrade": True},
        status=204,
    ),
    Example(
        section="94.3.2",
        call=lambda hostway: anywhere(hostway).webmail_limits.get(),
        request=f"GET {TEMPLATE}/webmailLimits",
        status=200,
        answer={
            "webmailLimits": {"activesync": 2, "premium": -1, "starter": -1, "standard": -1},
            "links": [
                link("https://api.hostway.com/accounts/accNum123/email/example.com/webmailLimits/")
            ],
        },
        gives=Reads(
            WebmailLimits,
            {"limits": {"activesync": 2, "premium": None, "starter": None, "standard": None}},
        ),
    ),
    Example(
        section="96.3.2",
        call=lambda hostway: anywhere(hostway).webmail_names.get(),
        request=f"GET {TEMPLATE}/webmailNames",
        status=200,
        answer={
            "webmailNames": {
                "activesync": "SMX Sync Advanced",
                "premium": "SMA Collaborate Premium",
                "standard": "SMX Mail Basic",
            },
            "links": [
                link("https://api.hostway.com/accounts/accNum123/email/example.com/webmailNames/")
            ],
        },
        gives=Reads(
            WebmailNames,
            {
                "names": {
                    "activesync": "SMX Sync Advanced",
                    "premium": "SMA Collaborate Premium",
                    "standard": "SMX Mail Basic",
                }
            },
        ),
    ),
    Example(
        section="98.3.2",
        call=lambda hostway: anywhere(hostway).webmail_upgrade.get(),
        request=f"GET {TEMPLATE}/webmailUpgrade",
        status=200,
        answer={
            "allowed": False,
            "links": [
                link("https://api.hostway.com/accounts/accNum123/email/example.com/webmailUpgrade/")
            ],
        },
        gives=Reads(WebmailUpgrade, {"allowed": False}),
    ),
]

EXAMPLES = OF_MAILBOXES + OF_DOMAINS

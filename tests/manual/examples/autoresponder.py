"""The automatic reply of a username: sections 32 and 34."""

from __future__ import annotations

from hostway_email import (
    Autoresponder,
    AutoresponderSettings,
    BadRequestError,
    HostwayEmail,
    UsernameHandle,
)

from ..example import NO_SLASH, Example, Raises, Reads, Refused, link

__all__ = ["EXAMPLES"]

TEST = "accounts/test-account123/email/test.com/usernames/test/autoresponder"


def username(hostway: HostwayEmail) -> UsernameHandle:
    return hostway.account("test-account123").domain("test.com").username("test")


EXAMPLES = [
    Example(
        section="32.3.2",
        call=lambda hostway: (
            hostway.account("{account}")
            .domain("{domain}")
            .username("{mailbox}")
            .autoresponder.get()
        ),
        request="GET /accounts/{account}/email/{domain}/usernames/{mailbox}/autoresponder",
        status=200,
        answer={
            "autoresponder": {"body": "{body}", "active": True, "subject": "{subject}"},
            "links": [
                {
                    "location": "{APIBaseURL}/accounts/{account}/email/{domain}/usernames/"
                    "{mailbox}/autoresponder/",
                    "rel": "self",
                }
            ],
        },
        gives=Reads(Autoresponder, {"body": "{body}", "active": True, "subject": "{subject}"}),
        corrected=f"{NO_SLASH}; {{active}} is true",
    ),
    Example(
        section="32.4.1",
        call=lambda hostway: username(hostway).autoresponder.get(),
        request=f"GET /{TEST}",
        status=200,
        answer={
            "body": "AutoRespond",
            "active": True,
            "links": [link(f"http://coreapi01.ote.chicago.hostway:8095/{TEST}")],
            "subject": "Subject",
        },
        gives=Reads(Autoresponder, {"body": "AutoRespond", "active": True, "subject": "Subject"}),
        corrected=NO_SLASH,
    ),
    Example(
        section="34.4.1",
        call=lambda hostway: username(hostway).autoresponder.update(
            AutoresponderSettings(subject="Subject", active=True)  # type: ignore[call-arg] # invalid on purpose
        ),
        refused=Refused.naming("body"),
        request=f"PUT /{TEST}",
        body={"subject": "Subject", "active": True},
        status=400,
        answer={"body": "Required"},
        gives=Raises(BadRequestError, "Required", {"body": "Required"}),
        corrected=NO_SLASH,
    ),
    Example(
        section="34.4.2",
        call=lambda hostway: username(hostway).autoresponder.update(
            AutoresponderSettings(subject="Subject", body="AutoRespond", active=True)
        ),
        request=f"PUT /{TEST}",
        body={"subject": "Subject", "body": "AutoRespond", "active": True},
        status=204,
        corrected=NO_SLASH,
    ),
    Example(
        section="34.4.3",
        call=lambda hostway: username(hostway).autoresponder.update(
            AutoresponderSettings(body="AutoRespond", active=False)
        ),
        request=f"PUT /{TEST}",
        body={"body": "AutoRespond", "active": False},
        status=204,
        corrected=NO_SLASH,
    ),
]

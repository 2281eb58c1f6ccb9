"""The usernames of a domain: sections 86 and 88."""

from __future__ import annotations

from datetime import date

from pydantic import JsonValue

from hostway_email import HostwayEmail, Page, UsernameDetails, UsernameHandle
from hostway_email.resources import UsernamesResource

from ..example import NO_SLASH, Example, Reads, link

__all__ = ["EXAMPLES"]

PATH = "/accounts/test-account123/email/test.com/usernames"
TEMPLATE = "/accounts/{account}/email/{domain}/usernames"
NO_STATUS = "no status is printed: 200"


def username(hostway: HostwayEmail, name: str) -> UsernameHandle:
    return hostway.account("test-account123").domain("test.com").username(name)


def usernames(hostway: HostwayEmail) -> UsernamesResource:
    return hostway.account("test-account123").domain("test.com").usernames


def details(path: str, *kinds: str) -> dict[str, JsonValue]:
    base = f"{{{{APIBaseURL}}}}{path}"
    found: dict[str, JsonValue] = {kind: [link(f"{base}/{kind}/", "related")] for kind in kinds}
    return found | {"links": [link(f"{base}/")]}


def related(path: str, *kinds: str) -> dict[str, object]:
    return {
        kind: [{"href": f"{{{{APIBaseURL}}}}{path}/{kind}/", "rel": "related"}] for kind in kinds
    }


def entry(name: str, *, master: bool = False, base: str = "{APIBaseURL}") -> dict[str, JsonValue]:
    return {
        "username": name,
        "links": [link(f"{base}{PATH}/{name}/mailbox/")],
        "type": "imap",
        "quota": 10,
        "master": master,
        "trialType": "premium",
        "trialExpiration": "2018-10-28",
        "allowUpgrade": True,
    }


def read_entry(name: str, *, master: bool = False) -> dict[str, object]:
    return {
        "username": name,
        "type": "imap",
        "quota_mb": 10,
        "master": master,
        "trial_type": "premium",
        "trial_expiration": date(2018, 10, 28),
        "allow_upgrade": True,
    }


def page_link(number: int, rel: str) -> JsonValue:
    return link(f"{{{{APIBaseURL}}}}{PATH}?page={number}&pageSize=2", rel)


EXAMPLES = [
    Example(
        section="86.3.2",
        call=lambda hostway: (
            hostway.account("{account}").domain("{domain}").username("{mailboxName}").get()
        ),
        request=f"GET {TEMPLATE}/{{mailboxName}}",
        status=200,
        answer=details(f"{TEMPLATE}/{{mailboxName}}", "exchange", "mailbox", "secrets"),
        gives=Reads(
            UsernameDetails,
            related(f"{TEMPLATE}/{{mailboxName}}", "exchange", "mailbox", "secrets"),
            # The outline shows both kinds at once, of which a username has one.
            also={"kind": None},
        ),
    ),
    Example(
        section="86.4.1",
        call=lambda hostway: username(hostway, "exchange-mbox").get(),
        request=f"GET {PATH}/exchange-mbox",
        status=200,
        answer=details(f"{PATH}/exchange-mbox", "exchange", "secrets"),
        gives=Reads(
            UsernameDetails,
            related(f"{PATH}/exchange-mbox", "exchange", "secrets"),
            also={"kind": "exchange", "mailbox": []},
        ),
        corrected=NO_STATUS,
    ),
    Example(
        section="86.4.2",
        call=lambda hostway: username(hostway, "mfg-mbox").get(),
        request=f"GET {PATH}/mfg-mbox",
        status=200,
        answer=details(f"{PATH}/mfg-mbox", "mailbox", "secrets"),
        gives=Reads(
            UsernameDetails,
            related(f"{PATH}/mfg-mbox", "mailbox", "secrets"),
            also={"kind": "mailbox", "exchange": []},
        ),
        corrected=NO_STATUS,
    ),
    Example(
        section="88.3.2",
        call=lambda hostway: (
            hostway.account("{account}").domain("{domain}").usernames.list(page_size=None).page(1)
        ),
        request=f"GET {TEMPLATE}",
        status=200,
        answer={
            "totalCount": "1",
            "list": [
                {
                    "username": "{username}",
                    "webmailAccess": "{webmailAccess}",
                    "links": [link("{href}", "{rel}")],
                    "type": "{type}",
                    "quota": 10,
                    "master": 1,
                    "trialType": "{trialType}",
                    "trialExpiration": "2018-10-28",
                    "allowUpgrade": False,
                }
            ],
        },
        gives=Reads(
            Page,
            {
                # Text here, and a number in the examples.
                "total_count": 1,
                "items": [
                    {
                        "username": "{username}",
                        "webmail_access": "{webmailAccess}",
                        "type": "{type}",
                        "quota_mb": 10,
                        # 0 or 1 by its description, false or true in the examples.
                        "master": True,
                        "trial_type": "{trialType}",
                        "trial_expiration": date(2018, 10, 28),
                        "allow_upgrade": False,
                    }
                ],
            },
        ),
        corrected="braces without quotes, the count and the date have values; closed in order",
    ),
    Example(
        section="88.4.1",
        call=lambda hostway: usernames(hostway).list(page_size=None).page(1),
        request=f"GET {PATH}",
        status=200,
        answer={"totalCount": 1, "list": [entry("test")]},
        gives=Reads(
            Page,
            {"total_count": 1, "items": [read_entry("test")]},
            also={"links": [], "has_next": False},
        ),
        corrected=f"{NO_SLASH}; {NO_STATUS}",
    ),
    Example(
        section="88.4.2",
        call=lambda hostway: usernames(hostway).list(details=True, page_size=None).page(1),
        request=f"GET {PATH}?details=1",
        status=200,
        answer={"totalCount": 1, "list": [entry("test") | {"webmailAccess": "standard"}]},
        gives=Reads(
            Page,
            {"total_count": 1, "items": [read_entry("test") | {"webmail_access": "standard"}]},
        ),
        corrected=f"{NO_SLASH}; {NO_STATUS}; the response, printed in two pieces, closes once only",
    ),
    Example(
        section="88.4.3",
        call=lambda hostway: (
            usernames(hostway).list(page_size=2, sort_field="username", sort_order="desc").page(2)
        ),
        request=f"GET {PATH}?page=2&pageSize=2&sortField=username&sortOrder=desc",
        status=200,
        answer={
            "totalCount": 6,
            "list": [
                entry("test2", master=True, base="{{APIBaseURL}}"),
                entry("test1", base="{{APIBaseURL}}"),
            ],
            "links": [
                page_link(1, "first"),
                page_link(1, "previous"),
                page_link(3, "next"),
                page_link(3, "last"),
                page_link(2, "self"),
            ],
        },
        gives=Reads(
            Page,
            {
                "total_count": 6,
                "items": [read_entry("test2", master=True), read_entry("test1")],
            },
            also={"number": 2, "has_next": True},
        ),
        corrected=f"{NO_SLASH}; {NO_STATUS}",
    ),
]
